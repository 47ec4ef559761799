# SPDX-License-Identifier: Apache-2.0
"""Probes ECS with a cluster and a service of two Fargate tasks, and removes them."""

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.listing.resource import ResourceNames
from cloudmap_harness.aws.tags import ProjectTags
from cloudmap_harness.aws.vpc_lookup import VpcNetwork
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.discovery.observation import (
    ObservedInstance,
    ObservedRecord,
    ObservedTask,
)
from cloudmap_harness.discovery.probes import instances, tasks
from cloudmap_harness.discovery.vpc_access import VpcExpectation
from cloudmap_harness.discovery.vpc_client import (
    VpcClient,
    queries_needed,
)
from cloudmap_harness.preflight.cloud_map import (
    INTERVAL,
    PROPAGATION_TIMEOUT,
    TTL,
    CloudMapProbe,
)
from cloudmap_harness.preflight.results import Missing
from cloudmap_harness.waiting import wait_for

DESIRED = 2
PORT = 80
IMAGE = "httpd:2.4.41-alpine"  # Small, and its page has a known text.
PAGE_TEXT = "It works!"


class EcsProbe:
    """Probes an ECS service: its tasks, their registration in Cloud Map, and scale-in."""

    def __init__(
        self,
        aws: AwsClients,
        names: ResourceNames,
        tags: ProjectTags,
        cleanup: CleanupStack,
        *,
        cloud_map: CloudMapProbe,
        task_timeout: float,
    ) -> None:
        """`task_timeout` is the seconds from a task's creation by ECS to RUNNING."""
        self._aws = aws
        self._names = names
        self._tags = tags
        self._cleanup = cleanup
        self._cloud_map = cloud_map
        self._task_timeout = task_timeout
        self._registry_id = ""
        self._running: tuple[ObservedTask, ...] = ()

    def no_running_task(self) -> str | None:
        """Returns why a check that needs the running tasks cannot be made."""
        return None if self._running else "no task runs"

    def no_records(self) -> str | None:
        """Returns why a check that needs an A record of each task cannot be made."""
        count = len(self._records())
        return None if count == DESIRED else f"{DESIRED} running tasks have {count} A records"

    def tasks_run(self, network: VpcNetwork) -> str:
        """Waits for two RUNNING tasks; fails after 5 s if ECS has created none."""
        self._create_service(network)

        def problems(seen: tuple[ObservedTask, ...]) -> list[str]:
            states = [task.status for task in seen]
            return [] if states == ["RUNNING"] * DESIRED else [f"tasks: {', '.join(states)}"]

        wait_for(
            self._tasks,
            lambda seen: [] if seen else [f"desired {DESIRED} tasks, and none was begun"],
            expected="a task",
            timeout=PROPAGATION_TIMEOUT,
            interval=INTERVAL,
        )
        self._running = wait_for(
            self._tasks, problems, expected="RUNNING", timeout=self._task_timeout, interval=INTERVAL
        )
        return f"{DESIRED} Fargate tasks RUNNING"

    def tasks_have_addresses(self, network: VpcNetwork) -> str:
        """Looks in EC2 for each task's network interface, with an address of a private subnet."""
        ids = [task.network_interface for task in self._running if task.network_interface]
        if len(ids) < DESIRED:
            raise Missing(f"{DESIRED - len(ids)} of {DESIRED} running tasks have no ENI")
        with self._aws.errors_explained():
            reply = self._aws.ec2.describe_network_interfaces(NetworkInterfaceIds=ids)
        known = {each["PrivateIpAddress"] for each in reply["NetworkInterfaces"]}
        for task in self._running:
            if task.address is None or str(task.address) not in known:
                raise Missing(f"EC2 has no interface with {task.address}")
            if not any(task.address in subnet for subnet in network.subnets):
                raise Missing(f"{task.address} is in no private subnet")
        return ", ".join(sorted(known))

    def tasks_are_registered(self) -> str:
        """Waits until the Cloud Map instances are the running tasks, by id and address."""
        expected = {(task.id, task.address) for task in self._running}

        def problems(seen: tuple[ObservedInstance, ...]) -> list[str]:
            if {(each.id, each.address) for each in seen} == expected:
                return []
            return [f"{DESIRED} running tasks, {len(seen)} Cloud Map instances"]

        wait_for(
            self._instances,
            problems,
            expected="the tasks registered",
            timeout=PROPAGATION_TIMEOUT,
            interval=INTERVAL,
        )
        return f"{DESIRED} instances under the tasks' ids"

    def name_resolves(self, vpc_client: VpcClient) -> str:
        """Asks the VPC's resolver until every record must have been among the answers."""
        expectation = self._expectation()
        answers = vpc_client.resolve_often(expectation.name, queries_needed(DESIRED))
        _refuse(expectation.dns_problems(answers))
        return f"{expectation.name} gives {DESIRED} addresses"

    def pages_are_served(self, vpc_client: VpcClient) -> str:
        """Gets Apache's page from each address and from the name, inside the VPC."""
        expectation = self._expectation()
        hosts = [*map(str, expectation.addresses), expectation.name]
        _refuse(expectation.http_problems(vpc_client.fetch_all(hosts, PORT)))
        return f"{PAGE_TEXT} from {DESIRED} addresses and the name"

    def records_go_on_scale_in(self) -> str:
        """Scales to one task: one instance and one record are left."""
        self._scale(1)

        def problems(seen: tuple[int, int]) -> list[str]:
            return [] if seen == (1, 1) else [f"{seen[0]} instances and {seen[1]} records for 1"]

        wait_for(
            lambda: (len(self._instances()), len(self._records())),
            problems,
            expected="one of each",
            timeout=self._task_timeout,
            interval=INTERVAL,
        )
        return "2 tasks to 1: 1 instance and 1 record are left"

    def _expectation(self) -> VpcExpectation:
        name = f"{self._names.service}.{self._names.namespace}"
        addresses = tuple(record.address for record in self._records())
        return VpcExpectation(name, addresses, TTL, PORT, PAGE_TEXT)

    def _tasks(self) -> tuple[ObservedTask, ...]:
        return tasks(self._aws, self._names.cluster, self._names.ecs_service)

    def _instances(self) -> tuple[ObservedInstance, ...]:
        return instances(self._aws, self._registry_id) if self._registry_id else ()

    def _records(self) -> tuple[ObservedRecord, ...]:
        return self._cloud_map.records_of(self._names.service)

    def _scale(self, desired: int) -> None:
        with self._aws.errors_explained():
            self._aws.ecs.update_service(
                cluster=self._names.cluster,
                service=self._names.ecs_service,
                desiredCount=desired,
            )

    def _create_service(self, network: VpcNetwork) -> None:
        aws, names = self._aws, self._names
        arn = ""
        if not self._cloud_map.no_namespace():  # Without one, tasks may run all the same.
            self._registry_id, arn = self._cloud_map.create_service(names.service)
        group = self._create_group(network)
        with aws.errors_explained():
            aws.ecs.create_cluster(clusterName=names.cluster, tags=self._tags.for_ecs())
        self._cleanup.add("the cluster", self._remove_cluster)
        with aws.errors_explained():
            definition = aws.ecs.register_task_definition(
                family=names.family,
                tags=self._tags.for_ecs(),
                requiresCompatibilities=["FARGATE"],
                networkMode="awsvpc",
                cpu="256",
                memory="512",
                containerDefinitions=[
                    {"name": "httpd", "image": IMAGE, "portMappings": [{"containerPort": PORT}]}
                ],
            )["taskDefinition"]["taskDefinitionArn"]
        self._cleanup.add("the task definition", lambda: self._deregister(definition))
        with aws.errors_explained():
            aws.ecs.create_service(
                cluster=names.cluster,
                serviceName=names.ecs_service,
                taskDefinition=definition,
                desiredCount=DESIRED,
                launchType="FARGATE",
                networkConfiguration={
                    "awsvpcConfiguration": {
                        "subnets": list(network.subnet_ids),
                        "securityGroups": [group],
                    }
                },
                serviceRegistries=[{"registryArn": arn}] if arn else [],
            )
        self._cleanup.add("the ECS service", self._remove_service)

    def _create_group(self, network: VpcNetwork) -> str:
        ec2, name = self._aws.ec2, self._names.security_group
        with self._aws.errors_explained():
            group = ec2.create_security_group(
                GroupName=name,
                Description=name,
                VpcId=network.vpc_id,
                TagSpecifications=self._tags.for_ec2("security-group", name),
            )["GroupId"]
        self._cleanup.add(f"security group {group}", lambda: self._remove_group(group))
        with self._aws.errors_explained():
            ec2.authorize_security_group_ingress(
                GroupId=group, IpProtocol="tcp", FromPort=PORT, ToPort=PORT, CidrIp=network.cidr
            )
        return group

    def _remove_group(self, group: str) -> None:
        with self._aws.errors_explained():
            self._aws.ec2.delete_security_group(GroupId=group)

    def _remove_cluster(self) -> None:
        with self._aws.errors_explained():
            self._aws.ecs.delete_cluster(cluster=self._names.cluster)

    def _deregister(self, definition: str) -> None:
        with self._aws.errors_explained():
            self._aws.ecs.deregister_task_definition(taskDefinition=definition)

    def _remove_service(self) -> None:
        self._scale(0)
        with self._aws.errors_explained():
            self._aws.ecs.delete_service(
                cluster=self._names.cluster, service=self._names.ecs_service, force=True
            )


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Missing("; ".join(problems))
