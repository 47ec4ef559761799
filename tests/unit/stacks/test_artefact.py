# SPDX-License-Identifier: Apache-2.0
"""One artefact for every target: the same bytes in every environment and folder, and no secret."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from stacks.settings import Settings
from tests.support.environment import environment_without
from tests.support.paths import CHECKOUT
from tests.unit.stacks.synthesis import SynthesizedStacks, strings

STACKS = ["network-inputs", "discovery", "compute"]
CLI_CONTEXT = json.dumps({"cdktfRelativeModules": ["../elsewhere"]})
AWS = {
    "TARGET": "aws",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "a-session-token",
    "AWS_PROFILE": "a-profile",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-2",
}
ENVIRONMENTS = {
    "aws": AWS,
    "local": {
        "TARGET": "local",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    },
    "localstack": {
        "TARGET": "localstack",
        "AWS_ENDPOINT_URL": "https://localhost.localstack.cloud",
    },
    "cdktf-cli": {
        "CDKTF_CONTEXT_JSON": CLI_CONTEXT,
        "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS": "true",
        "SYNTH_HCL_OUTPUT": "false",
        "NODE_OPTIONS": "--max-old-space-size=4096",
        "JSII_HOST_STACK_TRACES": "1",
    },
}
PATH_FROM_ROOT = re.compile(r"""(^|[\s"'=(:])(/[A-Za-z]|[A-Za-z]:\\)""")


def written(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def run_main(
    main: Path, environ: Mapping[str, str], cwd: Path, outdir: str | None
) -> dict[str, bytes]:
    """Runs `python main.py` in ``cwd``; returns what it writes."""
    clean = environment_without("AWS_", "CDKTF_", "HANDSON_", "TARGET")
    place = {} if outdir is None else {"CDKTF_OUTDIR": outdir}
    done = subprocess.run(
        [sys.executable, str(main)],
        cwd=cwd,
        env=clean | place | dict(environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return written(cwd / (outdir or "cdktf.out"))


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a synthesis in this process writes."""
    folder = tmp_path_factory.mktemp("expected")
    SynthesizedStacks.of(Settings(), folder)
    return written(folder)


def test_three_stacks_and_the_manifest_are_all_that_is_written(expected: dict[str, bytes]) -> None:
    assert set(expected) == {"manifest.json", *(f"stacks/{name}/cdk.tf.json" for name in STACKS)}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_same_bytes_for_every_target(name: str, expected: dict[str, bytes], tmp_path: Path) -> None:
    assert run_main(CHECKOUT / "main.py", ENVIRONMENTS[name], tmp_path, None) == expected


def test_same_bytes_from_another_clone_and_into_a_folder_anywhere(
    expected: dict[str, bytes], tmp_path: Path
) -> None:
    clone = tmp_path / "another clone, with a space"
    clone.mkdir()
    for name in ("main.py", "handson.toml"):
        shutil.copy(CHECKOUT / name, clone)
    shutil.copytree(CHECKOUT / "stacks", clone / "stacks")
    assert run_main(clone / "main.py", {}, clone, "a/deep/folder") == expected


def test_same_bytes_on_the_second_run_into_the_same_folder(
    expected: dict[str, bytes], tmp_path: Path
) -> None:
    for _ in range(2):
        SynthesizedStacks.of(Settings(), tmp_path)
        assert written(tmp_path) == expected


@pytest.mark.parametrize("stack", STACKS)
def test_provider_has_a_region_tags_and_the_allowed_accounts_and_nothing_else(
    article: SynthesizedStacks, by_id: SynthesizedStacks, stack: str
) -> None:
    allowed = {"allowed_account_ids": "${var.allowed_account_ids}"}
    tags = {"Project": "cloudmap-handson", "Deployment": "default", "ManagedBy": "terraform"}
    assert article.stacks[stack]["provider"] == {
        "aws": [{"region": "ap-northeast-1", "default_tags": [{"tags": tags}], **allowed}]
    }
    tags |= {"Deployment": "mine"}
    assert by_id.stacks[stack]["provider"] == {
        "aws": [{"region": "eu-west-1", "default_tags": [{"tags": tags}], **allowed}]
    }


@pytest.mark.parametrize("stack", STACKS)
def test_any_account_is_allowed_unless_a_run_says_which(
    article: SynthesizedStacks, stack: str
) -> None:
    variable = article.stacks[stack]["variable"]["allowed_account_ids"]
    assert (variable["type"], variable["default"]) == ("list(string)", [])


@pytest.mark.parametrize("stack", STACKS)
def test_no_resource_has_tags_or_a_provider_of_its_own(
    article: SynthesizedStacks, stack: str
) -> None:
    for instances in article.stacks[stack].get("resource", {}).values():
        for resource in instances.values():
            assert not {"tags", "provider"} & set(resource)


@pytest.mark.parametrize("stack", STACKS)
def test_provider_version_is_the_pinned_one(article: SynthesizedStacks, stack: str) -> None:
    assert article.stacks[stack]["terraform"]["required_providers"] == {
        "aws": {"source": "aws", "version": "5.100.0"}
    }


def test_no_absolute_path_and_no_endpoint(expected: dict[str, bytes]) -> None:
    for name, content in expected.items():
        for text in strings(json.loads(content)):
            assert not PATH_FROM_ROOT.search(text), f"{name}: {text}"
            assert "://" not in text, f"{name}: {text}"


@pytest.mark.parametrize(
    "text", ["/home/me/x.tfstate", "see /tmp/x", 'path="/work"', "C:\\Users", "file:/etc"]
)
def test_an_absolute_path_would_be_seen(text: str) -> None:
    assert PATH_FROM_ROOT.search(text)
