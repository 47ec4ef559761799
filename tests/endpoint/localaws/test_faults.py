# SPDX-License-Identifier: Apache-2.0
"""Faults on purpose: of calls, as in LocalStack's Chaos API; the pages and the command for all."""

from __future__ import annotations

import time
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from localaws.__main__ import main
from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account
from tests.endpoint.localaws.faulty import EFFECTS, OWN, RULES, Faults


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


def test_only_the_attempt_that_is_named_is_hit(
    aws: Account, endpoint: Endpoint, faults: Faults
) -> None:
    """botocore says the attempt in another place once a reply has told it the time."""
    client = boto3.client(
        "ecs",
        endpoint_url=endpoint.url,
        region_name="ap-northeast-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )
    client.list_clusters()
    throttled = {"statusCode": 400, "code": "ThrottlingException"}
    faults("POST", OWN, {"kind": "call", "attempt": 1, "error": throttled})
    reply = client.list_clusters()
    assert reply["ResponseMetadata"]["RetryAttempts"] == 1


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
