# SPDX-License-Identifier: Apache-2.0
"""ECS in one account and region: Fargate is ours, EC2 and external tasks are moto's."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs import urls
from moto.ecs.exceptions import EcsClientException, ECSException, InvalidParameterException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Service, Task, TaskDefinition

from localaws import runtime
from localaws.ec2 import EC2
from localaws.ecs.deployments import Deployment
from localaws.ecs.registry import registry_of
from localaws.ecs.responses import EcsResponse
from localaws.ecs.services import FargateService
from localaws.ecs.tasks import FargateTask
from localaws.served import Served

STOPPED_TASKS_STAY = timedelta(hours=1)
"""In DescribeTasks, at least [API reference, DescribeTasks]."""

MAX_TASKS_WITH_DISCOVERY = 1000
"""Tasks in a service with service discovery, a quota [developer guide, "Service discovery"]."""

DEPLOYING = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "serviceRegistries",
    "capacityProviderStrategy",
)
"""Parameters of UpdateService that begin a deployment when they change; desiredCount does not."""

Params = Mapping[str, Any]
AnyService = Service | FargateService
AnyTask = Task | FargateTask


class Ecs(Served, EC2ContainerServiceBackend):
    """moto's ECS with Fargate services that run tasks."""

    SERVICE_NAMESPACE = "ecs"
    moto_urls = urls
    responses = EcsResponse

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.services: dict[str, AnyService] = {}  # type: ignore[assignment]  # moto's and ours
        self.tasks: dict[str, dict[str, AnyTask]] = {}  # type: ignore[assignment]

    @property
    def ec2(self) -> EC2:
        return cast(EC2, ec2_backends[self.account_id][self.region_name])

    @property
    def fargate_services(self) -> list[FargateService]:
        return [each for each in self.services.values() if isinstance(each, FargateService)]

    @property
    def fargate_tasks(self) -> list[FargateTask]:
        return [
            task
            for tasks in self.tasks.values()
            for task in tasks.values()
            if isinstance(task, FargateTask)
        ]

    def tick(self) -> None:
        """One turn of the scheduler: services first, then every task one step at the most."""
        for service in self.fargate_services:
            service.schedule()
        for task in self.fargate_tasks:
            if task.last_status != "STOPPED":
                task.step()
        self._forget_old_tasks()
        for cluster in self.clusters.values():
            self._count(cluster)

    def _forget_old_tasks(self) -> None:
        before = runtime.timestamp() - STOPPED_TASKS_STAY
        for task in self.fargate_tasks:
            if task.stopped_at and task.stopped_at < before:
                del self.tasks[task.cluster_name][task.task_arn]
        for service in self.fargate_services:
            for deployment in service.deployments:
                deployment.tasks = [
                    task
                    for task in deployment.tasks
                    if task.stopped_at is None or task.stopped_at >= before
                ]

    # Clusters

    def _count(self, cluster: Cluster) -> None:
        """The cluster's statistics, from what is there."""
        states = Counter(task.last_status for task in self.tasks.get(cluster.name, {}).values())
        cluster.running_tasks_count = states["RUNNING"]
        cluster.pending_tasks_count = (
            states["PROVISIONING"] + states["PENDING"] + states["ACTIVATING"]
        )
        cluster.active_services_count = len(self._active_services(cluster))

    def _active_services(self, cluster: Cluster) -> list[AnyService]:
        """The cluster's services that are ACTIVE or still DRAINING."""
        return [
            service
            for service in self.services.values()
            if service.cluster_name == cluster.name and service.status != "INACTIVE"
        ]

    def create_cluster(self, cluster_name: str, *args: Any, **kwargs: Any) -> Cluster:
        """moto: a new cluster each time. AWS: the one that is there, while it is ACTIVE."""
        existing = self.clusters.get(cluster_name)
        if existing and existing.status == "ACTIVE":
            return existing
        return super().create_cluster(cluster_name, *args, **kwargs)

    def delete_cluster(self, cluster_str: str) -> Cluster:
        cluster = self._get_cluster(cluster_str)
        if self._active_services(cluster):
            raise ECSException(
                "ClusterContainsServicesException",
                "The Cluster cannot be deleted while Services are active.",
            )
        if any(task.last_status != "STOPPED" for task in self.tasks.get(cluster.name, {}).values()):
            raise ECSException(
                "ClusterContainsTasksException",
                "The Cluster cannot be deleted while Tasks are active.",
            )
        return super().delete_cluster(cluster_str)

    def _active_cluster(self, name: str) -> Cluster:
        cluster = self._get_cluster(name)
        if cluster.status != "ACTIVE":
            raise ECSException("ClusterNotFoundException", "Cluster not found.")
        return cluster

    # Services

    def create_fargate_service(self, params: Params) -> FargateService:
        """Create a service; the scheduler starts its tasks."""
        cluster = self._active_cluster(params.get("cluster", "default"))
        key = f"{cluster.name}:{params['serviceName']}"
        existing = self.services.get(key)
        if existing and existing.status == "DRAINING":
            raise InvalidParameterException("Unable to Start a service that is still Draining.")
        if existing and existing.status == "ACTIVE":
            token = params.get("clientToken")
            if isinstance(existing, FargateService) and token and existing.client_token == token:
                return existing
            raise InvalidParameterException("Creation of service was not idempotent.")
        self._refuse_over_quota(params, params.get("serviceRegistries"))
        deployment = self._deployment(params)
        service = FargateService(
            backend=self, cluster=cluster, params=params, deployment=deployment
        )
        self.services[key] = service
        self._count(cluster)
        return service

    def _deployment(self, params: Params) -> Deployment:
        """A deployment of what the parameters ask for. Raises CreateService's errors."""
        definition = self._active_task_definition(params["taskDefinition"])
        network = params.get("networkConfiguration")
        self._refuse_bad_network(network)
        return Deployment(
            task_definition=definition.arn,
            launch_type=params.get("launchType"),
            capacity_provider_strategy=params.get("capacityProviderStrategy") or [],
            network_configuration=cast(dict[str, Any], network),
            registry=registry_of(
                params.get("serviceRegistries") or [], self.account_id, self.region_name
            ),
        )

    def _active_task_definition(self, name: str) -> TaskDefinition:
        definition = self.describe_task_definition(name)
        if definition.status != "ACTIVE":
            raise EcsClientException("TaskDefinition is inactive")
        if "FARGATE" not in (definition.requires_compatibilities or []):
            raise InvalidParameterException("Task definition does not support launch_type FARGATE.")
        return definition

    def _refuse_bad_network(self, network: Mapping[str, Any] | None) -> None:
        if not network:
            raise InvalidParameterException(
                "Network Configuration must be provided when networkMode 'awsvpc' is specified."
            )
        config = network["awsvpcConfiguration"]
        if not config["subnets"]:
            raise InvalidParameterException("subnets can not be empty.")
        for kind, ids, limit in (
            ("subnet", config["subnets"], 16),
            ("security group", config.get("securityGroups", []), 5),
        ):
            if len(ids) > limit:
                raise InvalidParameterException(f"{kind}s can have at most {limit} items.")
        for subnet_id in config["subnets"]:
            if not any(subnet_id in in_zone for in_zone in self.ec2.subnets.values()):
                raise InvalidParameterException(
                    f"Error retrieving subnet information for [{subnet_id}]: "
                    f"The subnet ID '{subnet_id}' does not exist "
                    "(ErrorCode: InvalidSubnetID.NotFound)"
                )
        for group_id in config.get("securityGroups", []):
            if self.ec2.get_security_group_from_id(group_id) is None:
                raise InvalidParameterException(
                    f"Error retrieving security group information for [{group_id}]: "
                    f"The security group '{group_id}' does not exist "
                    "(ErrorCode: InvalidGroup.NotFound)"
                )

    @staticmethod
    def _refuse_over_quota(params: Params, registries: Sequence[Any] | None) -> None:
        if registries and (params.get("desiredCount") or 0) > MAX_TASKS_WITH_DISCOVERY:
            raise InvalidParameterException(
                f"A service with service discovery can have {MAX_TASKS_WITH_DISCOVERY} tasks."
            )

    def list_services(
        self,
        cluster_str: str,
        scheduling_strategy: str | None = None,
        launch_type: str | None = None,
    ) -> list[str]:
        """moto: services of any status. AWS: no longer those that are DRAINING or INACTIVE."""
        active = {service.arn for service in self.services.values() if service.status == "ACTIVE"}
        listed = super().list_services(cluster_str, scheduling_strategy, launch_type)
        return [arn for arn in listed if arn in active]

    def fargate_service(self, cluster: str, name: str) -> FargateService | None:
        """The service of this name or ARN, or None when it is not one of ours."""
        service = self._get_service(cluster, name.rsplit("/", 1)[-1])
        return service if isinstance(service, FargateService) else None

    def update_fargate_service(self, service: FargateService, params: Params) -> FargateService:
        """Change a service; what changes its tasks begins a deployment."""
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        current = self._shown(service)
        wanted = current | {key: params[key] for key in DEPLOYING if key in params}
        if "taskDefinition" in params:
            wanted["taskDefinition"] = self._active_task_definition(params["taskDefinition"]).arn
        self._refuse_over_quota(params, wanted["serviceRegistries"])
        if wanted != current or params.get("forceNewDeployment"):
            service.begin(self._deployment(wanted))
            service.platform_version = wanted["platformVersion"]
            service.service_registries = wanted["serviceRegistries"]
        if params.get("desiredCount") is not None:
            service.desired_count = params["desiredCount"]
        if "deploymentConfiguration" in params:
            service.deployment_configuration |= params["deploymentConfiguration"]
        for key, attribute in (
            ("availabilityZoneRebalancing", "availability_zone_rebalancing"),
            ("enableECSManagedTags", "enable_ecs_managed_tags"),
            ("enableExecuteCommand", "enable_execute_command"),
            ("healthCheckGracePeriodSeconds", "health_check_grace_period_seconds"),
            ("propagateTags", "propagate_tags"),
        ):
            if params.get(key) is not None:
                setattr(service, attribute, params[key])
        return service

    @staticmethod
    def _shown(service: FargateService) -> dict[str, Any]:
        """What a deployment of the service would be made from now."""
        return {
            "taskDefinition": service.task_definition,
            "networkConfiguration": service.network_configuration,
            "platformVersion": service.platform_version,
            "serviceRegistries": service.service_registries,
            "launchType": service.launch_type,
            "capacityProviderStrategy": service.capacity_provider_strategy,
        }

    def delete_service(  # type: ignore[override]
        self, cluster_name: str, service_name: str, force: bool
    ) -> AnyService:
        service = self.fargate_service(cluster_name, service_name)
        if service is None:
            return super().delete_service(cluster_name, service_name, force)
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        if not force and service.desired_count > 0:
            raise InvalidParameterException(
                "The service cannot be stopped while it is scaled above 0."
            )
        if not force and len(service.deployments) > 1:
            raise InvalidParameterException(
                "The service cannot be stopped while deployments are active."
            )
        service.drain()
        return service

    # Tasks

    def place_task(
        self, service: FargateService, deployment: Deployment, alive: list[FargateTask]
    ) -> FargateTask | None:
        """Start one task of a deployment in the emptiest zone, or None for want of an address.

        `alive` are the service's tasks, by which the zones are balanced.
        """
        interface = self._interface(deployment.network_configuration, alive)
        if interface is None:
            return None
        definition = self.describe_task_definition(deployment.task_definition)
        strategy = deployment.capacity_provider_strategy
        return self._add(
            FargateTask(
                backend=self,
                cluster=service.cluster,
                task_definition=definition,
                interface=interface,
                group=f"service:{service.name}",
                started_by=deployment.id,
                launch_type=deployment.launch_type,
                capacity_provider_name=strategy[0]["capacityProvider"] if strategy else None,
                tags=self._propagated_tags(service, definition),
                registry=deployment.registry,
            )
        )

    def _add(self, task: FargateTask) -> FargateTask:
        self.tasks.setdefault(task.cluster_name, {})[task.task_arn] = task
        return task

    @staticmethod
    def _propagated_tags(
        service: FargateService, definition: TaskDefinition
    ) -> list[dict[str, str]]:
        source = {"SERVICE": service.tags, "TASK_DEFINITION": definition.tags}
        tags = [*source.get(service.propagate_tags, [])]
        if service.enable_ecs_managed_tags:
            tags.append({"key": "aws:ecs:clusterName", "value": service.cluster_name})
            tags.append({"key": "aws:ecs:serviceName", "value": service.name})
        return tags

    def _interface(
        self, network: Mapping[str, Any], alive: list[FargateTask]
    ) -> NetworkInterface | None:
        """An interface in the subnet whose zone, and which itself, has the fewest of the tasks."""
        config = network["awsvpcConfiguration"]
        zones = Counter(task.availability_zone for task in alive)
        in_subnet = Counter(task.subnet_id for task in alive)
        subnets = [self.ec2.get_subnet(id_) for id_ in config["subnets"]]
        random.shuffle(subnets)
        for subnet in sorted(
            subnets, key=lambda subnet: (zones[subnet.availability_zone], in_subnet[subnet.id])
        ):
            if address := self.ec2.free_address(subnet):
                groups = config.get("securityGroups") or []
                arn = f"arn:aws:ecs:{self.region_name}:{self.account_id}:attachment/{uuid.uuid4()}"
                return self.ec2.create_task_interface(subnet, address, groups, arn)
        return None

    def run_fargate_tasks(self, params: Params) -> list[FargateTask]:
        """RunTask on Fargate: lone tasks, in no service and no registry."""
        cluster = self._active_cluster(params.get("cluster", "default"))
        definition = self._active_task_definition(params["taskDefinition"])
        network = params.get("networkConfiguration")
        self._refuse_bad_network(network)
        strategy = params.get("capacityProviderStrategy")
        tasks: list[FargateTask] = []
        for _ in range(params.get("count") or 1):
            interface = self._interface(cast(Mapping[str, Any], network), tasks)
            if interface is None:
                break
            task = FargateTask(
                backend=self,
                cluster=cluster,
                task_definition=definition,
                interface=interface,
                group=params.get("group") or f"family:{definition.family}",
                started_by=params.get("startedBy") or "",
                launch_type=params.get("launchType"),
                capacity_provider_name=strategy[0]["capacityProvider"] if strategy else None,
                overrides=params.get("overrides"),
                tags=params.get("tags"),
            )
            tasks.append(self._add(task))
        return tasks

    def stop_task(  # type: ignore[override]
        self, cluster_str: str, task_str: str, reason: str
    ) -> AnyTask:
        cluster = self._get_cluster(cluster_str)
        id_ = task_str.rsplit("/", 1)[-1]
        for task in self.tasks.get(cluster.name, {}).values():
            if task.id == id_ and isinstance(task, FargateTask):
                task.stop(reason or "Task stopped by user", "UserInitiated")
                return task
            if task.id == id_:
                return super().stop_task(cluster_str, task_str, reason)
        raise InvalidParameterException("The referenced task was not found.")

    def find_tasks(self, cluster_str: str, names: list[str]) -> tuple[list[AnyTask], list[str]]:
        """The tasks of these ids or ARNs in the cluster, and the names that nothing bears."""
        cluster = self._get_cluster(cluster_str)
        by_id = {task.id: task for task in self.tasks.get(cluster.name, {}).values()}
        found = {name: by_id.get(name.rsplit("/", 1)[-1]) for name in names}
        for task in found.values():
            if isinstance(task, Task):
                task.advance()
        return (
            [task for task in found.values() if task is not None],
            [name for name, task in found.items() if task is None],
        )

    def list_tasks(  # type: ignore[override]
        self,
        cluster_str: str | None = None,
        container_instance: str | None = None,
        family: str | None = None,
        started_by: str | None = None,
        service_name: str | None = None,
        desiredStatus: str | None = None,
    ) -> list[AnyTask]:
        """moto: ignores the service and the default status, and finds clusters by substring."""
        cluster = self._get_cluster(cluster_str or "default")
        status = desiredStatus or "RUNNING"
        group = service_name and f"service:{service_name.rsplit('/', 1)[-1]}"
        return [
            task
            for task in self.tasks.get(cluster.name, {}).values()
            if task.desired_status == status
            and (not group or task.group == group)
            and (not started_by or task.started_by == started_by)
            and (not family or f"/{family}:" in task.task_definition_arn)
            and (not container_instance or container_instance in str(task.container_instance_arn))
        ]
