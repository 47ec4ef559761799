# SPDX-License-Identifier: Apache-2.0
"""A copy of the checkout in which commands run as a person types them.

It shares the checkout's installed packages and has its own state, endpoint and port.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from handson.deployed_service import DeployedService
from handson.local_endpoint import ON_FREE_PORTS
from handson.stack_outputs import service_of
from handson.tutorial.checkout import checkout_copy
from tests.support.environment import environment_without

STACKS = ["compute", "discovery", "network-inputs"]


@dataclass(frozen=True)
class Copy:
    """A checkout as after `make setup`, with its commands first on PATH."""

    folder: Path
    environ: dict[str, str]

    def run(self, *command: str) -> str:
        """What the command printed; a failure of the test, with that, when it fails."""
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        assert ran.returncode == 0, f"{' '.join(command)}: {ran.returncode}\n{ran.stdout}"
        return ran.stdout

    def json(self, stack: str) -> bytes:
        """The synthesized JSON of that stack."""
        return (self.folder / "cdktf.out" / "stacks" / stack / "cdk.tf.json").read_bytes()

    def managed(self, stack: str) -> int:
        """How many resources Terraform manages in that stack."""
        return sum(each["mode"] == "managed" for each in self._state(stack)["resources"])

    def deployed(self) -> DeployedService:
        """What Terraform says that it made."""
        outputs = {stack: self._state(stack)["outputs"] for stack in STACKS}
        return service_of(
            {s: {name: o["value"] for name, o in each.items()} for s, each in outputs.items()}
        )

    def aws(self) -> AwsClients:
        """The endpoint that the commands started."""
        url = (self.folder / ".state" / "localaws.pid").read_text().split()[1]
        return AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=url, region="ap-northeast-1")
        )

    def _state(self, stack: str) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.folder / f"terraform.{stack}.tfstate").read_text())
        return state


@pytest.fixture
def copy(terraform: str, tmp_path: Path) -> Iterator[Copy]:
    """The copy; the endpoint that its commands started is ended with it."""
    with checkout_copy(tmp_path / "checkout") as folder:
        commands = tmp_path / "bin"
        commands.mkdir()
        (commands / "cdktf").symlink_to(folder / "scripts" / "cdktf")
        environ = environment_without(
            "AWS_", "HANDSON_", "CDKTF_", "MAKE", "MFLAGS", "TARGET", "DESIRED"
        )
        environ |= {"PATH": f"{commands}:{os.environ['PATH']}", **ON_FREE_PORTS, "CI": "true"}
        yield Copy(folder, environ)
