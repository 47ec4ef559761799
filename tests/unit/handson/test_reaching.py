# SPDX-License-Identifier: Apache-2.0
"""Which endpoint a target has, and that the CLI's launcher passes the same guard for AWS."""

import os
from typing import Any

import pytest

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.errors import TargetError
from handson import context
from handson.cli import main
from handson.context import ensure_endpoint
from handson.variables import Variables

ELSEWHERE = {"ENDPOINT": "http://127.0.0.1:5000"}


def test_endpoint_names_any_endpoint_beside_localstack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("LOCALSTACK_HOST", raising=False)
    assert (
        ensure_endpoint(Variables({**ELSEWHERE, "TARGET": Target.LOCALSTACK}))
        == "http://127.0.0.1:5000"
    )
    assert ensure_endpoint(Variables({"TARGET": "localstack"})) == "http://localhost:4566"
    assert (
        ensure_endpoint(Variables({"TARGET": "localstack", "ENDPOINT": ""}))
        == "http://localhost:4566"
    )
    assert ensure_endpoint(Variables({"TARGET": "aws"})) is None


@pytest.mark.parametrize("target", [Target.LOCAL, Target.AWS])
def test_endpoint_goes_with_no_other_target(target: Target) -> None:
    with pytest.raises(TargetError, match=f"ENDPOINT: got .*, allowed: none with TARGET={target}"):
        ensure_endpoint(Variables({**ELSEWHERE, "TARGET": target}))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The environments in which the CLI was started."""
    environs: list[dict[str, str]] = []

    def start(program: str, arguments: list[str], environ: dict[str, str]) -> Any:
        environs.append(environ)
        raise OSError("started")

    monkeypatch.setattr(os, "execvpe", start)
    for name in ("CONFIRM", "ENDPOINT", "TARGET"):
        monkeypatch.delenv(name, raising=False)
    return environs


@pytest.mark.parametrize("command", ["diff", "watch", "plan"])
def test_the_cli_is_not_started_for_aws_unless_the_guard_lets_it(
    started: list[dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
) -> None:
    monkeypatch.setenv("TARGET", "aws")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    assert main(["cdktf", command, "compute"]) == 2
    assert started == []
    assert "AWS_ACCESS_KEY_ID: got 'test', allowed: a real" in capsys.readouterr().err


def test_the_cli_gets_what_the_guard_adds(
    started: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGET", "aws")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setattr(
        context, "confirmed_variables", lambda aws, variables: {"GUARDED": str(variables.target)}
    )
    main(["cdktf", "diff", "compute"])
    assert [environ["GUARDED"] for environ in started] == ["aws"]
