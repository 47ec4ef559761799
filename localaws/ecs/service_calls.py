# SPDX-License-Identifier: Apache-2.0
"""ECS's calls that concern services: they change what a service asks for; the scheduler acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import Cluster, TaskDefinition

from localaws.cloudmap.models import Namespace
from localaws.ecs.capacity import Params, launch_type, requested_platform_version
from localaws.ecs.deployments import EcsDeployment
from localaws.ecs.network import task_network
from localaws.ecs.registry import find_registry
from localaws.ecs.service_connect import Connect, ConnectEndpoint
from localaws.ecs.service_linked_role import service_linked_role_arn
from localaws.ecs.service_rules import refuse_deployment, refuse_over_quota, validate
from localaws.ecs.services import EcsService
from localaws.ecs.state import EcsState
from localaws.ecs.targets import TargetGroups
from localaws.ecs.task_sets import WHOLE, EcsTaskSet

MAX_SERVICES = 5000
"""The quota of services in a cluster [developer guide, "Service quotas"]."""

DEPLOYMENT_PARAMETERS = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "serviceRegistries",
    "capacityProviderStrategy",
    "loadBalancers",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
"""Parameters of UpdateService that begin a deployment when they change; desiredCount does not."""


class ServiceCalls(EcsState):
    """Creates, updates, lists and deletes services."""

    def create_ecs_service(self, params: Params) -> EcsService:
        """Creates a service without tasks. Raises the errors of CreateService."""
        cluster = self.active_cluster(params.get("cluster", "default"))
        key = f"{cluster.name}:{params['serviceName']}"
        existing = self.services.get(key)
        if existing and existing.status == "DRAINING":
            raise InvalidParameterException("Unable to Start a service that is still Draining.")
        if existing and existing.status == "ACTIVE":
            token = params.get("clientToken")
            if token and existing.client_token == token:
                return existing
            raise InvalidParameterException("Creation of service was not idempotent.")
        if len(self.active_services(cluster)) >= MAX_SERVICES:
            raise InvalidParameterException(f"A cluster can have {MAX_SERVICES} services.")
        controller = (params.get("deploymentController") or {}).get("type", "ECS")
        validate(params, launch_type(params), controller)
        refuse_over_quota(params, params.get("serviceRegistries"))
        parts: dict[str, Any] = {}
        if controller != "EXTERNAL":
            parts = self.deployment_parts(cluster, params)
        connect = params.get("serviceConnectConfiguration")
        namespace = self._namespace(cluster, connect, parts)
        service = EcsService(
            params,
            arn=self.arn(f"service/{cluster.name}/{params['serviceName']}"),
            cluster=cluster,
            created_by=self.root_arn,
            role_arn=self._role_arn(params, parts.get("definition")),
            deployment=EcsDeployment(**parts) if controller == "ECS" else None,
        )
        if service.deployments:
            self._connect(service, service.primary, namespace, connect)
            service.history.begin(service.primary, [])
        if controller == "CODE_DEPLOY":
            # The first task set is made with the service; CodeDeploy makes those that follow.
            service.task_sets.append(task_set_of(service, parts, {}, status="PRIMARY"))
        self.services[key] = service
        self.refresh_counts(cluster)
        return service

    def create_service(  # type: ignore[override]
        self, cluster_str: str, service_name: str, desired_count: int, **given: Any
    ) -> EcsService:
        """Called by moto's CloudFormation."""
        return self.create_ecs_service(
            {
                "cluster": cluster_str,
                "serviceName": service_name,
                "desiredCount": int(desired_count or 0),
                "taskDefinition": given["task_definition_str"],
            }
        )

    def _namespace(
        self, cluster: Cluster, configuration: Params | None, parts: Mapping[str, Any]
    ) -> Namespace | None:
        """Returns the namespace of Service Connect, None without it. Raises its errors."""
        if not configuration or not parts:
            return None
        default = (cluster.service_connect_defaults or {}).get("namespace")
        return self.service_connect.validated(configuration, default, parts["definition"])

    def _connect(
        self,
        service: EcsService,
        deployment: EcsDeployment,
        namespace: Namespace | None,
        configuration: Params | None,
    ) -> None:
        """Gives a deployment its endpoints of Service Connect."""
        if not configuration:
            return
        endpoints: list[ConnectEndpoint] = []
        if namespace:
            endpoints = self.service_connect.endpoints(
                configuration, namespace, deployment.definition, service.endpoints
            )
        deployment.connect = Connect(configuration, namespace.id if namespace else None, endpoints)
        known = {each.discovery_arn for each in service.endpoints}
        service.endpoints += [each for each in endpoints if each.discovery_arn not in known]

    def remove_unused_endpoints(self, service: EcsService) -> None:
        """Removes from Cloud Map what Service Connect does not need any more."""
        if not service.endpoints:
            return
        gone = [each for each in service.unused_endpoints if self.service_connect.remove(each)]
        service.endpoints = [each for each in service.endpoints if each not in gone]

    def _role_arn(self, params: Params, definition: TaskDefinition | None) -> str | None:
        """Returns the role by which ECS acts for the service: that of the request, or its own.

        ECS needs one for interfaces, registries and load balancers [API reference, role].
        """
        if role := params.get("role"):
            return str(role) if ":" in role else f"arn:aws:iam::{self.account_id}:role/{role}"
        needs = params.get("serviceRegistries") or params.get("loadBalancers")
        if needs or (definition and definition.network_mode == "awsvpc"):
            return service_linked_role_arn(self.account_id)
        return None

    def deployment_parts(self, cluster: Cluster, params: Params) -> dict[str, Any]:
        """Returns the arguments of a deployment of what the parameters ask for.

        Raises CreateService's errors.
        """
        kind = launch_type(params)
        strategy = params.get("capacityProviderStrategy") or []
        self.validate_capacity(cluster, strategy)
        if not params.get("taskDefinition"):
            raise InvalidParameterException("TaskDefinition can not be blank.")
        definition = self.active_task_definition(params["taskDefinition"], kind)
        registries = params.get("serviceRegistries") or []
        balancers = params.get("loadBalancers") or []
        groups = TargetGroups(self.account_id, self.region_name, balancers)
        groups.validate(definition)
        return {
            "definition": definition,
            "launch_type": None if strategy else kind,
            "actual_launch_type": kind,
            "capacity_provider_strategy": strategy,
            "network_configuration": task_network(
                self.ec2, definition, params.get("networkConfiguration")
            ),
            "service_registries": registries,
            "registry": find_registry(registries, self.account_id, self.region_name, definition),
            "load_balancers": balancers,
            "target_groups": groups if balancers else None,
            "requested_platform_version": requested_platform_version(params),
            "volume_configurations": params.get("volumeConfigurations") or [],
            "vpc_lattice_configurations": params.get("vpcLatticeConfigurations") or [],
        }

    def list_services(
        self,
        cluster_str: str,
        scheduling_strategy: str | None = None,
        launch_type: str | None = None,
    ) -> list[str]:
        """moto: lists services of any status. AWS: leaves out DRAINING and INACTIVE ones."""
        active = {service.arn for service in self.services.values() if service.status == "ACTIVE"}
        listed = super().list_services(cluster_str, scheduling_strategy, launch_type)
        return [arn for arn in listed if arn in active]

    def describe_services(  # type: ignore[override]
        self, cluster_str: str, service_names_or_arns: list[str]
    ) -> tuple[list[EcsService], list[dict[str, str]]]:
        """A deleted service that waits for no task is INACTIVE when somebody looks.

        The AWS provider looks at once, and again only a second later.
        """
        found, failures = super().describe_services(cluster_str, service_names_or_arns)
        services = cast(list[EcsService], found)
        for service in services:
            service.end_draining()
            self.remove_unused_endpoints(service)
        return services, failures

    def update_ecs_service(self, params: Params) -> EcsService:
        """Changes a service, with a new deployment when that changes the service's tasks.

        Raises the errors of UpdateService.
        """
        service = self.service(params.get("cluster", "default"), params["service"])
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        controller = service.deployment_controller["type"]
        validate(params, service.actual_launch_type or "EC2", controller)
        if service.is_daemon and params.get("desiredCount") is not None:
            raise InvalidParameterException(
                "The desired count cannot be set for a service of the DAEMON scheduling strategy."
            )
        if controller == "ECS":
            self._deploy(service, params)
        else:
            refuse_deployment(params, controller)
        service.update(params)
        return service

    def update_service(self, service_properties: dict[str, Any]) -> EcsService:  # type: ignore[override]
        """Called by moto's CloudFormation."""
        return self.update_ecs_service(
            {
                "cluster": service_properties["cluster"],
                "service": service_properties["service"],
                "desiredCount": int(service_properties["desired_count"] or 0),
                "taskDefinition": service_properties["task_definition"],
            }
        )

    def _deploy(self, service: EcsService, params: Params) -> None:
        """Begins a deployment when the parameters change one."""
        current = service.deployment_params
        wanted = current | {key: params[key] for key in DEPLOYMENT_PARAMETERS if key in params}
        if wanted["capacityProviderStrategy"]:
            wanted["launchType"] = None
        elif current["capacityProviderStrategy"]:
            wanted["launchType"] = service.actual_launch_type
        if "taskDefinition" in params:
            kind = launch_type(wanted)
            definition = self.active_task_definition(params["taskDefinition"], kind)
            wanted["taskDefinition"] = definition.arn
            if definition.network_mode != "awsvpc" and "networkConfiguration" not in params:
                wanted["networkConfiguration"] = None
        refuse_over_quota(params, wanted["serviceRegistries"])
        if wanted != current or params.get("forceNewDeployment"):
            parts = self.deployment_parts(service.cluster, wanted)
            connect = wanted["serviceConnectConfiguration"]
            namespace = self._namespace(service.cluster, connect, parts)
            deployment = EcsDeployment(**parts)
            self._connect(service, deployment, namespace, connect)
            service.history.begin(deployment, service.deployments)
            service.make_primary(deployment)

    def delete_service(  # type: ignore[override]
        self, cluster_name: str, service_name: str, force: bool
    ) -> EcsService:
        """moto: the service is INACTIVE at once. AWS: it is DRAINING until its tasks are gone."""
        service = self.service(cluster_name, service_name)
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        if not force and not service.is_daemon and service.desired_count > 0:
            raise InvalidParameterException(
                "The service cannot be stopped while it is scaled above 0."
            )
        if not force and len(service.deployments) > 1:
            raise InvalidParameterException(
                "The service cannot be stopped while deployments are active."
            )
        if not force and service.deployment_controller["type"] == "EXTERNAL" and service.task_sets:
            raise InvalidParameterException(
                "The service cannot be stopped while there are active task sets."
            )
        service.drain()
        return service


def task_set_of(
    service: EcsService, parts: Mapping[str, Any], params: Params, *, status: str
) -> EcsTaskSet:
    """Returns a task set of a service with what the parameters of CreateTaskSet say."""
    return EcsTaskSet(
        **parts,
        service_arn=service.arn,
        cluster_arn=service.cluster_arn,
        external_id=params.get("externalId") or "",
        started_by="",
        scale=params.get("scale") or WHOLE,
        client_token=params.get("clientToken"),
        tags=params.get("tags") or [],
        status=status,
    )
