# SPDX-License-Identifier: Apache-2.0
"""Alias records: answered with the records of their target, under their own name."""

from __future__ import annotations

from typing import Any

import dns.rcode
import dns.rdatatype

from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account
from tests.endpoint.localaws.test_load_balancers import (
    balancer,
    behind,
    get,
    security_group,
    target_group,
)
from tests.endpoint.localaws.vpc.resolver import Resolver, change_records, private_zone, record_set


def alias(name: str, target: str, zone_id: str, type_: str = "A", **more: Any) -> Any:
    """An alias record set."""
    aimed = {"HostedZoneId": zone_id, "DNSName": target, "EvaluateTargetHealth": False}
    return {"Name": name, "Type": type_, "AliasTarget": aimed, **more}


def test_an_alias_has_its_targets_records_and_ttl_under_its_own_name(
    aws: Account, resolver: Resolver
) -> None:
    zone = private_zone(aws)
    change_records(
        aws,
        zone,
        record_set("www.example.org", "10.0.8.4", "10.0.8.5", ttl=7),
        record_set("www.example.org", "fd00::4", type_="AAAA"),
        alias("example.org", "WWW.example.org.", zone),
    )
    (answer,) = resolver.ask("Example.org").answer
    assert (str(answer.name), answer.ttl) == ("Example.org.", 7)
    assert {str(item) for item in answer} == {"10.0.8.4", "10.0.8.5"}
    reply = resolver.ask("example.org", "AAAA")
    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, []), "the alias is of type A"
    types = {answer.rdtype for answer in resolver.ask("example.org", "ANY").answer}
    assert types == {dns.rdatatype.A, dns.rdatatype.NS, dns.rdatatype.SOA}


def test_the_targets_routing_applies(aws: Account, resolver: Resolver) -> None:
    zone = private_zone(aws)
    many = [
        record_set("many.example.org", f"10.0.8.{n}", SetIdentifier=f"m{n}", MultiValueAnswer=True)
        for n in range(10, 22)
    ]
    weighted = [
        record_set("one.example.org", f"10.0.9.{n}", SetIdentifier=f"w{n}", Weight=1)
        for n in range(4)
    ]
    aliases = [
        alias("a.example.org", "many.example.org", zone),
        alias("b.example.org", "one.example.org", zone),
    ]
    change_records(aws, zone, *many, *weighted, *aliases)
    assert len(resolver.addresses("a.example.org")) == 8
    seen = [resolver.addresses("b.example.org") for _ in range(100)]
    assert {len(each) for each in seen} == {1}
    assert len({each[0] for each in seen}) == 4


def test_weighted_aliases_lead_to_one_target_each_time(aws: Account, resolver: Resolver) -> None:
    zone = private_zone(aws)
    change_records(
        aws,
        zone,
        record_set("blue.example.org", "10.0.8.4"),
        record_set("green.example.org", "10.0.8.5"),
        alias("example.org", "blue.example.org", zone, SetIdentifier="blue", Weight=1),
        alias("example.org", "green.example.org", zone, SetIdentifier="green", Weight=1),
    )
    seen = {tuple(resolver.addresses("example.org")) for _ in range(100)}
    assert seen == {("10.0.8.4",), ("10.0.8.5",)}


def test_a_chain_of_aliases_is_followed_and_a_loop_is_empty(
    aws: Account, resolver: Resolver
) -> None:
    zone = private_zone(aws)
    change_records(
        aws,
        zone,
        record_set("a0.example.org", "10.0.8.4"),
        *(alias(f"a{n + 1}.example.org", f"a{n}.example.org", zone) for n in range(3)),
        alias("here.example.org", "there.example.org", zone),
        alias("there.example.org", "here.example.org", zone),
    )
    assert resolver.addresses("a3.example.org") == ["10.0.8.4"]
    reply = resolver.ask("here.example.org")
    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, [])


def test_an_alias_to_a_cname_is_one_and_the_target_of_one_may_be_an_alias(
    aws: Account, resolver: Resolver
) -> None:
    zone = private_zone(aws)
    change_records(
        aws,
        zone,
        record_set("a.example.org", "10.0.8.4"),
        alias("b.example.org", "a.example.org", zone),
        record_set("c.example.org", "b.example.org", type_="CNAME"),
        alias("d.example.org", "c.example.org", zone, "CNAME"),
    )
    assert resolver.addresses("d.example.org") == ["b.example.org.", "10.0.8.4"]


def test_an_alias_follows_its_target(aws: Account, resolver: Resolver) -> None:
    zone = private_zone(aws)
    change_records(aws, zone, alias("example.org", "www.example.org", zone))
    reply = resolver.ask("example.org")
    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, [])
    assert [each.rdtype for each in reply.authority] == [dns.rdatatype.SOA]
    for address in ("10.0.8.4", "10.0.8.5"):
        change_records(aws, zone, record_set("www.example.org", address), action="UPSERT")
        assert resolver.addresses("example.org") == [address]


def test_an_alias_is_listed_as_it_was_written(aws: Account) -> None:
    zone = private_zone(aws)
    written = alias("www.example.org.", "web-1.ap-northeast-1.elb.amazonaws.com", "Z14GRHDCWA56QT")
    change_records(aws, zone, written)
    listed = aws.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [each for each in listed if each["Type"] == "A"] == [written]


def test_an_alias_of_a_load_balancer_answers_through_the_bastion(
    aws: Account, endpoint: Endpoint, resolver: Resolver
) -> None:
    group = security_group(aws, "open", IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    empty, full = target_group(aws, name="empty"), target_group(aws, name="full")
    made, elb = balancer(aws, empty, group), aws.client("elbv2")
    (listener,) = elb.describe_listeners(LoadBalancerArn=made["LoadBalancerArn"])["Listeners"]
    elb.create_rule(
        ListenerArn=listener["ListenerArn"],
        Priority=10,
        Conditions=[{"Field": "host-header", "Values": ["www.example.org"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": full}],
    )
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group]
    aws.ecs_service(None, desired=1, loadBalancers=behind(full), networkConfiguration=network)
    aws.steady(1)
    zone, name, amazon = private_zone(aws), made["DNSName"], made["CanonicalHostedZoneId"]
    change_records(
        aws,
        zone,
        alias("www.example.org", f"dualstack.{name}.", amazon),
        alias("example.org", "www.example.org", zone),
        record_set("cname.example.org", name, type_="CNAME"),
        alias("gone.example.org", f"x{name}", amazon),
    )
    assert get(endpoint, "http://www.example.org/")[0] == 200, "the listener sees the alias's name"
    assert get(endpoint, "http://example.org/")[0] == 503, "for which it has no rule"
    assert get(endpoint, "http://cname.example.org/")[0] == 503
    assert get(endpoint, "http://www.example.org:81/")[0] == 502
    assert "no load balancer" in get(endpoint, "http://gone.example.org/")[1]
    reply = resolver.ask("www.example.org")
    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, []), "it has no address in DNS"
