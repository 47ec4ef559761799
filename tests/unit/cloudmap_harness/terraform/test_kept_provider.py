# SPDX-License-Identifier: Apache-2.0
"""A kept provider, with a script for the provider: found, told its environment, and ended."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cloudmap_harness.terraform.kept_provider import kept_provider
from tests.support.waiting import eventually

SCRIPT = """#!/bin/sh
env > "$SEEN"
echo "$1" >> "$SEEN"
echo $$ > "$SEEN.pid"
trap 'touch "$SEEN.interrupted"; exit 0' INT
address='{"registry.terraform.io/a/b": {"Pid": 1}}'
printf "Provider started.\\n\\tTF_REATTACH_PROVIDERS='%s'\\n" "$address"
while :; do sleep 0.05; done
"""


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """The script where a mirror has the provider of another registry."""
    file = tmp_path / "registry.opentofu.org" / "hashicorp" / "aws" / "1.0.0" / "os" / "provider"
    file.parent.mkdir(parents=True)
    file.write_text(SCRIPT)
    file.chmod(0o755)
    return file


def environment(tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "SEEN": str(tmp_path / "seen"), "AWS_CA_BUNDLE": "/ca.pem"}


def test_terraform_is_led_to_it_by_the_address_of_its_registry(
    provider: Path, tmp_path: Path
) -> None:
    with kept_provider(provider, environment(tmp_path)) as variables:
        where = json.loads(variables()["TF_REATTACH_PROVIDERS"])
        assert not (tmp_path / "seen.interrupted").exists()
    assert where == {"registry.opentofu.org/hashicorp/aws": {"Pid": 1}}
    seen = (tmp_path / "seen").read_text()
    assert "-debug" in seen
    assert "AWS_CA_BUNDLE" not in seen
    assert (tmp_path / "seen.interrupted").exists()


def test_it_ends_when_the_block_fails(provider: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError),
        kept_provider(provider, environment(tmp_path)) as variables,
    ):
        variables()
        raise RuntimeError
    assert not psutil.pid_exists(int((tmp_path / "seen.pid").read_text()))


def test_it_ends_when_this_process_is_killed(provider: Path, tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from cloudmap_harness.terraform.kept_provider import kept_provider\n"
        f"with kept_provider(Path({str(provider)!r}), {environment(tmp_path)!r}) as variables:\n"
        "    variables(); print('ready', flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"ready\n"
        killed.send_signal(signal.SIGKILL)
    eventually((tmp_path / "seen.interrupted").exists, what="its interrupt", within=10)


def test_one_that_does_not_start_is_done_without(provider: Path, tmp_path: Path) -> None:
    provider.write_text("#!/bin/sh\nexit 1\n")
    with kept_provider(provider, environment(tmp_path)) as variables:
        assert variables() == {}
