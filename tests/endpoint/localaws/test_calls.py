# SPDX-License-Identifier: Apache-2.0
"""The log of calls: a line for each, with its status and milliseconds."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from botocore.exceptions import ConnectionClosedError

from localaws.faults.active import ACTIVE
from localaws.faults.call_faults import call_fault
from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account, refused
from tests.endpoint.localaws.test_strangers import ask
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def no_fault_stays() -> Iterator[None]:
    yield
    ACTIVE.clear()


@pytest.fixture(autouse=True)
def calls_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "localaws.calls")


def test_each_call_has_a_line(aws: Account, caplog: pytest.LogCaptureFixture) -> None:
    aws.ecs.list_clusters()
    aws.ec2.describe_vpcs()
    aws.route53.list_hosted_zones()
    refused(lambda: aws.ecs.delete_cluster(cluster="nobody"))
    shapes = [re.sub(r"\d+\.\d ms", "n ms", message) for message in caplog.messages]
    assert shapes == [
        "ecs ListClusters 200 n ms",
        "ec2 DescribeVpcs 200 n ms",
        "route53 ListHostedZones 200 n ms",
        "ecs DeleteCluster 400 n ms",
    ]


def test_a_call_that_a_fault_hits_is_logged_as_its_client_sees_it(
    aws: Account, caplog: pytest.LogCaptureFixture
) -> None:
    ACTIVE.add(call_fault({"service": "ecs", "error": {"statusCode": 429, "code": "Slow"}}))
    refused(aws.ecs.list_clusters)
    ACTIVE.clear()
    ACTIVE.add(call_fault({"service": "ecs", "drop": True}))
    with pytest.raises(ConnectionClosedError):
        aws.ecs.list_clusters()
    # The client has lost its connection before the endpoint is done with the call.
    eventually(
        lambda: [message.split()[2] for message in caplog.messages],
        lambda statuses: statuses == ["429", "dropped"],
    )


def test_pages_are_no_calls(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/_localstack/health", "/_localaws/", "/_localaws/faults"):
        ask(endpoint.url, path)
    assert caplog.messages == []
