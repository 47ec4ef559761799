# SPDX-License-Identifier: Apache-2.0
"""What `make env` prints turns any shell into one inside the VPC, and is nothing but shell."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from handson import vpc_shell as shell
from handson.cli import main
from handson.errors import EndpointError
from handson.local_endpoint import LocalEndpoint
from handson.project import BIN

REGION = "ap-northeast-1"
ENDPOINT = LocalEndpoint(
    "http://127.0.0.1:4566", 1, "moto 5", "127.0.0.1:5353", "http://127.0.0.1:3128", 0
)
USERS = {
    "AWS_PROFILE": "production",
    "AWS_SESSION_TOKEN": "real-token",
    "AWS_ENDPOINT_URL_ECS": "http://elsewhere:1",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_REGION": "us-east-1",
    "http_proxy": "http://proxy.example:8080",
    "no_proxy": ".internal",
    "HOME": "/home/it's me",
}
SHELLS = [name for name in ("sh", "bash", "zsh") if shutil.which(name)]


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_is_inside_after_it(name: str) -> None:
    environ = {"PATH": "/usr/bin:/bin", **USERS}
    printed = "\n".join(
        shell.shell_lines(environ, shell.vpc_environment(ENDPOINT, environ, REGION))
    )
    evaluated = [name, "-c", 'eval "$1"; env', name, printed]
    ran = subprocess.run(evaluated, env=environ, capture_output=True, text=True, check=True)
    after = dict(line.split("=", 1) for line in ran.stdout.splitlines())
    assert ran.stderr == ""
    assert not after.keys() & {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_ECS"}
    expected = {
        "AWS_ENDPOINT_URL": ENDPOINT.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "http_proxy": ENDPOINT.bastion,
        "no_proxy": "127.0.0.1,localhost",
        "VPC_DNS_PORT": "5353",
        "HOME": "/home/it's me",
    }
    assert after | expected == after


def test_values_are_quoted_and_a_second_time_changes_nothing() -> None:
    assert list(
        shell.shell_lines({"GONE": "1", "SAME": "a"}, {"SAME": "a", "NEW": "it's $HOME"})
    ) == [
        "unset GONE",
        """export NEW='it'"'"'s $HOME'""",
    ]
    child = shell.vpc_environment(ENDPOINT, USERS, REGION)
    assert list(shell.shell_lines(child, shell.vpc_environment(ENDPOINT, child, REGION))) == []


def test_an_endpoint_with_https_has_its_certificate_trusted() -> None:
    secure = replace(ENDPOINT, https="https://127.0.0.1:4567", ca_bundle="/state/certificate.pem")
    child = shell.vpc_environment(secure, {"AWS_CA_BUNDLE": "/company.pem"}, REGION)
    assert child["AWS_CA_BUNDLE"] == "/state/certificate.pem"
    assert child["AWS_ENDPOINT_URL"] == ENDPOINT.url


def test_the_checkouts_aws_comes_after_the_users(tmp_path: Path) -> None:
    assert shell.with_aws_cli({"PATH": str(tmp_path)}) == {"PATH": f"{tmp_path}:{BIN}"}
    (tmp_path / "aws").touch(0o755)
    assert shell.with_aws_cli({"PATH": str(tmp_path)}) == {"PATH": str(tmp_path)}


def test_without_an_endpoint_the_shell_gets_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(environ: object) -> LocalEndpoint:
        raise EndpointError("localaws does not run; `make local-up` starts it")

    monkeypatch.setattr(shell, "find_running", absent)
    assert main(["env"]) == 1
    assert capsys.readouterr() == ("false\n", "localaws does not run; `make local-up` starts it\n")
