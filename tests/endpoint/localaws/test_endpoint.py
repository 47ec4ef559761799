# SPDX-License-Identifier: Apache-2.0
"""The endpoint itself: health, isolation, what is out of scope, and moto put back."""

from __future__ import annotations

import json
import os
import socket
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from botocore.exceptions import ClientError

from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import Account, error_of, refused


def test_localstacks_health_page_answers(endpoint: Endpoint) -> None:
    with urllib.request.urlopen(f"{endpoint.url}/_localstack/health") as reply:
        page = json.load(reply)
    assert page["edition"] == "localaws"
    assert page["pid"] == os.getpid()
    assert page["services"]["servicediscovery"] == "running"
    assert page["dns"] == f"127.0.0.1:{endpoint.dns_port}"
    assert page["bastion"] == endpoint.bastion_url
    assert 2**25 < page["peakMemoryBytes"] < 2**33


def listening(connections: Iterable[Any]) -> set[tuple[str, int, int]]:
    """The address, port and kind of every TCP listener and UDP socket among the connections."""
    return {
        (each.laddr.ip, each.laddr.port, int(each.type))
        for each in connections
        if each.laddr and (each.status == psutil.CONN_LISTEN or each.type == socket.SOCK_DGRAM)
    }


def listening_here() -> set[tuple[str, int, int]]:
    return listening(psutil.Process().net_connections(kind="inet"))


def beyond_loopback(sockets: Iterable[tuple[str, int, int]]) -> set[str]:
    return {ip for ip, _, _ in sockets} - {"127.0.0.1"}


def test_it_listens_on_loopback_only(aws: Account, endpoint: Endpoint) -> None:
    """HTTP, DNS by UDP and TCP, the bastion, those of another VPC, and a task's container."""
    http, bastion = (urlsplit(url).port for url in (endpoint.url, endpoint.bastion_url))
    before = listening_here()
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    other = aws.another_vpc()
    aws.namespace(vpc=other)
    with urllib.request.urlopen(f"{endpoint.url}/_localstack/health") as reply:
        dns = int(json.load(reply)["vpcs"][other]["dns"].rpartition(":")[2])
    now = listening_here()
    assert now >= {
        ("127.0.0.1", http, socket.SOCK_STREAM),
        ("127.0.0.1", bastion, socket.SOCK_STREAM),
        ("127.0.0.1", endpoint.dns_port, socket.SOCK_STREAM),
        ("127.0.0.1", endpoint.dns_port, socket.SOCK_DGRAM),
        ("127.0.0.1", dns, socket.SOCK_STREAM),
        ("127.0.0.1", dns, socket.SOCK_DGRAM),
    }
    assert len(now - before) >= 4, "the other VPC's three, and the task's container"
    assert beyond_loopback(now) == set()


@pytest.mark.parametrize(
    ("kind", "status"),
    [(socket.SOCK_STREAM, psutil.CONN_LISTEN), (socket.SOCK_DGRAM, psutil.CONN_NONE)],
)
def test_a_socket_beyond_loopback_would_be_seen(kind: socket.SocketKind, status: str) -> None:
    """Planted, not opened: a test opens no port to other machines either."""
    planted = SimpleNamespace(
        laddr=SimpleNamespace(ip="0.0.0.0", port=80), type=kind, status=status
    )
    assert beyond_loopback(listening([planted])) == {"0.0.0.0"}


def test_a_port_that_is_taken_is_an_error(endpoint: Endpoint) -> None:
    port = int(endpoint.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"), Endpoint(EndpointSettings(port=port)):
        pass


def test_the_article_s_network_is_there_from_the_start(aws: Account) -> None:
    vpc = aws.ec2.describe_vpcs(VpcIds=[aws.vpc])["Vpcs"][0]
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        reply = aws.ec2.describe_vpc_attribute(VpcId=aws.vpc, Attribute=attribute)
        assert reply[attribute[0].upper() + attribute[1:]] == {"Value": True}  # type: ignore[literal-required]
    assert sorted(aws.subnets("private").values()) == ["10.0.8.0/24", "10.0.9.0/24"]
    assert len(aws.subnets("public")) == 2


@pytest.mark.parametrize(("tier", "target"), [("public", "GatewayId"), ("private", "NatGatewayId")])
def test_each_tier_has_two_zones_and_its_way_out(aws: Account, tier: str, target: str) -> None:
    ids = [*aws.subnets(tier)]
    zones = {s["AvailabilityZone"] for s in aws.ec2.describe_subnets(SubnetIds=ids)["Subnets"]}
    assert len(zones) == 2
    tables = aws.ec2.describe_route_tables(
        Filters=[{"Name": "association.subnet-id", "Values": ids}]
    )["RouteTables"]
    ways = [r for t in tables for r in t["Routes"] if r.get("DestinationCidrBlock") == "0.0.0.0/0"]
    assert len(ways) == 1 and target in ways[0]
    assert len(aws.ec2.describe_nat_gateways()["NatGateways"]) == 1


def test_a_new_vpc_has_dns_support_but_no_hostnames(aws: Account) -> None:
    vpc = aws.another_vpc()
    support = aws.ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")
    hostnames = aws.ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")
    assert support["EnableDnsSupport"] == {"Value": True}
    assert hostnames["EnableDnsHostnames"] == {"Value": False}


def test_a_group_in_use_cannot_be_deleted(aws: Account) -> None:
    group = aws.ec2.create_security_group(GroupName="web", Description="web", VpcId=aws.vpc)
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group["GroupId"]]
    aws.ecs_service(None, desired=1, networkConfiguration=network)
    aws.steady(1)
    with pytest.raises(ClientError) as caught:
        aws.ec2.delete_security_group(GroupId=group["GroupId"])
    assert error_of(caught)[0] == "DependencyViolation"


def test_accounts_and_regions_do_not_see_each_other(aws: Account) -> None:
    others = [
        Account(aws.url, region="us-east-1"),
        Account(aws.url, key="111122223333"),
        Account(aws.url, key="444455556666"),
    ]
    for each in (aws, *others):
        namespace_id = each.namespace()
        registry = each.service(namespace_id)
        each.ecs_service(registry, desired=1)
        each.steady(1)
        assert len(each.instances(registry)) == len(each.record_sets(namespace_id)) == 1
        assert len(each.cloud_map.list_namespaces()["Namespaces"]) == 1
    arn = others[1].ecs.list_clusters()["clusterArns"][0]
    assert arn.split(":")[4] == "111122223333"
    assert len(others[2].route53.list_hosted_zones()["HostedZones"]) == 1
    assert len(aws.route53.list_hosted_zones()["HostedZones"]) == 2, "Route 53 has no regions"


def test_two_services_and_two_namespaces_do_not_mix(aws: Account) -> None:
    one, two = aws.namespace("one.internal"), aws.namespace("two.internal")
    registries = [aws.service(one, "a"), aws.service(one, "b"), aws.service(two, "a")]
    for number, registry in enumerate(registries):
        aws.ecs_service(registry, desired=number + 1, name=f"s{number}")
    for number in range(3):
        aws.steady(number + 1, name=f"s{number}")
    names = [record["Name"] for record in aws.record_sets(one)]
    assert names == ["a.one.internal."] + ["b.one.internal."] * 2
    assert [record["Name"] for record in aws.record_sets(two)] == ["a.two.internal."] * 3


def test_concurrent_clients_end_in_what_their_calls_amount_to(aws: Account) -> None:
    namespace_id = aws.namespace()
    registries = [aws.service(namespace_id, f"s{number}") for number in range(5)]
    definition = aws.task_definition()
    for number in range(5):
        aws.ecs_service(None, desired=0, name=f"e{number}", taskDefinition=definition)

    def client(number: int) -> None:
        mine = Account(aws.url)
        registry = registries[number % 5]
        mine.register(registry, f"i{number}", AWS_INSTANCE_IPV4="10.0.8.4")
        mine.ecs.update_service(
            cluster="handson", service=f"e{number % 5}", desiredCount=number % 5
        )
        if number % 2:
            mine.deregister(registry, f"i{number}")
        mine.cloud_map.delete_service(Id=mine.service(namespace_id, f"own{number}"))

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(client, range(50)))
    kept = {f"i{number}" for number in range(0, 50, 2)}
    assert {id_ for registry in registries for id_ in aws.instances(registry)} == kept
    assert {record["SetIdentifier"] for record in aws.record_sets(namespace_id)} == kept
    namespace = aws.cloud_map.get_namespace(Id=namespace_id)["Namespace"]
    assert namespace["ServiceCount"] == len(aws.cloud_map.list_services()["Services"]) == 5
    for number in range(5):
        aws.steady(number, name=f"e{number}")
    assert len(aws.tasks()) == sum(range(5))


def test_what_is_out_of_scope_says_so(aws: Account) -> None:
    with pytest.raises(ClientError) as caught:
        aws.client("ecs").execute_command(cluster="c", command="sh", task="t", interactive=True)
    code, message, status = error_of(caught)
    assert (code, status) == ("NotImplemented", 501)
    assert "execute_command" in message


def test_a_url_that_moto_does_not_have_is_out_of_scope_too(aws: Account) -> None:
    call: Any = {"HostedZoneId": "Z", "RecordName": "www", "RecordType": "A"}
    code, message, status = refused(lambda: aws.route53.test_dns_answer(**call))
    assert (code, status) == ("NotImplemented", 501)
    assert message == "GET /2013-04-01/testdnsanswer has not been implemented"
    code, _, status = refused(lambda: aws.route53.get_hosted_zone(Id="Z"))
    assert (code, status) == ("NoSuchHostedZone", 404)


def test_a_missing_object_is_not_found(aws: Account) -> None:
    """HeadObject's 404 has no body, which is no page of moto's; Terraform's S3 backend asks so."""
    s3 = aws.client("s3")
    s3.create_bucket(
        Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    with pytest.raises(ClientError, match=r"404.* HeadObject"):
        s3.head_object(Bucket="a-bucket", Key="missing")


def test_a_call_that_waits_keeps_no_other_waiting(aws: Account) -> None:
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=20)
        aws.ecs.list_clusters()
        sqs.send_message(QueueUrl=queue, MessageBody="it is here")
        (message,) = waiting.result(timeout=10)["Messages"]
    assert message["Body"] == "it is here"


def test_a_client_that_is_slow_to_send_keeps_no_other_waiting(
    aws: Account, endpoint: Endpoint
) -> None:
    head = (
        "PUT /bucket/key HTTP/1.1\r\nHost: s3.amazonaws.com\r\nContent-Length: 10\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request\r\n\r\n"
    )
    url = urlsplit(endpoint.url)
    with socket.create_connection((str(url.hostname), int(url.port or 0))) as slow:
        slow.sendall(head.encode() + b"half")
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(aws.client("sts").get_caller_identity).result(timeout=10)
