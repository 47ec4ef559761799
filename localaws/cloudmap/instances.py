# SPDX-License-Identifier: Apache-2.0
"""Cloud Map's instances: registered, deregistered, healthy or not; each change reaches the zone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from localaws import runtime
from localaws.cloudmap import rules
from localaws.cloudmap.errors import CustomHealthNotFound, DuplicateRequest, InstanceNotFound
from localaws.cloudmap.models import Instance, Service
from localaws.cloudmap.operations import change_id, random_id
from localaws.cloudmap.services import CloudMapServiceCalls
from localaws.timeline.stream import STREAM


class InstanceCalls(CloudMapServiceCalls):
    """The calls on instances."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self._pending_health: dict[tuple[str, str], tuple[str, float]] = {}
        """By service id and instance id: the status that was set, and when it takes effect."""

    def register_instance(
        self,
        service_id: str,
        instance_id: str,
        creator_request_id: str | None,
        attributes: dict[str, str],
    ) -> str:
        """Submits the registration of an instance, or new attributes of the one with this id."""
        service = self.get_service(service_id)
        rules.instance_attributes(service, attributes)
        if instance_id not in service.instances:
            self._refuse_over_quota(service)
        has_custom_health = service.health_check_custom_config is not None
        initial = attributes.get("AWS_INIT_HEALTH_STATUS", "HEALTHY")
        instance = Instance(
            id=instance_id,
            attributes=attributes,
            creator_request_id=creator_request_id or random_id(32),
            created_by_account=self.account_id,
            health_status=initial if has_custom_health else "UNKNOWN",
        )
        operation_id = self.submit(
            "REGISTER_INSTANCE",
            "RegisterInstance",
            ("instance", service.id, instance_id),
            partial(self._register, service, instance),
            targets=self._instance_targets(service, instance_id),
            creator_request_id=creator_request_id,
            parameters=(service.id, instance_id, attributes),
        )
        # A repeated call gets the operation of the first one, which may have ended.
        if instance_id not in service.instances and self.ledger.get(operation_id).in_progress:
            service.registering.add(instance_id)
        return operation_id

    def _register(self, service: Service, instance: Instance) -> None:
        service.registering.discard(instance.id)
        self._put(service, instance)
        self._pending_health.pop((service.id, instance.id), None)
        service.revision += 1

    def _put(self, service: Service, instance: Instance) -> None:
        """Adds an instance to its service, or replaces the one with its id."""
        before = service.instances.get(instance.id)
        service.instances[instance.id] = instance
        told = self.instance_told(service, instance)
        if before is None:
            STREAM.tell("instance", "came", told)
        if instance.health_status != (before.health_status if before else "UNKNOWN"):
            STREAM.tell("instance", instance.health_status, told)
        self._publish(service, instance)

    def instance_told(self, service: Service, instance: Instance) -> dict[str, object]:
        """Returns an instance as the timeline names it; see docs/timeline.md."""
        return {
            "account": self.account_id,
            "region": self.region_name,
            "task": instance.id,
            "registry": service.id,
            "name": service.name,
            "address": instance.attributes.get("AWS_INSTANCE_IPV4"),
        }

    def _refuse_over_quota(self, service: Service) -> None:
        """Counts the instances that are registered and those whose registration is in progress."""
        namespace = self.get_namespace(service.namespace_id)
        in_service = len(service.instances) + len(service.registering)
        rules.quota("instances in a service", in_service, rules.INSTANCES_PER_SERVICE)
        in_namespace = sum(
            len(each.instances) + len(each.registering) for each in namespace.services.values()
        )
        rules.quota("instances in a namespace", in_namespace, rules.INSTANCES_PER_NAMESPACE)

    @staticmethod
    def _instance_targets(service: Service, instance_id: str) -> dict[str, str]:
        targets = {"INSTANCE": instance_id, "SERVICE": service.id}
        if service.dns_config:
            targets["ROUTE_53_CHANGE_ID"] = change_id()
        return targets

    def deregister_instance(self, service_id: str, instance_id: str) -> str:
        """Submits the removal of an instance and of its record sets."""
        service = self.get_service(service_id)
        subject = ("instance", service.id, instance_id)
        if other := self.ledger.in_progress_on(subject):
            raise DuplicateRequest(other.action, other.id)
        self.get_instance(service_id, instance_id)
        return self.submit(
            "DEREGISTER_INSTANCE",
            "DeregisterInstance",
            subject,
            partial(self._deregister, service, instance_id),
            targets=self._instance_targets(service, instance_id),
        )

    def _deregister(self, service: Service, instance_id: str) -> None:
        instance = service.instances.pop(instance_id)
        STREAM.tell("instance", "went", self.instance_told(service, instance))
        self._withdraw(service, instance_id)
        self._pending_health.pop((service.id, instance_id), None)
        service.revision += 1

    def get_instance(self, service_id: str, instance_id: str) -> Instance:  # type: ignore[override]
        instance = self.get_service(service_id).instances.get(instance_id)
        if instance is None:
            raise InstanceNotFound(f"Instance {instance_id} was not found in {service_id}.")
        return instance

    def update_instance_custom_health_status(
        self, service_id: str, instance_id: str, status: str
    ) -> None:
        """Sets a health status that takes effect after `health_seconds`; with 0, in this call."""
        service = self.get_service(service_id)
        if service.health_check_custom_config is None:
            raise CustomHealthNotFound(f"Service {service_id} has no HealthCheckCustomConfig.")
        self.get_instance(service_id, instance_id)
        due = runtime.now() + runtime.settings.health_seconds
        self._pending_health[service.id, instance_id] = status, due
        self.apply_due_health()
        self.publish_changes()

    def apply_due_health(self) -> None:
        """Lets the health statuses take effect whose time has come, in DNS with publish_changes."""
        now = runtime.now()
        due = [key for key, (_, time) in self._pending_health.items() if time <= now]
        for service_id, instance_id in due:
            status, _ = self._pending_health.pop((service_id, instance_id))
            instance = self.get_instance(service_id, instance_id)
            self._put(self.get_service(service_id), replace(instance, health_status=status))
