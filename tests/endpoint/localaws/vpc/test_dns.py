# SPDX-License-Identifier: Apache-2.0
"""The VPC's resolver, asked by another DNS library than the one it is built on."""

from __future__ import annotations

import os
import random
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.resolver
import pytest
from dnslib import DNSRecord

from tests.endpoint.localaws.account import NAMESPACE, Account
from tests.endpoint.localaws.vpc.resolver import (
    HOST,
    NAME,
    SECONDS,
    Resolver,
    change_records,
    private_zone,
)


def registered(aws: Account, count: int, **service: Any) -> str:
    """A namespace with a service of so many instances, 10.0.8.4 and on; the service's id."""
    service_id = aws.service(aws.namespace(), **service)
    for number in range(count):
        aws.register(service_id, f"i{number}", AWS_INSTANCE_IPV4=f"10.0.8.{number + 4}")
    return service_id


@pytest.mark.parametrize("tcp", [False, True])
def test_all_addresses_when_there_are_eight_or_fewer_with_the_records_ttl(
    aws: Account, resolver: Resolver, tcp: bool
) -> None:
    registered(aws, 8)
    reply = resolver.ask(NAME, tcp=tcp)
    (answer,) = reply.answer
    assert reply.rcode() == dns.rcode.NOERROR
    assert answer.ttl == 300
    assert {str(item) for item in answer} == {f"10.0.8.{last}" for last in range(4, 12)}
    assert reply.flags & dns.flags.RA
    assert not reply.flags & dns.flags.AA


def test_more_than_eight_are_answered_eight_at_a_time_and_all_of_them_in_time(
    aws: Account, resolver: Resolver
) -> None:
    registered(aws, 12)
    replies = [resolver.addresses() for _ in range(200)]
    assert {len(reply) for reply in replies} == {8}
    assert len({address for reply in replies for address in reply}) == 12


def test_the_order_is_random(aws: Account, resolver: Resolver) -> None:
    registered(aws, 4)
    assert len({resolver.addresses()[0] for _ in range(200)}) == 4


def test_weighted_routing_answers_one(aws: Account, resolver: Resolver) -> None:
    registered(aws, 3, policy="WEIGHTED")
    seen = Counter(tuple(resolver.addresses()) for _ in range(300))
    assert {len(reply) for reply in seen} == {1}
    assert len(seen) == 3


def test_an_unhealthy_instance_is_not_answered_unless_all_are(
    aws: Account, resolver: Resolver
) -> None:
    service_id = registered(aws, 3)

    def set_health(instance_id: str, status: Any) -> None:
        aws.cloud_map.update_instance_custom_health_status(
            ServiceId=service_id, InstanceId=instance_id, Status=status
        )

    set_health("i0", "UNHEALTHY")
    assert sorted(resolver.addresses()) == ["10.0.8.5", "10.0.8.6"]
    set_health("i1", "UNHEALTHY")
    set_health("i2", "UNHEALTHY")
    assert len(resolver.addresses()) == 3
    set_health("i2", "HEALTHY")
    assert resolver.addresses() == ["10.0.8.6"]


def test_a_name_without_records_does_not_exist_and_the_soa_says_for_how_long(
    aws: Account, resolver: Resolver
) -> None:
    aws.namespace()
    reply = resolver.ask(f"nothing.{NAMESPACE}")
    assert reply.rcode() == dns.rcode.NXDOMAIN
    (soa,) = reply.authority
    assert (str(soa.name), soa.rdtype, soa.ttl) == (f"{NAMESPACE}.", dns.rdatatype.SOA, 300)
    (asked_for,) = resolver.ask(NAMESPACE, "SOA").answer
    assert asked_for.ttl == 900, "it is cut for a negative answer only"


def test_a_shorter_ttl_of_the_soa_counts_for_negative_answers(
    aws: Account, resolver: Resolver
) -> None:
    aws.namespace(Properties={"DnsProperties": {"SOA": {"TTL": 60}}})
    assert [each.ttl for each in resolver.ask(f"nothing.{NAMESPACE}").authority] == [60]
    assert [each.ttl for each in resolver.ask(NAMESPACE, "AAAA").authority] == [60]


def test_a_name_with_other_records_has_no_data(aws: Account, resolver: Resolver) -> None:
    registered(aws, 1)
    for name in (NAME, NAMESPACE):
        reply = resolver.ask(name, "AAAA")
        assert reply.rcode() == dns.rcode.NOERROR
        assert reply.answer == []
        assert (reply.authority[0].rdtype, reply.authority[0].ttl) == (dns.rdatatype.SOA, 300)


def test_a_name_that_only_has_names_below_it_has_no_data(aws: Account, resolver: Resolver) -> None:
    service_id = aws.service(aws.namespace(), "deep.er")
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    assert resolver.ask(f"er.{NAMESPACE}").rcode() == dns.rcode.NOERROR


def test_nothing_outside_the_private_zones_is_answered(aws: Account, resolver: Resolver) -> None:
    aws.namespace()
    reply = resolver.ask("example.com")
    assert (reply.rcode(), reply.answer) == (dns.rcode.REFUSED, [])


def test_case_makes_no_difference_and_is_given_back(aws: Account, resolver: Resolver) -> None:
    registered(aws, 1)
    mixed = NAME.title()
    (answer,) = resolver.ask(mixed).answer
    assert str(answer.name) == f"{mixed}."


def test_the_most_specific_zone_wins(aws: Account, resolver: Resolver) -> None:
    for namespace, address in (("example.com", "10.0.8.4"), ("sub.example.com", "10.0.8.5")):
        service_id = aws.service(aws.namespace(namespace), "web")
        aws.register(service_id, "one", AWS_INSTANCE_IPV4=address)
    assert resolver.addresses("web.sub.example.com") == ["10.0.8.5"]
    assert resolver.addresses("web.example.com") == ["10.0.8.4"]
    assert resolver.ask("other.sub.example.com").rcode() == dns.rcode.NXDOMAIN


def test_zones_of_another_vpc_are_not_answered(aws: Account, resolver: Resolver) -> None:
    service_id = aws.service(aws.namespace(vpc=aws.another_vpc()))
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.1.0.4")
    assert resolver.ask(NAME).rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("attribute", ["EnableDnsSupport", "EnableDnsHostnames"])
def test_nothing_is_answered_with_a_dns_attribute_of_the_vpc_off(
    aws: Account, resolver: Resolver, attribute: str
) -> None:
    registered(aws, 1)
    off: Any = {attribute: {"Value": False}}
    aws.ec2.modify_vpc_attribute(VpcId=aws.vpc, **off)
    reply = resolver.ask(NAME)
    assert (reply.rcode(), reply.answer) == (dns.rcode.REFUSED, [])


def test_srv_comes_with_the_addresses_of_its_targets(aws: Account, resolver: Resolver) -> None:
    service_id = aws.service(aws.namespace(), types=("SRV",))
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4", AWS_INSTANCE_PORT="8080")
    reply = resolver.ask(NAME, "SRV")
    assert [str(item) for item in reply.answer[0]] == [f"1 1 8080 one.{NAME}."]
    assert str(reply.additional[0].name) == f"one.{NAME}."
    assert [str(item) for item in reply.additional[0]] == ["10.0.8.4"]
    assert resolver.addresses(f"one.{NAME}") == ["10.0.8.4"]


def test_a_cname_is_followed_within_the_zones(aws: Account, resolver: Resolver) -> None:
    namespace_id = aws.namespace()
    aws.register(
        aws.service(namespace_id, "alias", types=("CNAME",)), "one", AWS_INSTANCE_CNAME=NAME
    )
    aws.register(aws.service(namespace_id), "two", AWS_INSTANCE_IPV4="10.0.8.4")
    assert resolver.addresses(f"alias.{NAMESPACE}") == [f"{NAME}.", "10.0.8.4"]
    outward = aws.service(namespace_id, "outward", types=("CNAME",))
    aws.register(outward, "three", AWS_INSTANCE_CNAME="example.com")
    assert resolver.addresses(f"outward.{NAMESPACE}") == ["example.com."]


def own_zone(aws: Account, *records: dict[str, Any]) -> None:
    """A private zone of the user's own for example.org, with these records."""
    change_records(aws, private_zone(aws), *records)


def test_a_private_zone_of_the_users_own_is_answered_too(aws: Account, resolver: Resolver) -> None:
    own_zone(
        aws,
        {
            "Name": "www.example.org",
            "Type": "A",
            "TTL": 60,
            "ResourceRecords": [{"Value": "10.0.8.9"}],
        },
        {
            "Name": "*.example.org",
            "Type": "TXT",
            "TTL": 60,
            "ResourceRecords": [{"Value": '"any"'}],
        },
    )
    assert resolver.addresses("www.example.org") == ["10.0.8.9"]
    assert resolver.addresses("else.example.org", "TXT") == ['"any"']
    assert resolver.ask("www.example.org", "TXT").answer == []


def test_a_large_answer_is_truncated_over_udp_and_whole_over_tcp(
    aws: Account, resolver: Resolver
) -> None:
    texts = [{"Value": f'"{number:0200}"'} for number in range(10)]
    own_zone(
        aws,
        {"Name": "big.example.org", "Type": "TXT", "TTL": 60, "ResourceRecords": texts},
        {"Name": "mid.example.org", "Type": "TXT", "TTL": 60, "ResourceRecords": texts[:4]},
    )
    for name, edns, truncated in (
        ("big.example.org", False, True),
        ("big.example.org", 0, True),
        ("mid.example.org", False, True),
        ("mid.example.org", 0, False),
    ):
        reply = resolver.ask(name, "TXT", use_edns=edns, payload=4096)
        assert bool(reply.flags & dns.flags.TC) is truncated
        assert len(reply.to_wire()) <= (512 if edns is False else 1232)
    whole = resolver.ask("big.example.org", "TXT", tcp=True)
    assert len(whole.answer[0]) == 10


def test_a_resolver_library_works_with_it(aws: Account, resolver: Resolver) -> None:
    registered(aws, 2)
    client = dns.resolver.Resolver(configure=False)
    client.nameservers, client.port = [HOST], resolver.port
    assert {str(item) for item in client.resolve(NAME, "A")} == {"10.0.8.4", "10.0.8.5"}
    with pytest.raises(dns.resolver.NXDOMAIN):
        client.resolve(f"nothing.{NAMESPACE}", "A")
    with pytest.raises(dns.resolver.NoAnswer):
        client.resolve(NAME, "AAAA")


def test_malformed_packets_get_an_error_or_silence_and_stop_nothing(
    aws: Account, resolver: Resolver
) -> None:
    registered(aws, 1)
    good = dns.message.make_query(NAME, "A").to_wire()
    chance = random.Random(4)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(SECONDS)
        client.connect((HOST, resolver.port))
        for number in range(500):
            if number % 50 == 0:
                resolver.ask(NAME)  # what a socket's buffer does not hold would be lost
            packet = bytearray(good)
            for _ in range(chance.randrange(1, 6)):
                packet[chance.randrange(len(packet))] = chance.randrange(256)
            client.send(bytes(packet[: chance.randrange(len(packet) + 1)]))
        for size in range(64):
            client.send(os.urandom(size))
        resolver.ask(NAME)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(SECONDS)
        client.connect((HOST, resolver.port))
        client.send(good[:12])  # a question is announced that is not there
        reply = client.recv(4096)
        assert reply[:2] == good[:2]
        assert reply[3] & 0x0F == dns.rcode.FORMERR
    with socket.create_connection((HOST, resolver.port)) as stream:
        stream.sendall(b"\xff\xff" + os.urandom(100))
    assert resolver.addresses() == ["10.0.8.4"]


@pytest.mark.parametrize(
    ("change", "rcode"),
    [
        ({"opcode": 4}, dns.rcode.NOTIMP),
        ({"rdclass": "CH"}, dns.rcode.REFUSED),
    ],
)
def test_what_is_no_query_of_the_internet_class_is_declined(
    aws: Account, resolver: Resolver, change: dict[str, Any], rcode: int
) -> None:
    aws.namespace()
    query = dns.message.make_query(NAMESPACE, "A", change.get("rdclass", "IN"))
    query.set_opcode(change.get("opcode", 0))
    reply = dns.query.udp(query, HOST, port=resolver.port, timeout=SECONDS)
    assert reply.rcode() == rcode


VALUES = {
    "A": ["10.0.8.4", "10.0.8.5"],
    "AAAA": ["fd00::4"],
    "CAA": ['0 issue "ca.example.org"'],
    "CNAME": ["www.Example.org."],
    "MX": ["10 mail.example.org.", "20 ."],
    "NAPTR": ['10 20 "U" "SIP+D2U" "!a!b!" _sip._udp.example.org.'],
    "NS": ["ns-1.example.org.", "ns-2.example.net."],
    "PTR": ["www.example.org."],
    "SRV": ["1 1 80 www.example.org."],
    "TXT": ['"one" "two"', '"three"'],
}
"""Values of every type that Route 53 and both DNS libraries have, with names and without."""


@pytest.mark.parametrize("edns", [False, 0])
@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_replies_are_the_bytes_that_dnslib_packs(
    aws: Account, resolver: Resolver, edns: Any, change: Callable[[str], str]
) -> None:
    own_zone(
        aws,
        *(
            {
                "Name": f"{type_}.example.org",
                "Type": type_,
                "TTL": 2**31 - 1,
                "ResourceRecords": [{"Value": value} for value in values],
            }
            for type_, values in VALUES.items()
        ),
    )
    names = [
        "example.org",
        "nothing.example.org",
        "example.com",
        *(f"{t}.example.org" for t in VALUES),
    ]
    for name in map(change, names):
        for type_ in (*VALUES, "SOA", "ANY", "TYPE65280"):
            query = dns.message.make_query(name, type_, use_edns=edns, payload=4096)
            reply = resolver.exchange(query.to_wire())
            assert DNSRecord.parse(reply).pack() == reply, (name, type_)
            question = query.question[0].name.to_wire()
            assert question and reply[12:].startswith(question), (name, type_)


@pytest.mark.parametrize("type_", VALUES)
def test_values_of_every_type_are_answered(aws: Account, resolver: Resolver, type_: str) -> None:
    values = VALUES[type_]
    records = [{"Value": value} for value in values]
    own_zone(aws, {"Name": "x.example.org", "Type": type_, "TTL": 7, "ResourceRecords": records})
    (answer,) = resolver.ask("X.Example.org", type_).answer
    assert (str(answer.name), answer.ttl) == ("X.Example.org.", 7)
    assert {*answer} == {dns.rdata.from_text("IN", type_, value) for value in values}


def test_a_value_that_dns_cannot_transmit_is_in_no_answer(aws: Account, resolver: Resolver) -> None:
    too_long = ".".join(["x" * 60] * 5)
    own_zone(
        aws,
        {
            "Name": "x.example.org",
            "Type": "CNAME",
            "TTL": 60,
            "ResourceRecords": [{"Value": too_long}],
        },
    )
    reply = resolver.ask("x.example.org")
    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, [])
