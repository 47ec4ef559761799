# SPDX-License-Identifier: Apache-2.0
"""Probes read every page, return sorted values, and repeat the text of an AWS error."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.stub import Stubber
from moto.moto_api._internal.models import MotoAPIBackend
from moto.server import ThreadedMotoServer

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.discovery import probes
from cloudmap_harness.discovery.observation import ObservedInstance, ObservedRecord, ObservedTask
from cloudmap_harness.errors import AwsError

REGION = "ap-northeast-1"
CLUSTER = "handson-cluster"


def aws_at(endpoint: str) -> AwsClients:
    return AwsClients(child_environment(Target.LOCAL, {}, endpoint=endpoint, region=REGION))


@pytest.fixture
def aws() -> Iterator[AwsClients]:
    """Yields the clients of a moto server that is empty and this test's own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        MotoAPIBackend(
            "us-east-1", "0" * 12
        ).reset()  # moto keeps its account per process, not per server.
        yield aws_at(f"http://{host}:{port}")
    finally:
        server.stop()


@pytest.fixture
def stubbed() -> Iterator[tuple[AwsClients, Stubber]]:
    """Yields clients whose ECS answers only what the test queued."""
    aws = aws_at("http://127.0.0.1:9")
    with Stubber(aws.ecs) as stubber:
        yield aws, stubber
        stubber.assert_no_pending_responses()


def calls_of(client: BaseClient) -> list[str]:
    """Returns a list that grows by the operations that a client is asked for from now on."""
    names: list[str] = []
    client.meta.events.register(
        "before-call", lambda model, **_: names.append(model.name), unique_id="calls"
    )
    return names


def arn(number: int) -> str:
    return f"arn:aws:ecs:{REGION}:123456789012:task/{CLUSTER}/{number:032x}"


def described(number: int, status: str = "RUNNING") -> dict[str, Any]:
    return {
        "taskArn": arn(number),
        "clusterArn": f"arn:aws:ecs:{REGION}:123456789012:cluster/{CLUSTER}",
        "lastStatus": status,
        "desiredStatus": "RUNNING",
        "availabilityZone": f"{REGION}a",
        "attachments": [
            {
                "type": "ElasticNetworkInterface",
                "details": [
                    {"name": "networkInterfaceId", "value": f"eni-{number}"},
                    {"name": "privateIPv4Address", "value": str(IPv4Address("10.0.8.0") + number)},
                ],
            }
        ],
    }


def test_tasks_are_read_page_by_page(stubbed: tuple[AwsClients, Stubber]) -> None:
    aws, ecs = stubbed
    # In descending order, so that the order of the result is the probe's own.
    numbers = list(range(250, 0, -1))
    for at in (0, 100, 200):
        page: dict[str, Any] = {"taskArns": [arn(number) for number in numbers[at : at + 100]]}
        asked: dict[str, Any] = {"cluster": CLUSTER, "serviceName": "s", "maxResults": 100}
        ecs.add_response(
            "list_tasks",
            page | ({"nextToken": f"t{at}"} if at < 200 else {}),
            asked | ({"nextToken": f"t{at - 100}"} if at else {}),
        )
    for at in (0, 100, 200):
        some = numbers[at : at + 100]
        ecs.add_response(
            "describe_tasks",
            {"tasks": [described(number) for number in some]},
            {"cluster": CLUSTER, "tasks": [arn(number) for number in some]},
        )
    tasks = probes.tasks(aws, CLUSTER, "s")
    assert [task.network_interface for task in tasks] == [f"eni-{n}" for n in range(1, 251)]


def test_a_task_has_the_address_of_its_interface(stubbed: tuple[AwsClients, Stubber]) -> None:
    aws, ecs = stubbed
    ecs.add_response("list_tasks", {"taskArns": [arn(1), arn(2)]})
    starting = described(2, "PROVISIONING") | {"attachments": []}
    del starting["availabilityZone"]
    ecs.add_response("describe_tasks", {"tasks": [described(1), starting]})
    assert probes.tasks(aws, CLUSTER, "s") == (
        ObservedTask(f"{2:032x}", "PROVISIONING", None, None, None, cluster=CLUSTER),
        ObservedTask(
            f"{1:032x}",
            "RUNNING",
            IPv4Address("10.0.8.1"),
            "eni-1",
            f"{REGION}a",
            cluster=CLUSTER,
        ),
    )


def test_a_task_that_has_crashed_between_the_two_calls_does_not_count(
    stubbed: tuple[AwsClients, Stubber],
) -> None:
    aws, ecs = stubbed
    ecs.add_response("list_tasks", {"taskArns": [arn(1), arn(2)]})
    crashed = described(2) | {"desiredStatus": "STOPPED"}
    ecs.add_response("describe_tasks", {"tasks": [described(1), crashed]})
    assert [task.id for task in probes.tasks(aws, CLUSTER, "s")] == [f"{1:032x}"]


def test_stopped_tasks_say_why(stubbed: tuple[AwsClients, Stubber]) -> None:
    aws, ecs = stubbed
    ecs.add_response("list_tasks", {"taskArns": [arn(1), arn(2)]})
    ended = {"name": "httpd", "exitCode": 137}
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    tasks = [
        {"taskArn": arn(1), "stoppingAt": at, "stoppedReason": "Scaling activity"},
        {
            "taskArn": arn(2),
            "stoppingAt": at + timedelta(minutes=1),
            "stoppedReason": "Essential container in task exited",
            "containers": [ended],
        },
    ]
    ecs.add_response("describe_tasks", {"tasks": tasks})
    assert probes.stopped_tasks(aws, CLUSTER, "s") == (
        f"12:01:00 (task {2:032x}) has stopped: Essential container in task exited; "
        "httpd ended with exit code 137",
        f"12:00:00 (task {1:032x}) has stopped: Scaling activity",
    )


def test_a_service_without_tasks_has_none(stubbed: tuple[AwsClients, Stubber]) -> None:
    aws, ecs = stubbed
    ecs.add_response("list_tasks", {"taskArns": []})
    assert probes.tasks(aws, CLUSTER, "s") == ()


def record_set(number: int, **more: Any) -> dict[str, Any]:
    return {
        "Name": "web.handson.internal.",
        "Type": "A",
        "TTL": 300,
        "SetIdentifier": f"{number:032x}",
        "ResourceRecords": [{"Value": str(IPv4Address("10.0.8.0") + number)}],
    } | more


def test_records_are_read_page_by_page() -> None:
    """Route 53 continues by name, type and identifier; moto compares only name and type."""
    aws = aws_at("http://127.0.0.1:9")
    sets = [
        {"Name": "handson.internal.", "Type": "NS", "ResourceRecords": [{"Value": "ns-0."}]},
        *(record_set(number, MultiValueAnswer=True) for number in range(350, 0, -1)),
    ]
    page = {"MaxItems": "300"}
    following = {"Name": "web.handson.internal.", "Type": "A", "Identifier": f"{51:032x}"}
    with Stubber(aws.route53) as route53:
        route53.add_response(
            "list_resource_record_sets",
            page
            | {"ResourceRecordSets": sets[:300], "IsTruncated": True}
            | {f"NextRecord{key}": value for key, value in following.items()},
            {"HostedZoneId": "Z1", "MaxItems": "300"},
        )
        route53.add_response(
            "list_resource_record_sets",
            page | {"ResourceRecordSets": sets[300:], "IsTruncated": False},
            {"HostedZoneId": "Z1", "MaxItems": "300"}
            | {f"StartRecord{key}": value for key, value in following.items()},
        )
        records, targets = probes.records(aws, "Z1")
        route53.assert_no_pending_responses()
    assert [record.address for record in records] == [
        IPv4Address("10.0.8.0") + number for number in range(1, 351)
    ]
    first = ObservedRecord(
        "web.handson.internal.", IPv4Address("10.0.8.1"), 300, f"{1:032x}", multivalue=True
    )
    assert records[0] == first
    assert targets == ()


def test_each_value_of_a_plain_record_set_is_a_record(aws: AwsClients) -> None:
    zone = aws.route53.create_hosted_zone(Name="handson.internal", CallerReference="1")
    aws.route53.change_resource_record_sets(
        HostedZoneId=zone["HostedZone"]["Id"],
        ChangeBatch={
            "Changes": [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": "web.handson.internal",
                        "Type": "A",
                        "TTL": 60,
                        "ResourceRecords": [{"Value": "10.0.8.2"}, {"Value": "10.0.8.1"}],
                    },
                }
            ]
        },
    )
    records, _ = probes.records(aws, zone["HostedZone"]["Id"])
    assert records == tuple(
        ObservedRecord("web.handson.internal.", IPv4Address(address), 60, None, multivalue=False)
        for address in ("10.0.8.1", "10.0.8.2")
    )


def test_a_zone_without_a_records_has_none(aws: AwsClients) -> None:
    zone = aws.route53.create_hosted_zone(Name="handson.internal", CallerReference="1")
    assert probes.records(aws, zone["HostedZone"]["Id"]) == ((), ())


def test_instances_are_read_page_by_page(aws: AwsClients) -> None:
    cloud_map = aws.servicediscovery
    cloud_map.create_http_namespace(Name="handson.internal")
    [namespace] = cloud_map.list_namespaces()["Namespaces"]
    service = cloud_map.create_service(Name="web", NamespaceId=namespace["Id"])["Service"]["Id"]
    for number in range(250, 0, -1):
        address = str(IPv4Address("10.0.8.0") + number)
        cloud_map.register_instance(
            ServiceId=service,
            InstanceId=f"{number:032x}",
            Attributes={"AWS_INSTANCE_IPV4": address},
        )
    calls = calls_of(cloud_map)
    assert probes.instances(aws, service) == tuple(
        ObservedInstance(f"{number:032x}", IPv4Address("10.0.8.0") + number)
        for number in range(1, 251)
    )
    assert calls == ["ListInstances"] * 3


def test_an_aws_error_is_raised_with_its_code_and_text(stubbed: tuple[AwsClients, Stubber]) -> None:
    aws, ecs = stubbed
    ecs.add_client_error("list_tasks", "AccessDeniedException", "no identity-based policy allows")
    with pytest.raises(AwsError) as error:
        probes.tasks(aws, CLUSTER, "s")
    assert str(error.value) == "ListTasks: AccessDeniedException: no identity-based policy allows"


def test_an_endpoint_that_does_not_answer_is_named() -> None:
    with pytest.raises(AwsError, match="^http://127.0.0.1:9: EndpointConnectionError: "):
        probes.tasks(aws_at("http://127.0.0.1:9"), CLUSTER, "s")


def test_clients_have_nothing_of_the_processs_own_environment(
    aws: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert aws.endpoint is not None
    clients = aws_at(aws.endpoint)
    assert clients.ecs.list_clusters()["clusterArns"] == []
    signer = clients.ecs._request_signer  # type: ignore[attr-defined]
    assert (signer._credentials.access_key, signer._credentials.token) == ("test", None)


def test_clients_of_aws_ignore_every_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", "http://127.0.0.1:9")
    aws = AwsClients(child_environment(Target.AWS, {}, endpoint=None, region=REGION))
    assert aws.ecs.meta.endpoint_url == f"https://ecs.{REGION}.amazonaws.com"
    assert aws.route53.meta.endpoint_url == "https://route53.amazonaws.com"
