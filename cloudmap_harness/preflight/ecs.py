# SPDX-License-Identifier: Apache-2.0
"""ECS on trial: a cluster and a service of two tasks of our own, soon removed."""

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.leftovers import ResourceNames
from cloudmap_harness.aws.tags import ecs_tags, specification
from cloudmap_harness.aws.vpc_lookup import VpcNetwork
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.discovery.probes import (
    ObservedInstance,
    ObservedRecord,
    ObservedTask,
    instances,
    tasks,
)
from cloudmap_harness.discovery.vpc_access import VpcExpectation
from cloudmap_harness.discovery.vpc_client import (
    VpcClient,
    fetch_all,
    queries_needed,
    resolve_often,
)
from cloudmap_harness.preflight.cloud_map import AT_ONCE, INTERVAL, TTL, CloudMapTrial
from cloudmap_harness.preflight.results import Missing, Skipped
from cloudmap_harness.waiting import wait_for

DESIRED = 2
PORT = 80
IMAGE = "httpd:2.4.41-alpine"
WORDS = "It works!"


class TasksTrial:
    """The links from an ECS service over its tasks to Cloud Map, and back on scale-in."""

    def __init__(
        self,
        aws: AwsClients,
        names: ResourceNames,
        cleanup: CleanupStack,
        *,
        cloudmap: CloudMapTrial,
        patience: float,
    ) -> None:
        """`patience`: the seconds that a task may take to run once it was begun."""
        self._aws = aws
        self._names = names
        self._undoing = cleanup
        self._cloudmap = cloudmap
        self._patience = patience
        self._registry_id = ""
        self._running: tuple[ObservedTask, ...] = ()

    def tasks_run(self, network: VpcNetwork) -> str:
        """Two tasks come to RUNNING; that none is begun shows at once."""
        self._create_service(network)

        def problems(seen: tuple[ObservedTask, ...]) -> list[str]:
            states = [task.status for task in seen]
            return [] if states == ["RUNNING"] * DESIRED else [f"tasks: {', '.join(states)}"]

        wait_for(
            self._tasks,
            lambda seen: [] if seen else [f"desired {DESIRED} tasks, and none was begun"],
            expected="a task",
            timeout=AT_ONCE,
            interval=INTERVAL,
        )
        self._running = wait_for(
            self._tasks, problems, expected="RUNNING", timeout=self._patience, interval=INTERVAL
        )
        return f"{DESIRED} Fargate tasks RUNNING"

    def tasks_have_addresses(self, network: VpcNetwork) -> str:
        """Each running task has an interface in EC2 with an address of a private subnet."""
        running = self._needed()
        ids = [task.network_interface for task in running if task.network_interface]
        if len(ids) < DESIRED:
            raise Missing(f"{DESIRED - len(ids)} of {DESIRED} running tasks have no ENI")
        with self._aws.errors_explained():
            reply = self._aws.ec2.describe_network_interfaces(NetworkInterfaceIds=ids)
        known = {each["PrivateIpAddress"] for each in reply["NetworkInterfaces"]}
        for task in running:
            if task.address is None or str(task.address) not in known:
                raise Missing(f"EC2 has no interface with {task.address}")
            if not any(task.address in subnet for subnet in network.subnets):
                raise Missing(f"{task.address} is in no private subnet")
        return ", ".join(sorted(known))

    def tasks_are_registered(self) -> str:
        """Each running task is a Cloud Map instance with its id and address."""
        expected = {(task.id, task.address) for task in self._needed()}

        def problems(seen: tuple[ObservedInstance, ...]) -> list[str]:
            if {(each.id, each.address) for each in seen} == expected:
                return []
            return [f"{DESIRED} running tasks, {len(seen)} Cloud Map instances"]

        wait_for(
            self._instances,
            problems,
            expected="the tasks registered",
            timeout=AT_ONCE,
            interval=INTERVAL,
        )
        return f"{DESIRED} instances under the tasks' ids"

    def name_resolves(self, vpc_client: VpcClient | None) -> str:
        """The VPC's resolver answers with every record."""
        expectation, vpc_client = self._promise(), _needed_inside(vpc_client)
        answers = resolve_often(vpc_client, expectation.name, queries_needed(DESIRED))
        _refuse(expectation.dns_problems(answers))
        return f"{expectation.name} gives {DESIRED} addresses"

    def pages_are_served(self, vpc_client: VpcClient | None) -> str:
        """Each address, and the name, serve Apache's page inside the VPC."""
        expectation, vpc_client = self._promise(), _needed_inside(vpc_client)
        hosts = [*map(str, expectation.addresses), expectation.name]
        _refuse(expectation.http_problems(fetch_all(vpc_client, hosts, PORT)))
        return f"{WORDS} from {DESIRED} addresses and the name"

    def records_go_on_scale_in(self) -> str:
        """With one task less there is one instance and one record less."""
        self._needed()
        if len(self._records()) != DESIRED:
            raise Skipped(f"{DESIRED} running tasks have {len(self._records())} A records")
        self._scale(1)

        def problems(seen: tuple[int, int]) -> list[str]:
            return [] if seen == (1, 1) else [f"{seen[0]} instances and {seen[1]} records for 1"]

        wait_for(
            lambda: (len(self._instances()), len(self._records())),
            problems,
            expected="one of each",
            timeout=self._patience,
            interval=INTERVAL,
        )
        return "2 tasks to 1: 1 instance and 1 record are left"

    def _needed(self) -> tuple[ObservedTask, ...]:
        if not self._running:
            raise Skipped("no task runs")
        return self._running

    def _promise(self) -> VpcExpectation:
        self._needed()
        addresses = tuple(record.address for record in self._records())
        if len(addresses) != DESIRED:
            raise Skipped(f"{DESIRED} running tasks have {len(addresses)} A records")
        name = f"{self._names.service}.{self._names.namespace}"
        return VpcExpectation(name, addresses, TTL, PORT, WORDS)

    def _tasks(self) -> tuple[ObservedTask, ...]:
        return tasks(self._aws, self._names.cluster, self._names.ecs_service)

    def _instances(self) -> tuple[ObservedInstance, ...]:
        return instances(self._aws, self._registry_id) if self._registry_id else ()

    def _records(self) -> tuple[ObservedRecord, ...]:
        return self._cloudmap.records_of(self._names.service)

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
        try:
            self._registry_id, arn = self._cloudmap.service(names.service)
        except Skipped:
            pass  # Without Cloud Map we still want to know whether ECS runs anything.
        group = self._create_group(network)
        with aws.errors_explained():
            aws.ecs.create_cluster(clusterName=names.cluster, tags=ecs_tags(names.deployment))
        self._undoing.add("the cluster", self._remove_cluster)
        with aws.errors_explained():
            definition = aws.ecs.register_task_definition(
                family=names.family,
                tags=ecs_tags(names.deployment),
                requiresCompatibilities=["FARGATE"],
                networkMode="awsvpc",
                cpu="256",
                memory="512",
                containerDefinitions=[
                    {"name": "httpd", "image": IMAGE, "portMappings": [{"containerPort": PORT}]}
                ],
            )["taskDefinition"]["taskDefinitionArn"]
        self._undoing.add("the task definition", lambda: self._deregister(definition))
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
        self._undoing.add("the ECS service", self._remove_service)

    def _create_group(self, network: VpcNetwork) -> str:
        ec2, name = self._aws.ec2, self._names.security_group
        with self._aws.errors_explained():
            group = ec2.create_security_group(
                GroupName=name,
                Description=name,
                VpcId=network.vpc_id,
                TagSpecifications=specification("security-group", name, self._names.deployment),
            )["GroupId"]
        self._undoing.add(f"security group {group}", lambda: self._remove_group(group))
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


def _needed_inside(vpc_client: VpcClient | None) -> VpcClient:
    if vpc_client is None:
        raise Skipped("we cannot stand inside this VPC: see it from a host there")
    return vpc_client


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Missing("; ".join(problems))
