# SPDX-License-Identifier: Apache-2.0
"""Route 53's zones and records with their arguments, by the real AWS provider."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import Blocks, live_through


def record(name: str, type_: str, *values: str, zone: str = "public", **more: Any) -> Any:
    block = {
        "zone_id": f"${{aws_route53_zone.{zone}.zone_id}}",
        "name": name,
        "type": type_,
        **more,
    }
    return block | ({"ttl": 60, "records": [*values], **more} if values else {})


def resources(*, words: str, address: str, weight: int) -> Blocks:
    def weighted(identifier: str, value: str, share: int) -> Any:
        policy: Any = {"weighted_routing_policy": {"weight": share}, "set_identifier": identifier}
        return record("weighted", "A", value, **policy)

    return {
        "aws_vpc": {"main": {"cidr_block": "10.7.0.0/16"}},
        "aws_route53_zone": {
            "public": {
                "name": "example.com",
                "comment": words,
                "force_destroy": True,
                "tags": {"words": words},
            },
            "private": {
                "name": "own.internal",
                "comment": words,
                "vpc": [{"vpc_id": "${aws_vpc.main.id}", "vpc_region": "ap-northeast-1"}],
            },
            "delegated": {
                "name": "delegated.example.com",
                "delegation_set_id": "${aws_route53_delegation_set.main.id}",
            },
        },
        "aws_route53_delegation_set": {"main": {}},
        "aws_route53_record": {
            "a": record("www", "A", address, allow_overwrite=True),
            "alias_record": record(
                "also",
                "A",
                alias={
                    "name": "${aws_route53_record.a.fqdn}",
                    "zone_id": "${aws_route53_zone.public.zone_id}",
                    "evaluate_target_health": True,
                },
            ),
            "europe": record(
                "geo",
                "A",
                address,
                set_identifier="europe",
                geolocation_routing_policy={"continent": "EU"},
            ),
            "california": record(
                "geo",
                "A",
                address,
                set_identifier="california",
                geolocation_routing_policy={"country": "US", "subdivision": "CA"},
            ),
            "aaaa": record("www", "AAAA", "2001:db8::1"),
            "mx": record("", "MX", "10 mail.example.com", "20 mail2.example.com"),
            "txt": record("txt", "TXT", words),
            "cname": record("alias", "CNAME", "www.example.com"),
            "srv": record("_db._tcp", "SRV", "1 1 5432 db.example.com"),
            "caa": record("", "CAA", '0 issue "letsencrypt.org"'),
            "wildcard": record("*.wild", "A", address),
            "private": record("db", "A", "10.7.0.9", zone="private"),
            "blue": weighted("blue", "192.0.2.10", weight),
            "green": weighted("green", "192.0.2.11", 10),
            "multi": record(
                "multi",
                "A",
                address,
                set_identifier="one",
                multivalue_answer_routing_policy=True,
            ),
            "primary": record(
                "failover",
                "A",
                address,
                set_identifier="primary",
                failover_routing_policy={"type": "PRIMARY"},
                health_check_id="${aws_route53_health_check.main.id}",
            ),
            "secondary": record(
                "failover",
                "A",
                "192.0.2.99",
                set_identifier="secondary",
                failover_routing_policy={"type": "SECONDARY"},
            ),
            "japan": record(
                "geo",
                "A",
                address,
                set_identifier="japan",
                geolocation_routing_policy={"country": "JP"},
            ),
            "tokyo": record(
                "latency",
                "A",
                address,
                set_identifier="tokyo",
                latency_routing_policy={"region": "ap-northeast-1"},
            ),
        },
        "aws_route53_health_check": {
            "main": {"type": "TCP", "ip_address": "192.0.2.1", "port": 80, "request_interval": 30}
        },
    }


DATA: Blocks = {
    "aws_route53_records": {
        "www": {"zone_id": "${aws_route53_zone.public.zone_id}", "name_regex": "^www"}
    },
    "aws_route53_zones": {"all": {}},
    "aws_route53_zone": {
        "public": {"zone_id": "${aws_route53_zone.public.zone_id}"},
        "private": {
            "name": "${aws_route53_zone.private.name}",
            "private_zone": True,
            "vpc_id": "${aws_vpc.main.id}",
        },
    },
}


def test_zones_and_records(environment: dict[str, str], aws: AwsClients, tmp_path: Path) -> None:
    """GIVEN a public and a private zone, and records of every kind
    WHEN they are created, changed in place, imported and destroyed
    THEN every plan is empty.
    """
    live_through(
        tmp_path,
        environment,
        resources(words="first", address="192.0.2.1", weight=90),
        resources(words="second", address="192.0.2.2", weight=50),
        data=DATA,
    )
    assert aws.route53.list_hosted_zones()["HostedZones"] == []
