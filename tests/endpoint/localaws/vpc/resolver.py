# SPDX-License-Identifier: Apache-2.0
"""The endpoint's resolver as a client of DNS sees it, and zones of the user's own for it."""

from __future__ import annotations

import random
import socket
from typing import Any

import dns.message
import dns.query
import pytest

from localaws.server import Endpoint
from tests.endpoint.localaws.account import NAMESPACE, SERVICE, Account

NAME = f"{SERVICE}.{NAMESPACE}"
HOST = "127.0.0.1"
SECONDS = 20.0


class Resolver:
    """Asks the endpoint's resolver."""

    def __init__(self, port: int):
        self.port = port

    def ask(self, name: str, type_: str = "A", *, tcp: bool = False, **more: Any) -> Any:
        query = dns.message.make_query(name, type_, **more)
        send = dns.query.tcp if tcp else dns.query.udp
        return send(query, HOST, port=self.port, timeout=SECONDS)

    def exchange(self, packet: bytes) -> bytes:
        """The reply to a packet over UDP."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(SECONDS)
            client.connect((HOST, self.port))
            client.send(packet)
            return client.recv(65535)

    def addresses(self, name: str = NAME, type_: str = "A") -> list[str]:
        """Values in the order of the answer."""
        return [str(item) for answer in self.ask(name, type_).answer for item in answer]


@pytest.fixture
def resolver(endpoint: Endpoint) -> Resolver:
    return Resolver(endpoint.dns_port)


def private_zone(aws: Account, name: str = "example.org") -> str:
    """Create a private zone of the user's own in the article's VPC; its id."""
    zone = aws.route53.create_hosted_zone(
        Name=name,
        CallerReference=str(random.random()),
        HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": "ap-northeast-1", "VPCId": aws.vpc},
    )["HostedZone"]
    return zone["Id"].rsplit("/", 1)[-1]


def change_records(
    aws: Account, zone_id: str, *record_sets: dict[str, Any], action: str = "CREATE"
) -> None:
    """Create record sets, or do something else with them."""
    changes: Any = [{"Action": action, "ResourceRecordSet": each} for each in record_sets]
    aws.route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


def record_set(name: str, *values: str, type_: str = "A", ttl: int = 60, **more: Any) -> Any:
    """A record set with values."""
    records = [{"Value": value} for value in values]
    return {"Name": name, "Type": type_, "TTL": ttl, "ResourceRecords": records, **more}
