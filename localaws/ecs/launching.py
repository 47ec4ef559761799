# SPDX-License-Identifier: Apache-2.0
"""Starts tasks: on Fargate in a subnet, elsewhere on a container instance."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from localaws.ecs.container_instances import ContainerInstance
from localaws.ecs.network import Peers, create_interface
from localaws.ecs.place import Place
from localaws.ecs.placement import can_be_member, choose_instance
from localaws.ecs.state import EcsState
from localaws.ecs.task_request import TaskRequest
from localaws.ecs.tasks import EcsTask
from localaws.timeline.stream import STREAM


class Launching(EcsState):
    """Finds a place for a task, and gives the place back."""

    def launch_task(self, request: TaskRequest, peers: Peers) -> EcsTask:
        """Starts a task away from its peers, and adds it to them. Raises CannotPlace."""
        task = EcsTask(
            request,
            self._place(request, peers),
            arn=self.arn(f"task/{request.cluster.name}/{secrets.token_hex(16)}"),
            leave=self._leave_place,
        )
        self.tasks.setdefault(task.cluster_name, {})[task.task_arn] = task
        if task.place.instance:
            task.place.instance.tasks[task.id] = task
        _tell_interface(task, "came")
        peers.add(task)
        return task

    def _place(self, request: TaskRequest, peers: Peers) -> Place:
        network = request.network_configuration
        if request.launch_type == "FARGATE":
            return Place(interface=create_interface(self.ec2, network or {}, peers))
        zones = None if network is None else self._zones(network["awsvpcConfiguration"]["subnets"])
        instance = choose_instance(self.instances_for(request), request, zones)
        if network is None:
            return Place(instance=instance, host_ports=instance.bind(request.needs.ports))
        zone = instance.host.availability_zone
        return Place(
            instance=instance, interface=create_interface(self.ec2, network, peers, zone=zone)
        )

    def _zones(self, subnet_ids: Collection[str]) -> set[str]:
        """Returns the zones of the subnets that there are."""
        return {
            zone
            for zone, subnets in self.ec2.subnets.items()
            for subnet_id in subnets
            if subnet_id in subnet_ids
        }

    def instances_for(self, request: TaskRequest) -> list[ContainerInstance]:
        """Returns the container instances that tasks of the request's launch type can be on."""
        wants_external = request.launch_type == "EXTERNAL"
        return [
            instance
            for instance in self.container_instances.get(request.cluster.name, {}).values()
            if instance.is_external == wants_external
            and request.instance_id in (None, instance.id)
            and request.capacity_provider_name in (None, instance.capacity_provider_name)
        ]

    def daemon_instances(self, request: TaskRequest) -> list[ContainerInstance]:
        """Returns the container instances that each run one task of a daemon service."""
        return [each for each in self.instances_for(request) if can_be_member(each, request)]

    def _leave_place(self, task: EcsTask) -> None:
        """Gives a stopped task's place back."""
        if task.place.interface:
            self.ec2.delete_requester_managed_interface(task.place.interface)
            _tell_interface(task, "went")
        if task.place.instance:
            task.place.instance.tasks.pop(task.id, None)


def interface_told(task: EcsTask) -> dict[str, object] | None:
    """Returns a task's interface as the timeline names it; None outside awsvpc mode."""
    interface, named = task.place.interface, task.told
    if interface is None:
        return None
    return {
        **{name: named[name] for name in ("account", "region", "cluster", "service", "task")},
        "id": interface.id,
        "address": task.private_address,
        "groups": [group.id for group in interface.group_set],
    }


def _tell_interface(task: EcsTask, what: str) -> None:
    if told := interface_told(task):
        STREAM.tell("interface", what, told)
