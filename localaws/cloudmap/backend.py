# SPDX-License-Identifier: Apache-2.0
"""Cloud Map in one account and region. moto keeps the tags and the services' own attributes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, cast

from moto.ec2.models import ec2_backends
from moto.route53.models import RecordSet, route53_backends
from moto.servicediscovery import urls
from moto.servicediscovery.models import ServiceDiscoveryBackend
from moto.utilities.utils import get_partition

from localaws import runtime
from localaws.cloudmap import rules
from localaws.cloudmap.errors import (
    CustomHealthNotFound,
    DuplicateRequest,
    InstanceNotFound,
    InvalidInput,
    NamespaceAlreadyExists,
    NamespaceNotFound,
    OperationFailed,
    ResourceInUse,
    ServiceAlreadyExists,
    ServiceNotFound,
)
from localaws.cloudmap.models import DEFAULT_SOA_TTL, Instance, Namespace, Service, arn, service_id
from localaws.cloudmap.operations import Operation, Operations, operation_id, random_id
from localaws.cloudmap.records import record_sets
from localaws.cloudmap.responses import CloudMapResponse
from localaws.route53 import HostedZones
from localaws.served import Served

Params = Mapping[str, Any]
"""A request's parameters, named as in the API."""


def _id(id_or_arn: str) -> str:
    return id_or_arn.rsplit("/", 1)[-1]


class CloudMap(Served, ServiceDiscoveryBackend):
    """Namespaces, services and instances, changed by operations that end some time later."""

    moto_urls = urls
    responses = CloudMapResponse

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.namespaces: dict[str, Namespace] = {}  # type: ignore[assignment]  # ours, not moto's
        self.services: dict[str, Service] = {}  # type: ignore[assignment]
        self.ledger = Operations()

    # Operations

    def submit(
        self,
        type_: str,
        action: str,
        subject: tuple[str, ...],
        complete: Callable[[], None],
        *,
        targets: dict[str, str],
        creator_request_id: str | None = None,
    ) -> str:
        """Submit an operation; see Operations.submit."""
        operation = Operation(
            type=type_,
            action=action,
            subject=subject,
            complete=complete,
            targets=targets,
            owner_account=self.account_id,
            creator_request_id=creator_request_id,
        )
        return self.ledger.submit(operation)

    # Namespaces

    def create_namespace(self, type_: str, action: str, params: Params) -> str:
        """Submit the creation of a namespace and return the operation's id.

        Raises NamespaceAlreadyExists for an HTTP or public namespace of a name that one of its
        kind has. A second private namespace of a name is accepted: in the same VPC its operation
        fails, in another it gets a zone of its own.
        """
        name, request = params["Name"], params.get("CreatorRequestId") or random_id(32)
        if repeated := self.ledger.repeated(action, request):
            return repeated.id
        for other in self.namespaces.values():
            if other.name == name and other.type == type_ and type_ != "DNS_PRIVATE":
                raise NamespaceAlreadyExists(other.id, other.creator_request_id)
        rules.quota("namespaces in a region", len(self.namespaces), rules.NAMESPACES_PER_REGION)
        id_ = f"ns-{random_id(16)}"
        namespace = Namespace(
            id=id_,
            arn=arn(self.region_name, self.account_id, "namespace", id_),
            resource_owner=self.account_id,
            name=name,
            type=type_,
            http_name=name,
            description=params.get("Description"),
            creator_request_id=request,
            vpc=params.get("Vpc"),
        )
        soa = params.get("Properties", {}).get("DnsProperties", {}).get("SOA", {})
        tags = params.get("Tags") or []
        return self.submit(
            "CREATE_NAMESPACE",
            action,
            ("namespace", type_, name, namespace.vpc or ""),
            lambda: self._create(namespace, soa.get("TTL", DEFAULT_SOA_TTL), tags),
            targets={"NAMESPACE": id_},
            creator_request_id=request,
        )

    def _create(self, namespace: Namespace, soa_ttl: int, tags: list[dict[str, str]]) -> None:
        if namespace.type != "HTTP":
            self._create_zone(namespace, soa_ttl)
        taken = {other.http_name for other in self.namespaces.values()}
        if namespace.http_name in taken:
            namespace.http_name = f"{namespace.name}-{random_id(16)}"
        self.namespaces[namespace.id] = namespace
        self.tagger.tag_resource(namespace.arn, tags)

    def _create_zone(self, namespace: Namespace, soa_ttl: int) -> None:
        if namespace.vpc:
            self._refuse_zone_conflict(namespace.name, namespace.vpc)
        namespace.zone = self._hosted_zones.create_managed_zone(
            namespace.name,
            namespace_arn=namespace.arn,
            # What a captured zone shows has the format of an operation's id (a choice).
            caller_reference=operation_id(),
            vpc={"vpc_id": namespace.vpc, "vpc_region": self.region_name}
            if namespace.vpc
            else None,
            soa_ttl=soa_ttl,
            instance_record_sets=lambda: self._record_sets(namespace),
        )

    def _refuse_zone_conflict(self, name: str, vpc_id: str) -> None:
        failure = "CANNOT_CREATE_HOSTED_ZONE"
        if vpc_id not in ec2_backends[self.account_id][self.region_name].vpcs:
            # A choice: AWS leaves the operation pending until the caller gives up.
            raise OperationFailed(
                failure, f"The VPC {vpc_id} in region {self.region_name} was not found."
            )
        if zone := self._hosted_zones.private_zone_of(name, vpc_id):
            raise OperationFailed(
                failure,
                f"The VPC {vpc_id} in region {self.region_name} has already been associated "
                f"with the hosted zone {zone.resource_id} with the same domain name.",
            )

    @property
    def _hosted_zones(self) -> HostedZones:
        return cast(HostedZones, route53_backends[self.account_id][get_partition(self.region_name)])

    def _record_sets(self, namespace: Namespace) -> list[RecordSet]:
        return record_sets(namespace, namespace.services.values())

    def get_namespace(self, namespace_id: str) -> Namespace:  # type: ignore[override]
        namespace = self.namespaces.get(_id(namespace_id))
        if namespace is None:
            raise NamespaceNotFound(f"Namespace {namespace_id} was not found.")
        return namespace

    def update_namespace(self, type_: str, action: str, params: Params) -> str:
        """Submit a change of description or SOA TTL."""
        namespace, change = self.get_namespace(params["Id"]), params["Namespace"]
        if namespace.type != type_:
            raise InvalidInput(f"{action} cannot change a namespace of type {namespace.type}.")

        def complete() -> None:
            if "Description" in change:
                namespace.description = change["Description"]
            soa = change.get("Properties", {}).get("DnsProperties", {}).get("SOA", {})
            if namespace.zone and "TTL" in soa:
                namespace.zone.soa_ttl = soa["TTL"]

        return self.submit(
            "UPDATE_NAMESPACE",
            action,
            ("namespace", namespace.id),
            complete,
            targets={"NAMESPACE": namespace.id},
            creator_request_id=params.get("UpdaterRequestId"),
        )

    def delete_namespace(self, namespace_id: str) -> str:
        """Submit the deletion of a namespace and of its hosted zone.

        Raises ResourceInUse while it has services.
        """
        namespace = self.get_namespace(namespace_id)
        if namespace.services:
            raise ResourceInUse(
                "Namespace has associated services; "
                "delete the services before deleting the namespace"
            )

        def complete() -> None:
            if namespace.services:
                raise OperationFailed("INTERNAL_FAILURE", "A service was created meanwhile.")
            del self.namespaces[namespace.id]
            self.tagger.delete_all_tags_for_resource(namespace.arn)
            if namespace.zone:
                self._hosted_zones.delete_managed_zone(namespace.zone)

        return self.submit(
            "DELETE_NAMESPACE",
            "DeleteNamespace",
            ("namespace", namespace.id),
            complete,
            targets={"NAMESPACE": namespace.id},
        )

    # Services

    def create_service(self, params: Params) -> Service:  # type: ignore[override]
        """Create a service; at once, without an operation.

        The namespace is given at the top or, as the AWS provider does, in DnsConfig.
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
        """The service of this name; in a DNS namespace, where case makes no difference."""
        for service in namespace.services.values():
            same_in_dns = namespace.type != "HTTP" and service.name.lower() == name.lower()
            if service.name == name or same_in_dns:
                return service
        return None

    def get_service(self, service_id: str) -> Service:  # type: ignore[override]
        service = self.services.get(_id(service_id))
        if service is None:
            raise ServiceNotFound(f"Service {service_id} was not found.")
        return service

    def update_service(self, service_id: str, details: Params) -> str:
        """Submit a change of a service: description, TTLs, Route 53 health check.

        DnsConfig and HealthCheckConfig that are left out are deleted [API reference].
        """
        service = self.get_service(service_id)
        if service.in_http_namespace:
            raise InvalidInput("A service in an HTTP namespace cannot be updated.")
        config = details.get("DnsConfig")
        records = rules.dns_records_change(service, config["DnsRecords"]) if config else []
        health_check = details.get("HealthCheckConfig")
        namespace = self.get_namespace(service.namespace_id)
        rules.health_checks(health_check, service.health_check_custom_config, namespace.type)

        def complete() -> None:
            if "Description" in details:
                service.description = details["Description"]
            if service.dns_config:
                service.dns_config = (
                    service.dns_config | {"DnsRecords": records} if records else None
                )
            service.health_check_config = health_check

        return self.submit(
            "UPDATE_SERVICE",
            "UpdateService",
            ("service", service.id),
            complete,
            targets={"SERVICE": service.id},
        )

    def delete_service(self, service_id: str) -> None:
        """Delete a service; at once. Raises ResourceInUse while it has instances."""
        service = self.get_service(service_id)
        registering = [
            operation
            for operation in self.ledger.in_progress()
            if operation.subject[:2] == ("instance", service.id)
        ]
        if service.instances or registering:
            raise ResourceInUse(
                "Service contains registered instances; "
                "delete the instances before deleting the service"
            )
        del self.services[service.id]
        del self.get_namespace(service.namespace_id).services[service.id]
        self.tagger.delete_all_tags_for_resource(service.arn)

    # Instances

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
        )

    def _refuse_over_quota(self, service: Service) -> None:
        """Count what is registered and what is about to be."""
        namespace = self.get_namespace(service.namespace_id)
        waiting = [
            operation.subject[1]
            for operation in self.ledger.in_progress()
            if operation.type == "REGISTER_INSTANCE"
            and operation.subject[2] not in self.services[operation.subject[1]].instances
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
            targets["ROUTE_53_CHANGE_ID"] = f"C{random_id(20).upper()}"
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

    # Discovery

    def discoverable_service(self, namespace_name: str, service_name: str) -> Service:
        """The service of a name in the namespace of an HttpName."""
        for namespace in self.namespaces.values():
            if namespace.http_name == namespace_name:
                if service := self._service_named(namespace, service_name):
                    return service
                raise ServiceNotFound(f"Service {service_name} was not found.")
        raise NamespaceNotFound(f"Namespace {namespace_name} was not found.")

    def discover_instances(self, params: Params) -> list[Instance]:  # type: ignore[override]
        """A random choice of the instances that fit, MaxResults at the most; there is no paging.

        Without HealthStatus: healthy ones or else all (a choice: the default is not documented).
        """
        service = self.discoverable_service(params["NamespaceName"], params["ServiceName"])
        found = _with(params.get("QueryParameters") or {}, [*service.instances.values()])
        if best := _with(params.get("OptionalParameters") or {}, found):
            found = best
        wanted = params.get("HealthStatus") or "HEALTHY_OR_ELSE_ALL"
        if wanted != "ALL":
            unwanted = "HEALTHY" if wanted == "UNHEALTHY" else "UNHEALTHY"
            fit = [instance for instance in found if instance.health_status != unwanted]
            if wanted == "UNHEALTHY":
                fit = [instance for instance in fit if instance.health_status == "UNHEALTHY"]
            found = fit if fit or wanted != "HEALTHY_OR_ELSE_ALL" else found
        return random.sample(found, min(len(found), params.get("MaxResults") or 100))


def _with(attributes: Mapping[str, str], instances: list[Instance]) -> list[Instance]:
    """The instances that have all these attributes."""
    wanted = attributes.items()
    return [instance for instance in instances if wanted <= instance.attributes.items()]
