# SPDX-License-Identifier: Apache-2.0
"""Every VPC with a private zone or a task has a resolver and a bastion of its own."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from localaws.__main__ import main
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from localaws.vpc import servers
from tests.endpoint.localaws.account import Account
from tests.support.waiting import eventually

OTHER = {"region": "eu-west-1", "key": "111122223333"}


def listed(endpoint: Endpoint) -> dict[str, dict[str, Any]]:
    """The VPCs of the health page."""
    with urllib.request.urlopen(f"{endpoint.url}/_localstack/health") as reply:
        vpcs: dict[str, dict[str, Any]] = json.load(reply)["vpcs"]
    return vpcs


def ports(entry: dict[str, Any]) -> list[int]:
    return [int(entry["dns"].rpartition(":")[2]), urlsplit(entry["bastion"]).port or 0]


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def own_zone(account: Account, vpc: str, name: str = "own.internal") -> str:
    """A private zone of the user's own in the VPC; its id."""
    zone = account.route53.create_hosted_zone(
        Name=name,
        CallerReference=f"{name} in {vpc}",
        VPC={"VPCRegion": account.region, "VPCId": vpc},  # type: ignore[typeddict-item]
    )
    return zone["HostedZone"]["Id"]


@pytest.fixture
def other(aws: Account) -> Account:
    """Another account, in another region."""
    return Account(aws.url, **OTHER)


def test_the_article_s_vpc_is_first_and_has_the_ports_of_the_settings(
    aws: Account, endpoint: Endpoint
) -> None:
    aws.namespace(vpc=aws.another_vpc())
    page = listed(endpoint)
    assert [*page][0] == aws.vpc
    assert page[aws.vpc] == {
        "dns": f"127.0.0.1:{endpoint.dns_port}",
        "bastion": endpoint.bastion_url,
        "account": "123456789012",
        "region": aws.region,
        "name": "cloudmap-handson-vpc",
        "cidr": "10.0.0.0/16",
    }


def test_a_vpc_is_listed_from_its_first_zone_on(other: Account, endpoint: Endpoint) -> None:
    vpc = other.another_vpc("10.5.0.0/16")
    assert vpc not in listed(endpoint)
    own_zone(other, vpc)
    entry = listed(endpoint)[vpc]
    about = (entry["account"], entry["region"], entry["name"], entry["cidr"])
    assert about == ("111122223333", "eu-west-1", None, "10.5.0.0/16")
    assert all(map(is_open, ports(entry)))
    other.ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "shop"}])
    assert listed(endpoint)[vpc] == {**entry, "name": "shop"}


def test_a_vpc_is_listed_from_its_first_task_on(other: Account, endpoint: Endpoint) -> None:
    """Also the article's VPC of an account that is not the endpoint's own."""
    other.ecs_service(None, desired=1)
    other.steady(1)
    entry = listed(endpoint)[other.vpc]
    assert (entry["account"], entry["name"]) == ("111122223333", "cloudmap-handson-vpc")


def test_its_servers_stay_without_a_zone_and_go_with_the_vpc(
    other: Account, endpoint: Endpoint
) -> None:
    vpc = other.another_vpc()
    zone = own_zone(other, vpc)
    entry = listed(endpoint)[vpc]
    other.route53.delete_hosted_zone(Id=zone)
    assert listed(endpoint)[vpc] == entry
    other.ec2.delete_vpc(VpcId=vpc)
    eventually(lambda: [*map(is_open, ports(entry))], lambda those: those == [False, False])
    assert vpc not in listed(endpoint)


def test_a_reset_closes_them(other: Account, endpoint: Endpoint) -> None:
    vpc = other.another_vpc()
    own_zone(other, vpc)
    entry = listed(endpoint)[vpc]
    urllib.request.urlopen(f"{endpoint.url}/moto-api/reset", b"").close()
    eventually(lambda: [*map(is_open, ports(entry))], lambda those: those == [False, False])
    assert vpc not in listed(endpoint)
    assert is_open(endpoint.dns_port)


def test_of_many_without_a_zone_the_oldest_are_closed(
    other: Account, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "MOST_UNNEEDED", 1)
    vpcs = [other.another_vpc(f"10.{number}.0.0/16") for number in (1, 2, 3)]
    zones = [own_zone(other, vpc) for vpc in vpcs]
    assert {*vpcs} <= listed(endpoint).keys()
    for zone in zones[:2]:
        other.route53.delete_hosted_zone(Id=zone)
    assert listed(endpoint).keys() & {*vpcs} == {*vpcs[1:]}


def test_a_kept_account_has_them_again(tmp_path: Path) -> None:
    settings = EndpointSettings(port=0, state=tmp_path, keep=True)
    with Endpoint(settings) as endpoint:
        account = Account(endpoint.url, **OTHER)
        vpc = account.another_vpc()
        own_zone(account, vpc)
        before = listed(endpoint)
    with Endpoint(settings) as endpoint:
        after = listed(endpoint)
        assert after.keys() == before.keys() >= {vpc}
        assert all(map(is_open, ports(after[vpc])))


def test_the_command_shows_them_in_eighty_columns(
    other: Account, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    vpc = other.another_vpc()
    own_zone(other, vpc)
    other.ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "n" * 256}])
    entry = listed(endpoint)[vpc]
    assert main(["vpcs", "--endpoint", endpoint.url]) == 0
    table = capsys.readouterr().out
    assert max(map(len, table.splitlines())) <= 80
    for shown in (vpc, "nnn…", "eu-west-1", "111122223333", entry["dns"], entry["bastion"]):
        assert shown in table
    assert main(["vpcs", "--endpoint", endpoint.url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == listed(endpoint)


def test_the_command_fails_without_an_endpoint_and_with_a_wrong_option(
    aws: Account, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["vpcs", "--endpoint", endpoint.url]) == 0
    assert "none yet" in capsys.readouterr().out
    assert main(["vpcs", "--endpoint", "http://127.0.0.1:1"]) == 1
    assert "does not answer" in capsys.readouterr().err
    assert main(["vpcs", "--endpoint", endpoint.bastion_url]) == 1
    with pytest.raises(SystemExit) as caught:
        main(["vpcs", "--jsno"])
    assert caught.value.code == 2
