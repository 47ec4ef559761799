# SPDX-License-Identifier: Apache-2.0
"""What is on the wire, below any SDK: targets, content types, statuses, members' names, dates."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple

import boto3
import pytest

from localaws.cloudmap import errors
from localaws.moto_mixins import ErrorReply
from tests.endpoint.localaws.account import NAMESPACE, REGION, SERVICE, Account

CLOUD_MAP = "Route53AutoNaming_v20170314"
ECS = "AmazonEC2ContainerServiceV20141113"
JSON = "application/x-amz-json-1.1"


class Reply(NamedTuple):
    status: int
    content_type: str
    body: dict[str, Any]


def post(url: str, target: str, **body: Any) -> Reply:
    """POST / as an SDK does."""
    service = "ecs" if target.startswith(ECS) else "servicediscovery"
    scope = f"test/20261123/{REGION}/{service}/aws4_request"
    headers = {
        "Content-Type": JSON,
        "X-Amz-Target": target,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=x",
    }
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request) as reply:
            return Reply(reply.status, reply.headers["Content-Type"], json.load(reply))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers["Content-Type"], json.load(error))


def test_cloud_map_speaks_json_1_1_with_dates_in_seconds(aws: Account) -> None:
    id_ = aws.http_namespace("plain")
    reply = post(aws.url, f"{CLOUD_MAP}.GetNamespace", Id=id_)
    assert (reply.status, reply.content_type) == (200, JSON)
    created = reply.body["Namespace"]["CreateDate"]
    assert isinstance(created, float)
    assert round(created, 3) == created, "milliseconds at the finest"


def test_ecs_speaks_json_1_1(aws: Account) -> None:
    reply = post(aws.url, f"{ECS}.ListClusters")
    assert reply == (200, JSON, {"clusterArns": []})


def test_an_error_of_cloud_map_is_a_400_with_a_message_in_capitals(aws: Account) -> None:
    reply = post(aws.url, f"{CLOUD_MAP}.GetNamespace", Id="ns-nothing")
    assert (reply.status, reply.content_type) == (400, JSON)
    assert reply.body == {
        "__type": "NamespaceNotFound",
        "Message": "Namespace ns-nothing was not found.",
    }


def _errors() -> list[type[ErrorReply]]:
    return [
        kind for kind in vars(errors).values() if isinstance(kind, type) and "code" in vars(kind)
    ]


def test_every_error_of_cloud_map_has_status_400_whatever_its_model_declares() -> None:
    codes = {kind.code: kind.http_status for kind in _errors()}
    declared = boto3.client("servicediscovery", REGION).meta.service_model.error_shapes
    ours = {shape.name: codes[shape.name] for shape in declared if shape.name in codes}
    assert {shape.name for shape in declared} - ours.keys() == {
        "RequestLimitExceeded",  # nothing is throttled here
        "ServiceAttributesLimitExceededException",  # moto's
    }
    assert set(ours.values()) == {400}


@pytest.mark.parametrize("service", [CLOUD_MAP, ECS])
def test_an_action_that_is_not_in_the_model_is_unknown(aws: Account, service: str) -> None:
    reply = post(aws.url, f"{service}.Nonsense")
    assert (reply.status, reply.body["__type"]) == (400, "UnknownOperationException")


def test_discovery_needs_no_data_host_with_the_variable_of_the_sdks(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.service(aws.namespace())
    monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
    client = boto3.client(
        "servicediscovery",
        REGION,
        endpoint_url=aws.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    reply = client.discover_instances(NamespaceName=NAMESPACE, ServiceName=SERVICE)
    assert reply["Instances"] == []


def test_boto3_chooses_json_for_cloud_map() -> None:
    client: Any = boto3.client("servicediscovery", REGION)
    assert client.meta.service_model.resolved_protocol == "json"
