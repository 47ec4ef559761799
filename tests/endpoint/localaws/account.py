# SPDX-License-Identifier: Apache-2.0
"""An account on the endpoint: clients, and the steps that most tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_servicediscovery import ServiceDiscoveryClient
    from mypy_boto3_servicediscovery.type_defs import OperationTypeDef

REGION = "ap-northeast-1"
NAMESPACE = "cloudmap-handson.internal"
SERVICE = "cloudmap-handson"
Turns = Callable[[int], None]
"""Takes so many turns of the scheduler; see the fixture `turns`."""


@lru_cache
def _client(name: str, url: str, region: str, key: str) -> Any:
    """A client, shared by the tests of an endpoint: to make one takes longer than a dozen calls."""
    return boto3.client(
        name,  # type: ignore[call-overload]
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="test",
        config=Config(
            inject_host_prefix=False,  # the API's `data-` hosts do not exist here
            parameter_validation=False,  # so that the endpoint is what refuses
            retries={"total_max_attempts": 1},
        ),
    )


class Account:
    """Clients of one account and region, and the steps that most tests begin with."""

    def __init__(self, url: str, *, region: str = REGION, key: str = "test"):
        self.url, self.region, self.key = url, region, key

    def client(self, name: str) -> Any:
        return _client(name, self.url, self.region, self.key)

    @cached_property
    def ec2(self) -> EC2Client:
        client: EC2Client = self.client("ec2")
        return client

    @cached_property
    def ecs(self) -> ECSClient:
        client: ECSClient = self.client("ecs")
        return client

    @cached_property
    def cloud_map(self) -> ServiceDiscoveryClient:
        client: ServiceDiscoveryClient = self.client("servicediscovery")
        return client

    @cached_property
    def route53(self) -> Route53Client:
        client: Route53Client = self.client("route53")
        return client

    # The network

    @cached_property
    def vpc(self) -> str:
        named = [{"Name": "tag:Name", "Values": ["cloudmap-handson-vpc"]}]
        return self.ec2.describe_vpcs(Filters=named)["Vpcs"][0]["VpcId"]  # type: ignore[arg-type]

    def subnets(self, tier: str = "private") -> dict[str, str]:
        """CIDR by subnet id."""
        found = self.ec2.describe_subnets(
            Filters=[
                {"Name": "vpc-id", "Values": [self.vpc]},
                {"Name": "tag:Tier", "Values": [tier]},
            ]
        )["Subnets"]
        return {subnet["SubnetId"]: subnet["CidrBlock"] for subnet in found}

    def another_vpc(self, cidr: str = "10.1.0.0/16", *, hostnames: bool = False) -> str:
        """Create a VPC, without DNS hostnames as AWS does unless they are asked for; its id."""
        vpc = self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        if hostnames:
            self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        return vpc

    # Cloud Map

    def operation(self, operation_id: str) -> OperationTypeDef:
        """The operation when it has ended."""
        return eventually(
            lambda: self.cloud_map.get_operation(OperationId=operation_id)["Operation"],
            lambda operation: operation["Status"] in ("SUCCESS", "FAIL"),
        )

    def succeeded(self, operation_id: str) -> OperationTypeDef:
        operation = self.operation(operation_id)
        assert operation["Status"] == "SUCCESS", operation
        return operation

    def namespace(self, name: str = NAMESPACE, *, vpc: str | None = None, **more: Any) -> str:
        """Create a private DNS namespace; its id."""
        reply = self.cloud_map.create_private_dns_namespace(Name=name, Vpc=vpc or self.vpc, **more)
        return self.succeeded(reply["OperationId"])["Targets"]["NAMESPACE"]

    def http_namespace(self, name: str) -> str:
        reply = self.cloud_map.create_http_namespace(Name=name)
        return self.succeeded(reply["OperationId"])["Targets"]["NAMESPACE"]

    def service(
        self,
        namespace_id: str,
        name: str = SERVICE,
        *,
        types: tuple[str, ...] = ("A",),
        policy: str | None = None,
        custom_health: bool = True,
    ) -> str:
        """Create a Cloud Map service with records of these types and TTL 300; its id."""
        dns: dict[str, Any] = {"DnsRecords": [{"Type": type_, "TTL": 300} for type_ in types]}
        if policy:
            dns["RoutingPolicy"] = policy
        health: Any = {"HealthCheckCustomConfig": {"FailureThreshold": 1}} if custom_health else {}
        reply = self.cloud_map.create_service(
            Name=name,
            NamespaceId=namespace_id,
            DnsConfig=dns,  # type: ignore[arg-type]
            **health,
        )
        return reply["Service"]["Id"]

    def register(self, service_id: str, instance_id: str, **attributes: str) -> None:
        reply = self.cloud_map.register_instance(
            ServiceId=service_id, InstanceId=instance_id, Attributes=attributes
        )
        self.succeeded(reply["OperationId"])

    def deregister(self, service_id: str, instance_id: str) -> None:
        reply = self.cloud_map.deregister_instance(ServiceId=service_id, InstanceId=instance_id)
        self.succeeded(reply["OperationId"])

    def instances(self, service_id: str) -> dict[str, dict[str, str]]:
        """Attributes by instance id, over all pages."""
        pages = self.cloud_map.get_paginator("list_instances").paginate(ServiceId=service_id)
        return {each["Id"]: each["Attributes"] for page in pages for each in page["Instances"]}

    def zone_id(self, namespace_id: str) -> str:
        namespace = self.cloud_map.get_namespace(Id=namespace_id)["Namespace"]
        return namespace["Properties"]["DnsProperties"]["HostedZoneId"]

    def record_sets(self, namespace_id: str) -> list[Any]:
        """The record sets of a namespace's zone without NS and SOA, over all pages."""
        pages = self.route53.get_paginator("list_resource_record_sets").paginate(
            HostedZoneId=self.zone_id(namespace_id)
        )
        return [
            record
            for page in pages
            for record in page["ResourceRecordSets"]
            if record["Type"] not in ("NS", "SOA")
        ]

    # ECS

    def task_definition(self, family: str = "httpd-task", **container: Any) -> str:
        definition: Any = {
            "name": "httpd-container",
            "image": "httpd:2.4.41-alpine",
            "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
            **container,
        }
        reply = self.ecs.register_task_definition(
            family=family,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[definition],
        )
        return reply["taskDefinition"]["taskDefinitionArn"]

    def network(self, *subnets: str) -> Any:
        chosen = subnets or tuple(self.subnets())
        return {"awsvpcConfiguration": {"subnets": [*chosen], "assignPublicIp": "DISABLED"}}

    def ecs_service(
        self,
        registry_id: str | None,
        *,
        desired: int,
        name: str = "httpd",
        cluster: str = "handson",
        **more: Any,
    ) -> None:
        """Create a Fargate service, in a registry if one is given."""
        self.ecs.create_cluster(clusterName=cluster)
        if registry_id:
            arn = self.cloud_map.get_service(Id=registry_id)["Service"]["Arn"]
            more["serviceRegistries"] = [{"registryArn": arn}]
        more.setdefault("networkConfiguration", self.network())
        more.setdefault("taskDefinition", self.task_definition())
        self.ecs.create_service(
            cluster=cluster,
            serviceName=name,
            desiredCount=desired,
            launchType="FARGATE",
            **more,
        )

    def described(self, name: str = "httpd") -> Any:
        return self.ecs.describe_services(cluster="handson", services=[name])["services"][0]

    def tasks(self, **filters: Any) -> list[Any]:
        """Descriptions of the cluster's tasks, running ones unless filtered otherwise."""
        pages = self.ecs.get_paginator("list_tasks").paginate(cluster="handson", **filters)
        arns = [arn for page in pages for arn in page["taskArns"]]
        found: list[Any] = []
        for start in range(0, len(arns), 100):
            some = arns[start : start + 100]
            found += self.ecs.describe_tasks(cluster="handson", tasks=some)["tasks"]
        return found

    def steady(self, running: int, name: str = "httpd") -> Any:
        """The service when it has so many running tasks, one deployment and says it is steady."""
        return eventually(
            lambda: self.described(name),
            lambda service: (
                service["runningCount"] == service["desiredCount"] == running
                and service["pendingCount"] == 0
                and len(service["deployments"]) == 1
                and service["deployments"][0]["rolloutState"] == "COMPLETED"
                and service["events"][0]["message"].endswith("has reached a steady state.")
            ),
        )

    def inactive(self, name: str = "httpd") -> None:
        eventually(lambda: self.described(name)["status"], lambda status: status == "INACTIVE")


def address_of(task: Any) -> str:
    """The private address in a task's attachment."""
    details = {each["name"]: each["value"] for each in task["attachments"][0]["details"]}
    return str(details["privateIPv4Address"])


def task_id(task: Any) -> str:
    return str(task["taskArn"].rsplit("/", 1)[-1])


def refused(call: Callable[[], object]) -> tuple[str, str, int]:
    """Code, message and HTTP status of the error that the call must end with."""
    with pytest.raises(ClientError) as caught:
        call()
    return error_of(caught)


def error_of(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str, int]:
    """Code, message and HTTP status of a caught error."""
    reply: Any = caught.value.response
    error = reply["Error"]
    return error["Code"], error["Message"], reply["ResponseMetadata"]["HTTPStatusCode"]
