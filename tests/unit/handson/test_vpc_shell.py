# SPDX-License-Identifier: Apache-2.0
"""What `make env` prints turns any shell into one inside the VPC, and is nothing but shell."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cloudmap_harness.aws.vpc_choice import VpcAddresses
from handson import vpc_shell as shell
from handson.cli import main
from handson.endpoint_lookup import LocalEndpoint
from handson.errors import EndpointError, UsageError
from handson.project import BIN

REGION = "ap-northeast-1"
ENDPOINT = LocalEndpoint(
    "http://127.0.0.1:4566", 1, "moto 5", "127.0.0.1:5353", "http://127.0.0.1:3128", 0
)
OWN = VpcAddresses(
    "vpc-1",
    "123456789012",
    REGION,
    "cloudmap-handson-vpc",
    "10.0.0.0/16",
    ENDPOINT.dns,
    ENDPOINT.bastion,
)
ABROAD = replace(OWN, id="vpc-2", region="eu-west-1", dns="127.0.0.1:5354")
SHOP = VpcAddresses(
    "vpc-3",
    "111122223333",
    "eu-west-1",
    "shop",
    "10.5.0.0/16",
    "127.0.0.1:5355",
    "http://127.0.0.1:3129",
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


def test_a_shell_in_another_vpc_is_in_its_account_and_region_too() -> None:
    child = shell.vpc_environment(ENDPOINT, USERS, REGION, SHOP)
    expected = {
        "AWS_ACCESS_KEY_ID": "111122223333",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "http_proxy": SHOP.bastion,
        "VPC_DNS_PORT": "5355",
    }
    assert child | expected == child
    own = shell.vpc_environment(ENDPOINT, USERS, REGION, OWN)
    assert own == shell.vpc_environment(ENDPOINT, USERS, REGION)


@pytest.mark.parametrize(
    ("vpcs", "wanted", "region", "chosen"),
    [
        ((OWN, SHOP), "vpc-3", REGION, SHOP),
        ((OWN, SHOP), "shop", REGION, SHOP),
        ((OWN, SHOP), None, REGION, OWN),
        ((SHOP,), None, REGION, SHOP),
        ((OWN, ABROAD), None, "eu-west-1", ABROAD),
        ((), None, REGION, None),
        ((), "cloudmap-handson-vpc", REGION, None),
    ],
)
def test_a_vpc_is_chosen(
    vpcs: tuple[VpcAddresses, ...], wanted: str | None, region: str, chosen: VpcAddresses | None
) -> None:
    assert shell.chosen_vpc(replace(ENDPOINT, vpcs=vpcs), wanted, region) == chosen


def test_an_error_lists_the_vpcs_and_is_one_of_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = replace(ENDPOINT, vpcs=(SHOP, replace(SHOP, id="vpc-4", name=None)))
    with pytest.raises(UsageError, match="several VPCs"):
        shell.chosen_vpc(endpoint, None, REGION)
    monkeypatch.setattr(shell, "find_running", lambda environ: endpoint)
    monkeypatch.setenv("VPC", "office")
    assert main(["env"]) == 2
    printed = capsys.readouterr()
    assert printed.out == "false\n"
    assert "office" in printed.err and "vpc-3 (shop) in eu-west-1" in printed.err
