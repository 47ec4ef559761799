# SPDX-License-Identifier: Apache-2.0
"""Failover routing, and what health checks do to the records that name them."""

from __future__ import annotations

import random
from typing import Any

from tests.endpoint.localaws.account import Account
from tests.endpoint.localaws.vpc.resolver import (
    Resolver,
    change_records,
    private_zone,
    record_set,
)

NAME = "www.example.org"
PRIMARY, SECONDARY = "10.0.8.4", "10.0.8.5"


def health_check(aws: Account, *, inverted: bool = False) -> str:
    """Create a health check; its id."""
    config: Any = {"Type": "TCP", "IPAddress": "192.0.2.1", "Port": 80, "Inverted": inverted}
    made = aws.route53.create_health_check(
        CallerReference=str(random.random()), HealthCheckConfig=config
    )
    return made["HealthCheck"]["Id"]


def failover(address: str, role: str, check: str | None = None) -> Any:
    """A failover record set of the name."""
    more: Any = {"HealthCheckId": check} if check else {}
    return record_set(NAME, address, SetIdentifier=role.lower(), Failover=role, **more)


def invert(aws: Account, check: str, inverted: bool) -> None:
    aws.route53.update_health_check(HealthCheckId=check, Inverted=inverted)


def test_the_primary_is_answered_alone_and_the_secondary_in_its_place(
    aws: Account, resolver: Resolver
) -> None:
    zone, check = private_zone(aws), health_check(aws)
    change_records(aws, zone, failover(SECONDARY, "SECONDARY"), failover(PRIMARY, "PRIMARY"))
    assert resolver.addresses(NAME) == [PRIMARY], "no health check counts as healthy"
    change_records(aws, zone, failover(PRIMARY, "PRIMARY", check), action="UPSERT")
    assert resolver.addresses(NAME) == [PRIMARY]
    invert(aws, check, True)
    assert resolver.addresses(NAME) == [SECONDARY]
    invert(aws, check, False)
    assert resolver.addresses(NAME) == [PRIMARY]
    change_records(aws, zone, failover(PRIMARY, "PRIMARY", check), action="DELETE")
    assert resolver.addresses(NAME) == [SECONDARY]


def test_the_primary_is_answered_when_neither_is_healthy(aws: Account, resolver: Resolver) -> None:
    zone, check = private_zone(aws), health_check(aws, inverted=True)
    both = [failover(PRIMARY, "PRIMARY", check), failover(SECONDARY, "SECONDARY", check)]
    change_records(aws, zone, *both)
    assert resolver.addresses(NAME) == [PRIMARY]


def test_a_failover_record_may_be_an_alias(aws: Account, resolver: Resolver) -> None:
    zone, check = private_zone(aws), health_check(aws)
    aimed = {"HostedZoneId": zone, "DNSName": "a.example.org", "EvaluateTargetHealth": False}
    primary: Any = {"Name": NAME, "Type": "A", "AliasTarget": aimed, "HealthCheckId": check}
    primary |= {"SetIdentifier": "primary", "Failover": "PRIMARY"}
    change_records(
        aws,
        zone,
        record_set("a.example.org", PRIMARY),
        primary,
        failover(SECONDARY, "SECONDARY"),
    )
    assert resolver.addresses(NAME) == [PRIMARY]
    invert(aws, check, True)
    assert resolver.addresses(NAME) == [SECONDARY]


def test_an_inverted_health_check_takes_records_out_of_answers(
    aws: Account, resolver: Resolver
) -> None:
    check, later = health_check(aws), health_check(aws, inverted=True)
    zone = private_zone(aws)
    of_check: Any = {"HealthCheckId": check, "MultiValueAnswer": True}
    change_records(
        aws,
        zone,
        record_set(NAME, "10.0.8.4", SetIdentifier="one", **of_check),
        record_set(NAME, "10.0.8.5", SetIdentifier="two", MultiValueAnswer=True),
        record_set(NAME, "10.0.8.6", SetIdentifier="three", **{**of_check, "HealthCheckId": later}),
    )
    assert sorted(resolver.addresses(NAME)) == ["10.0.8.4", "10.0.8.5"]
    invert(aws, check, True)
    assert resolver.addresses(NAME) == ["10.0.8.5"]
    aws.route53.delete_health_check(HealthCheckId=check)
    assert sorted(resolver.addresses(NAME)) == ["10.0.8.4", "10.0.8.5"]
