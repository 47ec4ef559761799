# SPDX-License-Identifier: Apache-2.0
"""An embedded endpoint of its own with the article's VPC, to be filled."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from benchmarks.endpoints import QUICK, AwsServer, localaws
from benchmarks.measurement import BenchmarkError
from localaws.default_network import VPC_CIDR

NAMESPACE = "benchmark.internal"
SERVICE = "web"
NAME = f"{SERVICE}.{NAMESPACE}"
CLUSTER = "benchmark"
SUBNET = "10.0.16.0/20"
"""A subnet with room for thousands of tasks; the default network's have room for 502."""
WAIT_SECONDS = 120.0


class Vpc:
    """The VPC of an endpoint, with what benchmarks put into it."""

    def __init__(self, server: AwsServer):
        self.server = server
        self.cloud_map = server.client("servicediscovery")
        self.ec2 = server.client("ec2")
        self.ecs = server.client("ecs")
        self._vpc_id = self.ec2.describe_vpcs(
            Filters=[
                {"Name": "cidr", "Values": [VPC_CIDR]},
                {"Name": "tag-key", "Values": ["Name"]},
            ]
        )["Vpcs"][0]["VpcId"]

    @property
    def health(self) -> dict[str, Any]:
        """The health page: where the VPC's servers listen, and the endpoint's memory."""
        with urllib.request.urlopen(f"{self.server.url}/_localstack/health") as reply:
            page: dict[str, Any] = json.load(reply)
        return page

    @property
    def peak_mib(self) -> float:
        """The most resident memory that the endpoint has had."""
        return float(self.health["peakMemoryBytes"] / 2**20)

    def create_namespace(self, name: str = NAMESPACE) -> str:
        """Creates a private namespace; returns its id."""
        operation = self.cloud_map.create_private_dns_namespace(Name=name, Vpc=self._vpc_id)
        return str(self._ended(operation["OperationId"])["Targets"]["NAMESPACE"])

    def create_registry(self, namespace_id: str, name: str = SERVICE) -> Any:
        """Creates a Cloud Map service with A records; returns its description."""
        return self.cloud_map.create_service(
            Name=name,
            NamespaceId=namespace_id,
            DnsConfig={
                "RoutingPolicy": "MULTIVALUE",
                "DnsRecords": [{"Type": "A", "TTL": 60}],
            },
        )["Service"]

    def register(self, registry: Any, numbers: range) -> None:
        """Registers an instance for each number, each with an A record of its own."""
        for number in numbers:
            operation = self.cloud_map.register_instance(
                ServiceId=registry["Id"],
                InstanceId=f"i-{number}",
                Attributes={"AWS_INSTANCE_IPV4": f"10.0.{32 + number // 250}.{number % 250}"},
            )
        self._ended(operation["OperationId"])

    def instances(self, registry: Any) -> int:
        """Returns how many instances the Cloud Map service has."""
        return int(self.cloud_map.get_service(Id=registry["Id"])["Service"]["InstanceCount"])

    def start_service(self, registry: Any, *, tasks: int = 0) -> None:
        """Creates an ECS service of the registry's name and waits until its tasks run.

        The bastion can reach the tasks on port 80.
        """
        self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=registry["Name"],
            taskDefinition=self._task_definition,
            desiredCount=tasks,
            launchType="FARGATE",
            serviceRegistries=[{"registryArn": registry["Arn"]}],
            networkConfiguration=self._network,
        )
        self._wait_for_tasks(registry, tasks)

    def scale(self, registry: Any, tasks: int, *, every: float = 0.01) -> None:
        """Changes the number of tasks and waits until as many run and are registered.

        It looks `every` so many seconds: each look takes some of the endpoint's time.
        """
        self.ecs.update_service(cluster=CLUSTER, service=registry["Name"], desiredCount=tasks)
        self._wait_for_tasks(registry, tasks, every)

    @cached_property
    def _network(self) -> Any:
        subnet = self.ec2.create_subnet(VpcId=self._vpc_id, CidrBlock=SUBNET)["Subnet"]
        group = self.ec2.create_security_group(
            GroupName="web", Description="web", VpcId=self._vpc_id
        )
        self.ec2.authorize_security_group_ingress(
            GroupId=group["GroupId"], IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp=VPC_CIDR
        )
        return {
            "awsvpcConfiguration": {
                "subnets": [subnet["SubnetId"]],
                "securityGroups": [group["GroupId"]],
            }
        }

    @cached_property
    def _task_definition(self) -> str:
        self.ecs.create_cluster(clusterName=CLUSTER)
        return task_definition(self.ecs)

    def _wait_for_tasks(self, registry: Any, tasks: int, every: float = 0.01) -> None:
        def done() -> bool:
            reply = self.ecs.describe_services(cluster=CLUSTER, services=[registry["Name"]])
            running = reply["services"][0]["runningCount"]
            return bool(running == tasks == self.instances(registry))

        _wait(done, f"{tasks} running tasks", every)

    def _ended(self, operation_id: str) -> Any:
        def done() -> bool:
            return bool(self._operation(operation_id)["Status"] == "SUCCESS")

        _wait(done, f"operation {operation_id}")
        return self._operation(operation_id)

    def _operation(self, operation_id: str) -> Any:
        return self.cloud_map.get_operation(OperationId=operation_id)["Operation"]


@contextmanager
def vpc() -> Iterator[Vpc]:
    """Runs an endpoint within the block. Raises BenchmarkError when it does not start."""
    with localaws(QUICK) as server:
        yield Vpc(server)


def task_definition(ecs: Any) -> str:
    """Registers a Fargate task that listens on port 80; returns its ARN."""
    reply = ecs.register_task_definition(
        family="httpd",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[
            {
                "name": "httpd",
                "image": "httpd",
                "memory": 512,
                "portMappings": [{"containerPort": 80}],
            }
        ],
    )
    return str(reply["taskDefinition"]["taskDefinitionArn"])


def _wait(done: Callable[[], bool], what: str, every: float = 0.01) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise BenchmarkError(f"{what}: not reached within {WAIT_SECONDS:.0f} s")
        time.sleep(every)
