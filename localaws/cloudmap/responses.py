# SPDX-License-Identifier: Apache-2.0
"""Cloud Map's requests: parameters in, replies out; moto parses and serializes by the model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any, Protocol, TypeVar, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.servicediscovery.responses import ServiceDiscoveryResponse

from localaws.cloudmap.discovery import DiscoveryCalls
from localaws.cloudmap.errors import InvalidInput
from localaws.cloudmap.filters import Criterion, filtered
from localaws.cloudmap.models import Namespace, Service, id_of
from localaws.cloudmap.operations import Operation
from localaws.moto_mixins import ModelValidated
from localaws.paging import InvalidToken, page

DEFAULT_MAX_RESULTS = 100
"""The default and the maximum of MaxResults in every list call [API reference]."""


class Identified(Protocol):
    """Anything that lists order by its id."""

    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=Identified)


class CloudMapResponse(ModelValidated, ServiceDiscoveryResponse):
    """Answers Cloud Map's requests."""

    unusable = "InvalidInput"

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def cloud_map(self) -> DiscoveryCalls:
        return cast(DiscoveryCalls, self.servicediscovery_backend)

    def _page(self, items: Iterable[Item]) -> tuple[list[Item], str | None]:
        size = self._get_param("MaxResults", DEFAULT_MAX_RESULTS)
        try:
            return page(items, lambda item: item.id, size, self._get_param("NextToken"))
        except InvalidToken as error:
            raise InvalidInput("The NextToken is not valid.") from error

    def _list(self, key: str, items: Iterable[Item]) -> ActionResult:
        found, token = self._page(items)
        return ActionResult({key: found, "NextToken": token})

    def _filtered(
        self, items: Iterable[Item], criteria: dict[str, Criterion[Item]]
    ) -> Iterable[Item]:
        return filtered(items, self._get_param("Filters") or [], criteria)

    # Namespaces

    def _create_namespace(self, type_: str) -> ActionResult:
        operation_id = self.cloud_map.create_namespace(type_, self._get_action(), self.params)
        return ActionResult({"OperationId": operation_id})

    def create_private_dns_namespace(self) -> ActionResult:  # type: ignore[override]
        return self._create_namespace("DNS_PRIVATE")

    def create_public_dns_namespace(self) -> ActionResult:  # type: ignore[override]
        return self._create_namespace("DNS_PUBLIC")

    def create_http_namespace(self) -> ActionResult:  # type: ignore[override]
        return self._create_namespace("HTTP")

    def _update_namespace(self, type_: str) -> ActionResult:
        operation_id = self.cloud_map.update_namespace(type_, self._get_action(), self.params)
        return ActionResult({"OperationId": operation_id})

    def update_private_dns_namespace(self) -> ActionResult:  # type: ignore[override]
        return self._update_namespace("DNS_PRIVATE")

    def update_public_dns_namespace(self) -> ActionResult:  # type: ignore[override]
        return self._update_namespace("DNS_PUBLIC")

    def update_http_namespace(self) -> ActionResult:  # type: ignore[override]
        return self._update_namespace("HTTP")

    def delete_namespace(self) -> ActionResult:  # type: ignore[override]
        return ActionResult({"OperationId": self.cloud_map.delete_namespace(self.params["Id"])})

    def get_namespace(self) -> ActionResult:  # type: ignore[override]
        return ActionResult({"Namespace": self.cloud_map.get_namespace(self.params["Id"])})

    def list_namespaces(self) -> ActionResult:  # type: ignore[override]
        by_name = ("EQ", "BEGINS_WITH")
        criteria: dict[str, Criterion[Namespace]] = {
            "TYPE": Criterion(lambda namespace: namespace.type, by_name),
            "NAME": Criterion(lambda namespace: namespace.name, by_name),
            "HTTP_NAME": Criterion(lambda namespace: namespace.http_name, by_name),
            "RESOURCE_OWNER": Criterion(lambda _: "SELF"),
        }
        namespaces = self.cloud_map.namespaces.values()
        return self._list("Namespaces", self._filtered(namespaces, criteria))

    # Operations

    def get_operation(self) -> ActionResult:  # type: ignore[override]
        operation = self.cloud_map.ledger.get(self.params["OperationId"])
        return ActionResult({"Operation": operation})

    def list_operations(self) -> ActionResult:  # type: ignore[override]
        for filter_ in self._get_param("Filters") or []:
            # The documentation names the status SUCCEED, its example and the reply SUCCESS.
            if filter_["Name"] == "STATUS":
                filter_["Values"] = [
                    "SUCCESS" if value == "SUCCEED" else value for value in filter_["Values"]
                ]
        some = ("EQ", "IN")
        criteria: dict[str, Criterion[Operation]] = {
            "NAMESPACE_ID": Criterion(lambda operation: operation.targets.get("NAMESPACE")),
            "SERVICE_ID": Criterion(lambda operation: operation.targets.get("SERVICE")),
            "STATUS": Criterion(lambda operation: operation.status, some),
            "TYPE": Criterion(lambda operation: operation.type, some),
            "UPDATE_DATE": Criterion(_updated_at, ("BETWEEN",)),
        }
        return self._list("Operations", self._filtered(self.cloud_map.ledger.all(), criteria))

    # Services

    def create_service(self) -> ActionResult:  # type: ignore[override]
        return ActionResult({"Service": self.cloud_map.create_service(self.params)})

    def get_service(self) -> ActionResult:  # type: ignore[override]
        return ActionResult({"Service": self.cloud_map.get_service(self.params["Id"])})

    def list_services(self) -> ActionResult:  # type: ignore[override]
        for filter_ in self._get_param("Filters") or []:
            if filter_["Name"] == "NAMESPACE_ID":
                filter_["Values"] = [id_of(value) for value in filter_["Values"]]
        criteria: dict[str, Criterion[Service]] = {
            "NAMESPACE_ID": Criterion(lambda service: service.namespace_id),
            "RESOURCE_OWNER": Criterion(lambda _: "SELF"),
        }
        return self._list("Services", self._filtered(self.cloud_map.services.values(), criteria))

    def update_service(self) -> ActionResult:  # type: ignore[override]
        operation_id = self.cloud_map.update_service(self.params["Id"], self.params["Service"])
        return ActionResult({"OperationId": operation_id})

    def delete_service(self) -> ActionResult:  # type: ignore[override]
        self.cloud_map.delete_service(self.params["Id"])
        return EmptyResult()

    # Instances

    def register_instance(self) -> ActionResult:  # type: ignore[override]
        operation_id = self.cloud_map.register_instance(
            self.params["ServiceId"],
            self.params["InstanceId"],
            self._get_param("CreatorRequestId"),
            self.params["Attributes"],
        )
        return ActionResult({"OperationId": operation_id})

    def deregister_instance(self) -> ActionResult:  # type: ignore[override]
        operation_id = self.cloud_map.deregister_instance(
            self.params["ServiceId"], self.params["InstanceId"]
        )
        return ActionResult({"OperationId": operation_id})

    def get_instance(self) -> ActionResult:  # type: ignore[override]
        instance = self.cloud_map.get_instance(self.params["ServiceId"], self.params["InstanceId"])
        owner = self.cloud_map.account_id
        return ActionResult({"ResourceOwner": owner, "Instance": instance})

    def list_instances(self) -> ActionResult:  # type: ignore[override]
        service = self.cloud_map.get_service(self.params["ServiceId"])
        found, token = self._page(service.instances.values())
        owner = service.resource_owner
        return ActionResult({"ResourceOwner": owner, "Instances": found, "NextToken": token})

    def get_instances_health_status(self) -> ActionResult:  # type: ignore[override]
        service = self.cloud_map.get_service(self.params["ServiceId"])
        ids = self._get_param("Instances") or service.instances
        chosen = [self.cloud_map.get_instance(service.id, id_) for id_ in ids]
        found, token = self._page(chosen)
        status = {instance.id: instance.health_status for instance in found}
        return ActionResult({"Status": status, "NextToken": token})

    def update_instance_custom_health_status(self) -> ActionResult:  # type: ignore[override]
        self.cloud_map.update_instance_custom_health_status(
            self.params["ServiceId"], self.params["InstanceId"], self.params["Status"]
        )
        return EmptyResult()

    def discover_instances(self) -> ActionResult:  # type: ignore[override]
        names = {key: self.params[key] for key in ("NamespaceName", "ServiceName")}
        service = self.cloud_map.discoverable_service(*names.values())
        instances: list[dict[str, Any]] = [
            names
            | {
                "InstanceId": instance.id,
                "HealthStatus": instance.health_status,
                "Attributes": instance.attributes,
            }
            for instance in self.cloud_map.discover_instances(self.params)
        ]
        return ActionResult({"Instances": instances, "InstancesRevision": service.revision})

    def discover_instances_revision(self) -> ActionResult:  # type: ignore[override]
        service = self.cloud_map.discoverable_service(
            self.params["NamespaceName"], self.params["ServiceName"]
        )
        return ActionResult({"InstancesRevision": service.revision})

    # moto reads this call's parameters from the body, which is parsed already

    def get_service_attributes(self) -> ActionResult:  # type: ignore[override]
        service = self.cloud_map.get_service(self.params["ServiceId"])
        attributes = {
            "ServiceArn": service.arn,
            "ResourceOwner": service.resource_owner,
            "Attributes": service.attributes,
        }
        return ActionResult({"ServiceAttributes": attributes})


def _updated_at(operation: Operation) -> float:
    return operation.update_date.replace(tzinfo=UTC).timestamp()
