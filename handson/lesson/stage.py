# SPDX-License-Identifier: Apache-2.0
"""The AWS side of the lesson: a namespace, and services whose tasks come and go."""

from typing import TYPE_CHECKING

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.vpc_lookup import VpcSelector, find_vpc
from cloudmap_harness.waiting import wait_for
from handson.lesson.plan import NAMESPACE
from localaws.default_network import VPC_NAME

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import NetworkConfigurationTypeDef

CLUSTER = "lesson"
_PATIENCE = 60.0
_POLL = 0.05


class Stage:
    """Makes the services of the lesson on an endpoint of its own, and changes them."""

    def __init__(self, aws: AwsClients) -> None:
        """Makes the cluster, the namespace and a security group that lets HTTP in."""
        self._aws = aws
        self._revisions: dict[str, int] = {}
        network = find_vpc(aws, VpcSelector("", VPC_NAME, (), "Tier=private"))
        with aws.errors_explained():
            aws.ecs.create_cluster(clusterName=CLUSTER)
            self._namespace = self._create_namespace(network.vpc_id)
            group = aws.ec2.create_security_group(
                GroupName="lesson", Description="Lets HTTP in", VpcId=network.vpc_id
            )["GroupId"]
            aws.ec2.authorize_security_group_ingress(
                GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp=network.cidr
            )
        self._network: NetworkConfigurationTypeDef = {
            "awsvpcConfiguration": {"subnets": [*network.subnet_ids], "securityGroups": [group]}
        }

    def add(self, name: str, *, ttl: int, desired: int) -> None:
        """Makes a service whose tasks are registered under its name."""
        with self._aws.errors_explained():
            registry = self._aws.servicediscovery.create_service(
                Name=name,
                NamespaceId=self._namespace,
                DnsConfig={
                    "RoutingPolicy": "MULTIVALUE",
                    "DnsRecords": [{"Type": "A", "TTL": ttl}],
                },
                HealthCheckCustomConfig={"FailureThreshold": 1},
            )["Service"]
            self._aws.ecs.create_service(
                cluster=CLUSTER,
                serviceName=name,
                taskDefinition=self._next_revision(name),
                desiredCount=desired,
                launchType="FARGATE",
                deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 200},
                networkConfiguration=self._network,
                serviceRegistries=[{"registryArn": registry["Arn"]}],
            )

    def scale(self, name: str, desired: int) -> None:
        """Changes the service's desired count."""
        with self._aws.errors_explained():
            self._aws.ecs.update_service(cluster=CLUSTER, service=name, desiredCount=desired)

    def deploy(self, name: str) -> None:
        """Begins a deployment of a new revision: ECS replaces each task."""
        with self._aws.errors_explained():
            revision = self._next_revision(name)
            self._aws.ecs.update_service(cluster=CLUSTER, service=name, taskDefinition=revision)

    def wait_until_running(self, *names: str, count: int) -> None:
        """Waits until each service has so many running tasks. Raises WaitTimeout."""
        wait_for(
            lambda: {name: self._running(name) for name in names},
            lambda seen: [f"{name}: {n} of {count}" for name, n in seen.items() if n != count],
            expected=f"{count} running tasks of each service",
            timeout=_PATIENCE,
            interval=_POLL,
        )

    def _running(self, name: str) -> int:
        with self._aws.errors_explained():
            found = self._aws.ecs.describe_services(cluster=CLUSTER, services=[name])["services"]
            return sum(service["runningCount"] for service in found)

    def _next_revision(self, name: str) -> str:
        """Registers a revision whose image has the service's name, by which a task is known."""
        revision = self._revisions[name] = self._revisions.get(name, 0) + 1
        reply = self._aws.ecs.register_task_definition(
            family=name,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[
                {
                    "name": "web",
                    "image": f"{name}:{revision}",
                    "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
                }
            ],
        )
        return reply["taskDefinition"]["taskDefinitionArn"]

    def _create_namespace(self, vpc_id: str) -> str:
        cloud_map = self._aws.servicediscovery
        reply = cloud_map.create_private_dns_namespace(Name=NAMESPACE, Vpc=vpc_id)
        operation = wait_for(
            lambda: cloud_map.get_operation(OperationId=reply["OperationId"])["Operation"],
            lambda seen: [] if seen.get("Status") == "SUCCESS" else [str(seen.get("Status"))],
            expected=f"the namespace {NAMESPACE}",
            timeout=_PATIENCE,
            interval=_POLL,
        )
        return operation["Targets"]["NAMESPACE"]
