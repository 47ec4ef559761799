# SPDX-License-Identifier: Apache-2.0
"""Cloud Map's instances: registered, deregistered, and told to be healthy or not."""

from __future__ import annotations

from localaws import runtime
from localaws.cloudmap import rules
from localaws.cloudmap.errors import CustomHealthNotFound, DuplicateRequest, InstanceNotFound
from localaws.cloudmap.models import Instance, Service
from localaws.cloudmap.operations import change_id, random_id
from localaws.cloudmap.services import Services


class Instances(Services):
    """The calls that concern instances."""

    def register_instance(
        self,
        service_id: str,
        instance_id: str,
        creator_request_id: str | None,
        attributes: dict[str, str],
    ) -> str:
        """Submit the registration of an instance, or of new attributes for the one of this id."""
        service = self.get_service(service_id)
        rules.instance_attributes(service, attributes)
        if instance_id not in service.instances:
            self._refuse_over_quota(service)
        request = creator_request_id or random_id(32)
        has_custom_health = service.health_check_custom_config is not None
        initial = attributes.get("AWS_INIT_HEALTH_STATUS", "HEALTHY")

        def complete() -> None:
            service.instances[instance_id] = Instance(
                id=instance_id,
                attributes=attributes,
                creator_request_id=request,
                created_by_account=self.account_id,
                health=initial if has_custom_health else "UNKNOWN",
            )
            service.revision += 1

        return self.submit(
            "REGISTER_INSTANCE",
            "RegisterInstance",
            ("instance", service.id, instance_id),
            complete,
            targets=self._instance_targets(service, instance_id),
            creator_request_id=creator_request_id,
            asked=(service.id, instance_id, attributes),
        )

    def _refuse_over_quota(self, service: Service) -> None:
        """Count what is registered and what is about to be."""
        namespace = self.get_namespace(service.namespace_id)
        waiting = [
            operation.targets["SERVICE"]
            for operation in self.ledger.in_progress("REGISTER_INSTANCE")
            if operation.targets["INSTANCE"]
            not in self.services[operation.targets["SERVICE"]].instances
        ]
        in_service = service.instance_count + waiting.count(service.id)
        rules.quota("instances in a service", in_service, rules.INSTANCES_PER_SERVICE)
        in_namespace = sum(each.instance_count for each in namespace.services.values())
        in_namespace += sum(each in namespace.services for each in waiting)
        rules.quota("instances in a namespace", in_namespace, rules.INSTANCES_PER_NAMESPACE)

    @staticmethod
    def _instance_targets(service: Service, instance_id: str) -> dict[str, str]:
        targets = {"INSTANCE": instance_id, "SERVICE": service.id}
        if service.dns_config:
            targets["ROUTE_53_CHANGE_ID"] = change_id()
        return targets

    def deregister_instance(self, service_id: str, instance_id: str) -> str:
        """Submit the removal of an instance and of its record sets."""
        service = self.get_service(service_id)
        subject = ("instance", service.id, instance_id)
        if other := self.ledger.on(subject):
            raise DuplicateRequest(other.action, other.id)
        self.get_instance(service_id, instance_id)

        def complete() -> None:
            del service.instances[instance_id]
            service.revision += 1

        return self.submit(
            "DEREGISTER_INSTANCE",
            "DeregisterInstance",
            subject,
            complete,
            targets=self._instance_targets(service, instance_id),
        )

    def get_instance(self, service_id: str, instance_id: str) -> Instance:  # type: ignore[override]
        instance = self.get_service(service_id).instances.get(instance_id)
        if instance is None:
            raise InstanceNotFound(f"Instance {instance_id} was not found in {service_id}.")
        return instance

    def update_instance_custom_health_status(
        self, service_id: str, instance_id: str, status: str
    ) -> None:
        """Set a status that takes effect after `health_seconds`."""
        if self.get_service(service_id).health_check_custom_config is None:
            raise CustomHealthNotFound(f"Service {service_id} has no HealthCheckCustomConfig.")
        instance = self.get_instance(service_id, instance_id)
        instance.next_health = status, runtime.now() + runtime.settings.health_seconds
