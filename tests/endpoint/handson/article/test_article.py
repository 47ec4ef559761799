# SPDX-License-Identifier: Apache-2.0
"""The article from its first command to its last, by the real `aws` and `curl`.

Every reply has the fields and shapes that the article prints; a newer AWS CLI prints more.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handson.article.runner import Session
from handson.article.steps import BY_CLI, KEPT
from handson.local_endpoint import ON_FREE_PORTS, down, up
from tests.support.environment import environment_without
from tests.support.progress import Progress
from tests.support.reply_matching import differences
from tests.support.tools import lacking

REGION = "ap-northeast-1"
ARN = rf"arn:aws:%s:{REGION}:\d{{12}}:%s"
GROUP = re.compile(r"sg-[0-9a-f]{17}")
OPERATION = re.compile(r"[a-z0-9]{32}-[a-z0-9]{8}")
NAMESPACE = re.compile(r"ns-[a-z0-9]{16}")
SERVICE = re.compile(r"srv-[a-z0-9]{16}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ADDRESS = re.compile(r"10\.0\.[89]\.\d{1,3}")
CLUSTER_ARN = re.compile(ARN % ("ecs", "cluster/cloudmap-handson-cluster"))
REGISTRY_ARN = re.compile(ARN % ("servicediscovery", r"service/srv-[a-z0-9]{16}"))
WORKS = re.compile(r".*<h1>It works!</h1>.*", re.DOTALL)


def operation(type_: str) -> dict[str, Any]:
    return {
        "Operation": {
            "Id": OPERATION,
            "Type": type_,
            "Status": "SUCCESS",
            "CreateDate": float,
            "UpdateDate": float,
            "Targets": {"NAMESPACE": NAMESPACE},
        }
    }


def cluster(status: str) -> dict[str, Any]:
    return {
        "cluster": {
            "clusterArn": CLUSTER_ARN,
            "clusterName": "cloudmap-handson-cluster",
            "status": status,
            "registeredContainerInstancesCount": 0,
            "runningTasksCount": 0,
            "pendingTasksCount": 0,
            "activeServicesCount": 0,
            "statistics": [],
            "tags": [],
            "settings": [{"name": "containerInsights", "value": str}],
            "capacityProviders": [],
            "defaultCapacityProviderStrategy": [],
        }
    }


def ecs_service(status: str, desired: int) -> dict[str, Any]:
    return {
        "service": {
            "serviceName": "cloudmap-handson-httpd-service",
            "clusterArn": CLUSTER_ARN,
            "serviceRegistries": [{"registryArn": REGISTRY_ARN}],
            "status": status,
            "desiredCount": desired,
            "runningCount": int,
            "launchType": "FARGATE",
            "taskDefinition": re.compile(ARN % ("ecs", "task-definition/httpd-task:1")),
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": [str, str],
                    "securityGroups": [GROUP],
                    "assignPublicIp": "DISABLED",
                }
            },
        }
    }


def records(count: int) -> dict[str, Any]:
    record = {
        "Name": "cloudmap-handson.cloudmap-handson.internal.",
        "Type": "A",
        "TTL": 300,
        "ResourceRecords": [{"Value": ADDRESS}],
    }
    zones_own = [{"Type": "NS"}, {"Type": "SOA"}]
    return {"ResourceRecordSets": [*zones_own, *[record] * count]}


def task_definition(status: str) -> dict[str, Any]:
    return {"taskDefinition": {"family": "httpd-task", "revision": 1, "status": status}}


PRINTED: dict[str, Any] = {
    "create-security-group": {"GroupId": GROUP},
    "create-private-dns-namespace": {"OperationId": OPERATION},
    "get-operation": operation("CREATE_NAMESPACE"),
    "create-service (Cloud Map)": {
        "Service": {
            "Id": SERVICE,
            "Arn": REGISTRY_ARN,
            "Name": "cloudmap-handson",
            "DnsConfig": {"NamespaceId": NAMESPACE, "DnsRecords": [{"Type": "A", "TTL": 300}]},
            "HealthCheckCustomConfig": {"FailureThreshold": 1},
            "CreatorRequestId": UUID,
        }
    },
    "create-cluster": cluster("ACTIVE"),
    "register-task-definition": task_definition("ACTIVE"),
    "create-service (ECS)": ecs_service("ACTIVE", 1),
    "list-instances": {"Instances": [{"Id": str, "Attributes": dict}]},
    "curl the address": WORKS,
    "get-namespace": {
        "Namespace": {
            "Properties": {
                "DnsProperties": {"HostedZoneId": re.compile(r"Z[0-9A-Z]+")},
                "HttpProperties": {"HttpName": "cloudmap-handson.internal"},
            }
        }
    },
    "list-resource-record-sets": records(1),
    "curl the name": WORKS,
    "update-service to 4": ecs_service("ACTIVE", 4),
    "four records": records(4),
    "update-service to 0": ecs_service("ACTIVE", 0),
    "no instances": {"Instances": []},
    "delete-service (ECS)": ecs_service("DRAINING", 0),
    "deregister-task-definition": task_definition("INACTIVE"),
    "delete-cluster": cluster("INACTIVE"),
    "delete-namespace": {"OperationId": OPERATION},
    "get-operation of the deletion": operation("DELETE_NAMESPACE"),
    "list-hosted-zones": {"HostedZones": []},
}
"""What the article prints, by step; what differs each time as a pattern or a type."""

ATTRIBUTES = {
    "AVAILABILITY_ZONE": re.compile(f"{REGION}[a-d]"),
    "AWS_INIT_HEALTH_STATUS": "HEALTHY",
    "AWS_INSTANCE_IPV4": ADDRESS,
    "ECS_CLUSTER_NAME": "cloudmap-handson-cluster",
    "ECS_SERVICE_NAME": "cloudmap-handson-httpd-service",
    "ECS_TASK_DEFINITION_FAMILY": "httpd-task",
    "REGION": REGION,
}


@pytest.fixture
def session(tmp_path: Path, steps: Progress) -> Iterator[Session]:
    """A shell inside the VPC of an endpoint of its own."""
    if shutil.which("curl") is None:
        lacking("not on PATH: curl")
    environ = environment_without("HANDSON_", "LOCALAWS_")
    try:
        with steps("start an endpoint"):
            endpoint = up({**environ, **ON_FREE_PORTS}, tmp_path)
        yield Session(tmp_path, endpoint, REGION, os.environ, KEPT)
    finally:
        down(tmp_path)


def test_the_article(session: Session, steps: Progress) -> None:
    """GIVEN an account with the article's VPC
    WHEN its commands are typed one after the other
    THEN each replies as the article prints it, and no hosted zone is left.
    """
    outcomes = {}
    for step in BY_CLI:
        with steps(step.name):
            outcomes[step.name] = session.run(step)
            assert differences(outcomes[step.name].reply, PRINTED.get(step.name, object)) == []

    (instance,) = outcomes["list-instances"].reply["Instances"]
    assert instance["Attributes"].keys() == ATTRIBUTES.keys()
    assert differences(instance["Attributes"], ATTRIBUTES) == []
    first = instance["Attributes"]["AWS_INSTANCE_IPV4"]
    assert outcomes["curl the address"].command == f"curl http://{first}/"
    assert session.kept["address"] in session.kept["addresses"]
    answered = {who["address"] for who in outcomes["curl until all have answered"].replies}
    assert answered == set(session.kept["addresses"]) and len(answered) == 4
