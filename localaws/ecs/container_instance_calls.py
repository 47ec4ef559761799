# SPDX-License-Identifier: Apache-2.0
"""ECS's calls that concern container instances, and the agents that register them by themselves."""

from __future__ import annotations

import base64
import binascii
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from moto.ec2.models.instances import Instance
from moto.ecs.exceptions import InvalidParameterException

from localaws.ecs.container_instances import (
    EXTERNAL_ID,
    ContainerInstance,
    Host,
    ec2_host,
    external_host,
)
from localaws.ecs.query_language import InvalidExpression, parse
from localaws.ecs.state import EcsState
from localaws.ecs.task_states import TaskState

CLUSTER_IN_USER_DATA = re.compile(
    r"""(?:^|[\s"'])ECS_CLUSTER=["']?(?P<agent>[\w-]+)   # a line of /etc/ecs/ecs.config
      | ^\s*cluster\s*=\s*"(?P<bottlerocket>[\w-]+)" """,
    re.MULTILINE | re.VERBOSE,
)
ATTRIBUTES_IN_USER_DATA = re.compile(r"ECS_INSTANCE_ATTRIBUTES=(['\"]?)(?P<json>\{.*?\})\1")

HOST_GONE = "Host EC2 (instance {}) {}."
"""AWS's words for the tasks of a server that was terminated or stopped."""


class ContainerInstanceCalls(EcsState):
    """Registers, describes and deregisters container instances."""

    def register_container_instance(  # type: ignore[override]
        self,
        cluster_str: str,
        ec2_instance_id: str,
        attributes: Mapping[str, str | None] | None = None,
        tags: list[dict[str, str]] | None = None,
    ) -> ContainerInstance:
        """moto: gives every instance the same size. AWS: that of its type."""
        cluster = self.active_cluster(cluster_str)
        if EXTERNAL_ID.fullmatch(ec2_instance_id):
            host: Host = external_host(ec2_instance_id)
        else:
            host = ec2_host(self.ec2.get_instance(ec2_instance_id))
        instance = ContainerInstance(
            host,
            arn=self.arn(f"container-instance/{cluster.name}/{uuid.uuid4().hex}"),
            cluster_name=cluster.name,
            attributes=attributes or {},
            tags=tags or [],
        )
        self.container_instances[cluster.name][instance.id] = instance
        self.refresh_counts(cluster)
        return instance

    def deregister_container_instance(  # type: ignore[override]
        self, cluster_str: str, container_instance_str: str, force: bool
    ) -> ContainerInstance:
        instance = self.find_container_instance(cluster_str, container_instance_str)
        if instance.tasks and not force:
            raise InvalidParameterException("Found running tasks on the instance.")
        self._remove(instance, "Container instance deregistered.")
        return instance

    def _remove(self, instance: ContainerInstance, reason: str) -> None:
        """Takes a container instance out of its cluster, and stops what runs on it."""
        instance.status, instance.agent_connected = "INACTIVE", False
        del self.container_instances[instance.cluster_name][instance.id]
        self.refresh_counts(self.clusters[instance.cluster_name])
        self._stop_tasks(instance, reason)

    def _stop_tasks(self, instance: ContainerInstance, reason: str) -> None:
        for task in self.tasks_in(self.clusters[instance.cluster_name]):
            if task.place.instance is instance and task.last_status != TaskState.STOPPED:
                task.stop(reason, "TerminationNotice")

    def list_container_instances(
        self, cluster_str: str, status: str | None = None, filter_: str | None = None
    ) -> list[str]:
        """moto: ignores the filter. AWS: an expression of the cluster query language."""
        cluster = self.find_cluster(cluster_str)
        try:
            matches = parse(filter_) if filter_ else lambda instance: True
        except InvalidExpression as error:
            raise InvalidParameterException(f"Invalid filter: {error}") from error
        return sorted(
            instance.container_instance_arn
            for instance in self.container_instances.get(cluster.name, {}).values()
            if status in (None, instance.status) and matches(instance)
        )

    def _get_resource(self, resource_arn: str, parsed_arn: dict[str, str]) -> Any:
        """moto: does not know container instances by their ARN."""
        if parsed_arn["service"] == "container-instance":
            return self.find_container_instance(parsed_arn["cluster_id"], parsed_arn["id"])
        return super()._get_resource(resource_arn, parsed_arn)

    def follow_ec2_instances(self) -> None:
        """Registers the instances that join a cluster by themselves; removes terminated ones.

        As the agent of the ECS-optimized AMI: the user data names the cluster. An instance that
        was deregistered does not register again.
        """
        for instance in self.ec2.instances_with_user_data():
            if instance.id not in self.agents and instance.state == "running":
                self._register_agent(instance)
        for registered in [
            each for of in self.container_instances.values() for each in of.values()
        ]:
            if not registered.is_external:
                self._follow(registered)

    def _register_agent(self, instance: Instance) -> None:
        text = _decoded(str(instance.user_data))
        found = CLUSTER_IN_USER_DATA.search(text)
        name = found and (found["agent"] or found["bottlerocket"])
        cluster = self.clusters.get(name or "")
        if cluster is None or cluster.status != "ACTIVE":
            return
        given = ATTRIBUTES_IN_USER_DATA.search(text)
        try:
            attributes = json.loads(given["json"].replace('\\"', '"')) if given else {}
        except ValueError:
            attributes = {}
        self.agents.add(instance.id)
        registered = self.register_container_instance(cluster.name, instance.id, attributes)
        registered.capacity_provider_name = self._provider_of(registered.host.group_name)

    def _provider_of(self, group_name: str | None) -> str | None:
        """Returns the capacity provider of an Auto Scaling group, or None."""
        for provider in self.capacity_providers.values():
            arn = str(provider.auto_scaling_group_provider.get("autoScalingGroupArn", ""))
            if group_name and arn.rsplit("/", 1)[-1] == group_name:
                return provider.name
        return None

    def _follow(self, registered: ContainerInstance) -> None:
        """Keeps a container instance as its EC2 instance is."""
        instance = self.ec2.instance(registered.ec2_instance_id)
        if registered.host.group_name and registered.capacity_provider_name is None:
            registered.capacity_provider_name = self._provider_of(registered.host.group_name)
        registered.agent_connected = instance is not None and instance.state == "running"
        if instance is None or instance.state == "terminated":
            self._remove(registered, HOST_GONE.format(registered.ec2_instance_id, "terminated"))
        elif instance.state == "stopped":
            self._stop_tasks(registered, HOST_GONE.format(registered.ec2_instance_id, "stopped"))


def _decoded(user_data: str) -> str:
    """Returns user data as text; the API has it in base64."""
    try:
        return base64.b64decode(user_data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return user_data
