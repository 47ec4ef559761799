# SPDX-License-Identifier: Apache-2.0
"""Faults on purpose: calls as in LocalStack's Chaos API, and those of tasks, images and zones."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from localaws import runtime
from localaws.__main__ import main
from localaws.ecs.health_checks import NEVER, unhealthy_after
from localaws.faults.active import ACTIVE
from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account, Turns
from tests.support.waiting import eventually

RULES, EFFECTS, OWN = "/_localstack/chaos/faults", "/_localstack/chaos/effects", "/_localaws/faults"


@pytest.fixture(autouse=True)
def no_fault_stays() -> Iterator[None]:
    yield
    ACTIVE.clear()


class Faults:
    """The endpoint's pages for faults."""

    def __init__(self, url: str):
        self._url = url

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)["error"]


@pytest.fixture
def faults(endpoint: Endpoint) -> Faults:
    return Faults(endpoint.url)


def failure_of(aws: Account) -> tuple[int, str] | None:
    try:
        aws.ecs.list_clusters()
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
    return None


def test_a_rule_of_localstacks_form_makes_calls_fail(aws: Account, faults: Faults) -> None:
    throttled = {
        "service": "ecs",
        "region": "ap-northeast-1",
        "operation": "ListClusters",
        "error": {"statusCode": 400, "code": "ThrottlingException"},
    }
    assert faults("POST", RULES, [throttled]) == [throttled]
    assert failure_of(aws) == (400, "ThrottlingException")
    assert aws.ecs.describe_clusters(clusters=["x"])["clusters"] == [], "another operation"
    assert faults("GET", RULES) == [throttled]
    assert faults("PATCH", RULES, [{"service": "ec2"}]) == [throttled, {"service": "ec2"}]
    assert faults("DELETE", RULES, [throttled]) == [{"service": "ec2"}]
    assert failure_of(aws) is None
    assert faults("POST", RULES, []) == []


def test_a_rule_without_anything_fails_every_call_and_is_503(aws: Account, faults: Faults) -> None:
    faults("POST", RULES, [{}])
    assert failure_of(aws) == (503, "ServiceUnavailable")
    for call in (aws.ec2.describe_vpcs, aws.route53.list_hosted_zones):
        with pytest.raises(ClientError, match="ServiceUnavailable"):
            call()
    assert faults("GET", "/_localstack/health")["edition"] == "localaws", "pages are no calls"
    faults("DELETE", RULES)
    assert failure_of(aws) is None


@pytest.mark.parametrize(
    ("service", "operation", "call"),
    [
        ("ec2", "DescribeVpcs", lambda aws: aws.ec2.describe_vpcs()),
        ("route53", "ListHostedZones", lambda aws: aws.route53.list_hosted_zones()),
        ("servicediscovery", "ListServices", lambda aws: aws.cloud_map.list_services()),
    ],
)
def test_operations_of_each_protocol_are_told_apart(
    aws: Account, faults: Faults, service: str, operation: str, call: Any
) -> None:
    faults("POST", RULES, [{"service": service, "operation": "Nothing"}])
    call(aws)
    faults("POST", RULES, [{"service": service, "operation": operation}])
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        call(aws)


def test_a_probability_hits_some_calls(aws: Account, faults: Faults) -> None:
    faults("POST", RULES, [{"service": "ecs", "probability": 0.5}])
    outcomes = [failure_of(aws) for _ in range(60)]
    assert {None, (503, "ServiceUnavailable")} == {*outcomes}
    faults("POST", RULES, [{"service": "ecs", "probability": 0}])
    assert {failure_of(aws) for _ in range(10)} == {None}


def test_every_so_manyth_call_is_hit(aws: Account, faults: Faults) -> None:
    faults("POST", RULES, [{"service": "ecs", "every": 3}])
    hit = (503, "ServiceUnavailable")
    assert [failure_of(aws) for _ in range(6)] == [None, None, hit, None, None, hit]


def test_calls_are_late(aws: Account, faults: Faults) -> None:
    assert faults("POST", EFFECTS, {"latency": 300}) == {"latency": 300}
    began = time.monotonic()
    aws.ecs.list_clusters()
    assert time.monotonic() - began >= 0.3
    assert faults("DELETE", EFFECTS) == {"latency": 0}
    faults("POST", RULES, [{"service": "ecs", "latency": 300}])
    began = time.monotonic()
    assert failure_of(aws) is None, "late, and carried out"
    assert time.monotonic() - began >= 0.3


def test_a_connection_is_dropped_after_the_call_was_carried_out_once(
    aws: Account, faults: Faults
) -> None:
    faults("POST", RULES, [{"service": "ecs", "attempt": 1, "drop": True}])
    with pytest.raises(ConnectionClosedError):
        aws.ecs.create_cluster(clusterName="once")
    repeating = boto3.client(
        "ecs",
        endpoint_url=aws.url,
        region_name=aws.region,
        aws_access_key_id=aws.key,
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 2, "mode": "standard"}),
    )
    repeating.create_cluster(clusterName="twice")
    faults("DELETE", RULES)
    names = {arn.rpartition("/")[2] for arn in aws.ecs.list_clusters()["clusterArns"]}
    assert names == {"once", "twice"}


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (RULES, {}, "an array"),
        (RULES, [1], "an object with: service"),
        (RULES, [{"services": "ecs"}], "no 'services'; there are: service"),
        (RULES, [{"probability": 2}], "from 0 to 1"),
        (RULES, [{"service": 3}], "another type"),
        (RULES, [{"error": {"statusCode": 200}}], "400 to 599"),
        (EFFECTS, {"latency": -1}, "milliseconds from 0"),
        (EFFECTS, [], "an object with: latency"),
        (OWN, {"kind": "earthquake"}, "crash"),
        (OWN, {"kind": "zone"}, "`zone` is wanted too"),
        (OWN, {"kind": "crash", "exit_code": 1}, "no 'exit_code'; there are: after"),
        (OWN, {"kind": "call", "every": 0}, "1 or more"),
    ],
)
def test_a_fault_that_is_none_is_told(faults: Faults, path: str, body: Any, words: str) -> None:
    status, told = faults("POST", path, body)
    assert (status, words in told) == (400, True), told


def test_our_own_faults_have_ids_and_end_one_by_one(aws: Account, faults: Faults) -> None:
    crash = faults("POST", OWN, {"kind": "crash", "service": "httpd"})
    late = faults("POST", OWN, {"kind": "call", "service": "ecs", "latency": 1})
    assert [each["id"] for each in faults("GET", OWN)] == [crash["id"], late["id"]]
    assert faults("GET", "/_localstack/health")["faults"] == [
        "tasks of service httpd crash with exit code 1",
        "calls of ecs are late by 1 ms",
    ]
    assert [each["id"] for each in faults("DELETE", f"{OWN}/{crash['id']}")] == [late["id"]]
    assert faults("DELETE", f"{OWN}/{crash['id']}")[0] == 404
    assert faults("DELETE", OWN) == []


def test_the_command_does_the_same(
    endpoint: Endpoint, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)
    assert main(["fault", "zone", "--zone", "ap-northeast-1a"]) == 0
    id_ = capsys.readouterr().out.split()[0]
    assert (
        main(
            [
                "fault",
                "call",
                "--service",
                "ecs",
                "--code",
                "ThrottlingException",
                "--status",
                "400",
            ]
        )
        == 0
    )
    assert main(["fault", "list"]) == 0
    assert "calls of ecs fail with 400 ThrottlingException" in capsys.readouterr().out
    assert main(["fault", "end", id_]) == 0
    assert main(["fault", "end", "all"]) == 0
    assert "no fault is on" in capsys.readouterr().out
    assert main(["fault", "zone"]) == 1
    assert "`zone` is wanted too" in capsys.readouterr().err
    assert main(["fault", "--endpoint", "http://127.0.0.1:1", "list"]) == 1
    with pytest.raises(SystemExit, match="2"):
        main(["fault", "flood"])


# What only the embedded endpoint can: tasks, images and zones


def stopped(aws: Account) -> list[Any]:
    return aws.tasks(desiredStatus="STOPPED")


def test_tasks_crash_and_are_replaced_as_long_as_the_fault_is_on(
    aws: Account, faults: Faults
) -> None:
    service_id = aws.service(aws.namespace())
    aws.ecs_service(service_id, desired=2)
    aws.steady(2)
    before = {task["taskArn"] for task in aws.tasks()}
    faults("POST", OWN, {"kind": "crash", "service": "httpd", "exitCode": 137, "after": 0.2})
    gone = eventually(lambda: stopped(aws), lambda tasks: len(tasks) > 3)
    assert {task["stopCode"] for task in gone} == {"EssentialContainerExited"}
    ended = eventually(
        lambda: [t for t in stopped(aws) if t["lastStatus"] == "STOPPED"],
        lambda tasks: len(tasks) > 0,
    )
    assert {task["containers"][0]["exitCode"] for task in ended} == {137}
    faults("DELETE", OWN)
    aws.steady(2)
    after = {task["taskArn"] for task in aws.tasks()}
    assert len(after) == 2 and not after & before
    ids = {arn.rpartition("/")[2] for arn in after}
    eventually(lambda: aws.instances(service_id).keys(), lambda seen: seen == ids)


def test_an_image_cannot_be_pulled(aws: Account, faults: Faults) -> None:
    faults("POST", OWN, {"kind": "pull", "image": "httpd"})
    aws.ecs_service(None, desired=1)
    gone = eventually(lambda: stopped(aws), lambda tasks: len(tasks) > 0)[0]
    assert gone["stoppedReason"].startswith("CannotPullContainerError: ")
    assert "httpd:2.4.41-alpine" in gone["stoppedReason"]
    assert gone["stopCode"] == "TaskFailedToStart"
    faults("DELETE", OWN)
    aws.steady(1)


def test_an_unhealthy_task_leaves_dns_and_is_replaced(
    aws: Account, service_id: str, faults: Faults, turns: Turns
) -> None:
    aws.ecs_service(service_id, desired=1)
    turns(12)
    (task,) = aws.tasks()
    fault = faults("POST", OWN, {"kind": "unhealthy", "service": "httpd"})
    turns(2)
    assert aws.tasks(desiredStatus="STOPPED")[0]["healthStatus"] == "UNHEALTHY"
    assert aws.tasks(desiredStatus="STOPPED")[0]["stoppedReason"] == (
        "Task failed container health checks"
    )
    id_ = task["taskArn"].rpartition("/")[2]
    messages = [event["message"] for event in aws.described()["events"]]
    assert f"(service httpd) (task {id_}) failed container health checks." in messages
    faults("DELETE", f"{OWN}/{fault['id']}")
    turns(20)
    assert [*aws.instances(service_id)] == [aws.tasks()[0]["taskArn"].rpartition("/")[2]] != [id_]


@pytest.fixture
def service_id(aws: Account) -> str:
    namespace = aws.namespace()
    return aws.service(namespace)


def test_a_task_of_no_service_is_unhealthy_until_the_fault_ends(
    aws: Account, faults: Faults, turns: Turns
) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    aws.ecs.run_task(
        cluster="handson",
        taskDefinition=aws.task_definition(),
        launchType="FARGATE",
        networkConfiguration=aws.network(),
    )
    turns(8)
    faults("POST", OWN, {"kind": "unhealthy"})
    turns(2)
    assert aws.tasks()[0]["healthStatus"] == "UNHEALTHY"
    faults("DELETE", OWN)
    turns(2)
    assert aws.tasks()[0]["healthStatus"] == "UNKNOWN"


def test_nothing_runs_or_starts_in_a_zone_that_is_down(aws: Account, faults: Faults) -> None:
    aws.ecs_service(None, desired=2)
    aws.steady(2)
    zone = aws.tasks()[0]["availabilityZone"]
    faults("POST", OWN, {"kind": "zone", "zone": zone})
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=4)
    aws.steady(4)
    assert zone not in {task["availabilityZone"] for task in aws.tasks()}
    for each in {subnet["AvailabilityZone"] for subnet in aws.ec2.describe_subnets()["Subnets"]}:
        faults("POST", OWN, {"kind": "zone", "zone": each})
    eventually(
        lambda: aws.described()["events"][0]["message"],
        lambda message: "Capacity is unavailable at this time" in message,
    )
    faults("DELETE", OWN)
    aws.steady(4)


# Health checks that fail by themselves


@pytest.mark.parametrize(
    ("check", "seconds"),
    [
        ({"command": ["CMD-SHELL", "exit 1"]}, 90),
        ({"command": ["CMD-SHELL", "exit 0"]}, NEVER),
        ({"command": ["CMD", "false"]}, 90),
        ({"command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]}, NEVER),
        ({"command": ["CMD-SHELL", "exit 2"], "interval": 5, "retries": 1}, 5),
        ({"command": ["CMD-SHELL", "exit 2"], "interval": 5, "retries": 2, "startPeriod": 12}, 25),
        ({"command": ["CMD-SHELL", "sleep 60"], "interval": 5, "retries": 1, "timeout": 2}, 7),
        ({"command": ["CMD-SHELL", "sleep 1"], "timeout": 2}, NEVER),
    ],
)
def test_when_a_failing_health_check_makes_a_container_unhealthy(
    check: dict[str, Any], seconds: float
) -> None:
    assert unhealthy_after({"healthCheck": check}) == seconds


def test_a_task_whose_health_check_fails_is_replaced_in_time(
    aws: Account, service_id: str, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_ahead", 0.0)
    failing = {"command": ["CMD-SHELL", "exit 1"], "interval": 10, "retries": 2}
    definition = aws.task_definition(healthCheck=failing)
    aws.ecs_service(service_id, desired=1, taskDefinition=definition)
    turns(12)
    (task,) = aws.tasks()
    assert task["lastStatus"] == "RUNNING" and task["healthStatus"] == "HEALTHY"
    runtime.resume_at(runtime.now() + 19)
    turns(2)
    assert aws.tasks()[0]["taskArn"] == task["taskArn"]
    runtime.resume_at(runtime.now() + 2)
    turns(12)
    assert task["taskArn"] not in {each["taskArn"] for each in aws.tasks()}
    assert stopped(aws)[0]["stoppedReason"] == "Task failed container health checks"


def test_a_grace_period_puts_the_replacement_off(
    aws: Account, service_id: str, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_ahead", 0.0)
    failing = {"command": ["CMD", "false"], "interval": 5, "retries": 1}
    aws.ecs_service(
        service_id,
        desired=1,
        taskDefinition=aws.task_definition(healthCheck=failing),
        healthCheckGracePeriodSeconds=600,
    )
    turns(12)
    runtime.resume_at(runtime.now() + 60)
    turns(6)
    assert aws.tasks()[0]["healthStatus"] == "UNHEALTHY"


def test_running_tasks_are_not_registered_again(aws: Account) -> None:
    """A service that is made again has its old id; its tasks stay out of it until replaced."""
    namespace = aws.namespace()
    service_id = aws.service(namespace)
    aws.ecs_service(service_id, desired=1)
    aws.steady(1)
    (instance,) = aws.instances(service_id)
    aws.deregister(service_id, instance)
    aws.cloud_map.delete_service(Id=service_id)
    assert aws.service(namespace) == service_id
    time.sleep(0.3)
    assert aws.instances(service_id) == {}
    aws.ecs.update_service(cluster="handson", service="httpd", forceNewDeployment=True)
    eventually(lambda: len(aws.instances(service_id)), lambda count: count == 1)
