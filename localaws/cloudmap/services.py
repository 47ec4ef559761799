# SPDX-License-Identifier: Apache-2.0
"""Cloud Map's services: created and deleted by a call, changed by an operation."""

from __future__ import annotations

from functools import partial
from typing import Any

from localaws.cloudmap import rules
from localaws.cloudmap.errors import (
    InvalidInput,
    ResourceInUse,
    ResourceNotFound,
    ServiceAlreadyExists,
    ServiceNotFound,
)
from localaws.cloudmap.models import Instance, Namespace, Service, arn, id_of, service_id
from localaws.cloudmap.namespaces import NamespaceCalls, Params
from localaws.cloudmap.operations import random_id
from localaws.cloudmap.records import record_sets
from localaws.dns_records import DnsRecordSet
from localaws.hosted_zones import InstanceKey, ManagedZone


class CloudMapServiceCalls(NamespaceCalls):
    """The calls on services. moto keeps the attributes that users give a service."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self._unpublished: dict[ManagedZone, dict[InstanceKey, list[DnsRecordSet]]] = {}
        """What the hosted zones are to have of instances from the next publish_changes on."""

    def create_service(self, params: Params) -> Service:  # type: ignore[override]
        """Creates a service, without an operation.

        NamespaceId is a parameter of its own or, as the AWS provider sends it, in DnsConfig.
        """
        config = params.get("DnsConfig")
        namespace_id = params.get("NamespaceId") or (config or {}).get("NamespaceId")
        if not namespace_id:
            raise InvalidInput("A service needs a NamespaceId.")
        namespace = self.get_namespace(namespace_id)
        request = params.get("CreatorRequestId") or random_id(32)
        name, custom = params["Name"], params.get("HealthCheckCustomConfig")
        if existing := self._service_named(namespace, name):
            if existing.creator_request_id == request:
                return existing
            raise ServiceAlreadyExists(existing.id, existing.arn, existing.creator_request_id)
        if config and (namespace.type == "HTTP" or params.get("Type") == "HTTP"):
            raise InvalidInput("DnsConfig cannot be used where instances are not in DNS.")
        rules.health_checks(params.get("HealthCheckConfig"), custom, namespace.type)
        rules.tags(params.get("Tags") or [])
        id_ = service_id(namespace.id, name)
        service = Service(
            id=id_,
            arn=arn(self.region_name, self.account_id, "service", id_),
            resource_owner=self.account_id,
            created_by_account=self.account_id,
            name=name,
            namespace_id=namespace.id,
            description=params.get("Description"),
            dns_config=rules.dns_config(config, namespace.id) if config else None,
            health_check_config=params.get("HealthCheckConfig"),
            # "always set to 1 by AWS Cloud Map" [API reference].
            health_check_custom_config={"FailureThreshold": 1} if custom is not None else None,
            creator_request_id=request,
            only_http=config is None,
            in_http_namespace=namespace.type == "HTTP",
        )
        self.services[id_] = namespace.services[id_] = service
        self.tagger.tag_resource(service.arn, params.get("Tags") or [])
        return service

    @staticmethod
    def _service_named(namespace: Namespace, name: str) -> Service | None:
        """The service of this name, whatever its case in a DNS namespace; or None."""
        for service in namespace.services.values():
            same_in_dns = namespace.type != "HTTP" and service.name.lower() == name.lower()
            if service.name == name or same_in_dns:
                return service
        return None

    def get_service(self, service_id: str) -> Service:  # type: ignore[override]
        service = self.services.get(id_of(service_id))
        if service is None:
            raise ServiceNotFound(f"Service {service_id} was not found.")
        return service

    def update_service(self, service_id: str, details: Params) -> str:
        """Submits a change of a service's description, TTLs and Route 53 health check.

        DnsConfig and HealthCheckConfig are deleted when the call leaves them out [API reference].
        """
        service = self.get_service(service_id)
        if service.in_http_namespace:
            raise InvalidInput("A service in an HTTP namespace cannot be updated.")
        config = details.get("DnsConfig")
        records = rules.dns_records_change(service, config["DnsRecords"]) if config else []
        health_check = details.get("HealthCheckConfig")
        namespace = self.get_namespace(service.namespace_id)
        rules.health_checks(health_check, service.health_check_custom_config, namespace.type)
        return self.submit(
            "UPDATE_SERVICE",
            "UpdateService",
            ("service", service.id),
            partial(self._update_service, service, details, records),
            targets={"SERVICE": service.id},
        )

    def _update_service(
        self, service: Service, details: Params, records: list[dict[str, Any]]
    ) -> None:
        if "Description" in details:
            service.description = details["Description"]
        if service.dns_config:
            service.dns_config = service.dns_config | {"DnsRecords": records} if records else None
        service.health_check_config = details.get("HealthCheckConfig")
        self._publish(service, *service.instances.values())

    def _publish(self, service: Service, *instances: Instance) -> None:
        """Replaces these instances' record sets by those of now, with publish_changes."""
        namespace = self.get_namespace(service.namespace_id)
        if namespace.zone:
            changes = self._unpublished.setdefault(namespace.zone, {})
            for each in instances:
                changes[service.id, each.id] = record_sets(namespace, service, each)

    def _withdraw(self, service: Service, instance_id: str) -> None:
        """Removes the record sets of an instance, with publish_changes."""
        zone = self.get_namespace(service.namespace_id).zone
        if zone:
            self._unpublished.setdefault(zone, {})[service.id, instance_id] = []

    def publish_changes(self) -> None:
        """Changes each hosted zone once for all that has changed in it.

        A change makes a new index of the zone: one for each of many instances would take a time
        that grows with the square of their number.
        """
        while self._unpublished:
            zone, changes = self._unpublished.popitem()
            zone.publish(changes)

    def delete_service(self, service_id: str) -> None:
        """Deletes a service, without an operation. Raises ResourceInUse while it has instances."""
        service = self.get_service(service_id)
        if service.instances or service.registering:
            raise ResourceInUse(
                "Service contains registered instances; "
                "delete the instances before deleting the service"
            )
        del self.services[service.id]
        del self.get_namespace(service.namespace_id).services[service.id]
        self.tagger.delete_all_tags_for_resource(service.arn)

    def _taggable(self, arn_: str) -> None:
        """Raises ResourceNotFoundException unless a namespace or a service has this ARN."""
        id_ = id_of(arn_)
        found = self.namespaces.get(id_) or self.services.get(id_)
        if found is None or found.arn != arn_:
            raise ResourceNotFound(f"Resource {arn_} was not found.")

    def tag_resource(self, resource_arn: str, tags: list[dict[str, str]]) -> None:
        self._taggable(resource_arn)
        before = self.list_tags_for_resource(resource_arn)["Tags"]
        given = {tag["Key"] for tag in tags}
        rules.tags([*(tag for tag in before if tag["Key"] not in given), *tags])
        super().tag_resource(resource_arn, tags)

    def untag_resource(self, resource_arn: str, tag_keys: list[str]) -> None:
        self._taggable(resource_arn)
        super().untag_resource(resource_arn, tag_keys)

    def list_tags_for_resource(self, resource_arn: str) -> dict[str, list[dict[str, str]]]:
        self._taggable(resource_arn)
        return super().list_tags_for_resource(resource_arn)
