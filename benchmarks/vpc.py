# SPDX-License-Identifier: Apache-2.0
"""An embedded endpoint of its own with a namespace and a service in its VPC, to be filled."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from benchmarks.measurement import BenchmarkError
from benchmarks.servers import server
from localaws.default_network import VPC_CIDR

REGION = "ap-northeast-1"
NAMESPACE = "benchmark.internal"
SERVICE = "web"
NAME = f"{SERVICE}.{NAMESPACE}"
CLUSTER = "benchmark"
SUBNET = "10.0.16.0/20"
"""A subnet with room for thousands of tasks; the default network's have room for 502."""
QUICK = {
    "LOCALAWS_PORT": "0",
    "LOCALAWS_OPERATION_SECONDS": "0",
    "LOCALAWS_TASK_STEP_SECONDS": "0",
}
WAIT_SECONDS = 120.0


class Vpc:
    """The VPC of an endpoint: a private namespace with one service, and an empty cluster."""

    def __init__(self, url: str):
        self._url = url
        self._cloud_map = self._client("servicediscovery")
        self._ec2 = self._client("ec2")
        self._ecs = self._client("ecs")
        self._vpc_id = self._ec2.describe_vpcs(
            Filters=[
                {"Name": "cidr", "Values": [VPC_CIDR]},
                {"Name": "tag-key", "Values": ["Name"]},
            ]
        )["Vpcs"][0]["VpcId"]
        self._registry = self._create_registry()
        self._registered = 0

    def _client(self, service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self._url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def _create_registry(self) -> Any:
        operation = self._cloud_map.create_private_dns_namespace(Name=NAMESPACE, Vpc=self._vpc_id)
        self._wait_for(operation["OperationId"])
        (namespace,) = self._cloud_map.list_namespaces()["Namespaces"]
        return self._cloud_map.create_service(
            Name=SERVICE,
            NamespaceId=namespace["Id"],
            DnsConfig={
                "RoutingPolicy": "MULTIVALUE",
                "DnsRecords": [{"Type": "A", "TTL": 60}],
            },
        )["Service"]

    def _wait_for(self, operation_id: str) -> None:
        def status() -> bool:
            operation = self._cloud_map.get_operation(OperationId=operation_id)["Operation"]
            return bool(operation["Status"] == "SUCCESS")

        _wait(status, f"operation {operation_id}")

    @property
    def health(self) -> dict[str, Any]:
        """The health page: where the VPC's servers listen, and the endpoint's memory."""
        with urllib.request.urlopen(f"{self._url}/_localstack/health") as reply:
            page: dict[str, Any] = json.load(reply)
        return page

    @property
    def peak_mib(self) -> float:
        """The most resident memory that the endpoint has had."""
        return float(self.health["peakMemoryBytes"] / 2**20)

    def register(self, count: int) -> None:
        """Registers instances until there are `count`, each with an A record of the service."""
        for number in range(self._registered, count):
            operation = self._cloud_map.register_instance(
                ServiceId=self._registry["Id"],
                InstanceId=f"i-{number}",
                Attributes={"AWS_INSTANCE_IPV4": f"10.0.{32 + number // 250}.{number % 250}"},
            )
        self._registered = count
        self._wait_for(operation["OperationId"])

    def start_service(self) -> None:
        """Creates an ECS service of no tasks, whose tasks the bastion can reach on port 80."""
        subnet = self._ec2.create_subnet(VpcId=self._vpc_id, CidrBlock=SUBNET)["Subnet"]
        group = self._ec2.create_security_group(
            GroupName="web", Description="web", VpcId=self._vpc_id
        )
        self._ec2.authorize_security_group_ingress(
            GroupId=group["GroupId"], IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp=VPC_CIDR
        )
        self._ecs.create_cluster(clusterName=CLUSTER)
        definition = self._ecs.register_task_definition(
            family="httpd",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[
                {"name": "httpd", "image": "httpd", "portMappings": [{"containerPort": 80}]}
            ],
        )["taskDefinition"]
        self._ecs.create_service(
            cluster=CLUSTER,
            serviceName=SERVICE,
            taskDefinition=definition["taskDefinitionArn"],
            desiredCount=0,
            launchType="FARGATE",
            serviceRegistries=[{"registryArn": self._registry["Arn"]}],
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": [subnet["SubnetId"]],
                    "securityGroups": [group["GroupId"]],
                }
            },
        )

    def scale(self, count: int) -> None:
        """Changes the number of tasks and waits until so many run."""
        self._ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=count)

        def is_running() -> bool:
            reply = self._ecs.describe_services(cluster=CLUSTER, services=[SERVICE])
            return bool(reply["services"][0]["runningCount"] == count)

        _wait(is_running, f"{count} running tasks")


@contextmanager
def vpc() -> Iterator[Vpc]:
    """Runs an endpoint within the block. Raises BenchmarkError when it does not start."""
    with server("localaws", env=QUICK) as ready:
        yield Vpc(ready.rsplit(" ", 1)[-1])


def _wait(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise BenchmarkError(f"{what}: not reached within {WAIT_SECONDS:.0f} s")
        time.sleep(0.05)
