# SPDX-License-Identifier: Apache-2.0
"""Cloud Map's namespaces with their hosted zones, and the operations that most calls submit.

The calls of one account and region are a chain of classes: NamespaceCalls, CloudMapServiceCalls,
InstanceCalls, DiscoveryCalls. `backend.py` makes moto's backend from the last class.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from moto.ec2.models import ec2_backends
from moto.route53.models import route53_backends
from moto.servicediscovery.models import ServiceDiscoveryBackend
from moto.utilities.utils import get_partition

from localaws.cloudmap import rules
from localaws.cloudmap.errors import (
    InvalidInput,
    NamespaceAlreadyExists,
    NamespaceNotFound,
    OperationFailed,
    ResourceInUse,
)
from localaws.cloudmap.models import DEFAULT_SOA_TTL, Namespace, Service, arn, id_of
from localaws.cloudmap.operations import Operation, Operations, change_id, operation_id, random_id
from localaws.moto_mixins import ErrorReply
from localaws.route53 import HostedZones

Params = Mapping[str, Any]
"""A request's parameters, named as in the API."""

CANNOT_CREATE = "CANNOT_CREATE_HOSTED_ZONE"
"""The error code of an operation whose hosted zone Route 53 refuses to create."""


class NamespaceCalls(ServiceDiscoveryBackend):
    """The calls on namespaces. moto keeps the tags."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.namespaces: dict[str, Namespace] = {}  # type: ignore[assignment]  # ours, not moto's
        self.services: dict[str, Service] = {}  # type: ignore[assignment]
        self.ledger = Operations()

    def submit(
        self,
        type_: str,
        action: str,
        subject: tuple[str, ...],
        complete: partial[None],
        *,
        targets: dict[str, str],
        creator_request_id: str | None = None,
        parameters: object = None,
    ) -> str:
        """Submits an operation; see Operations.submit."""
        operation = Operation(
            type=type_,
            action=action,
            subject=subject,
            complete=complete,
            targets=targets,
            owner_account=self.account_id,
            creator_request_id=creator_request_id,
            parameters=parameters,
        )
        return self.ledger.submit(operation)

    def create_namespace(self, type_: str, action: str, params: Params) -> str:
        """Submits the creation of a namespace and returns the operation's id.

        Raises NamespaceAlreadyExists when an HTTP or public namespace of the same type has this
        name. A second private namespace of a name is accepted: in the same VPC its operation
        fails, in another VPC it gets a zone of its own.
        """
        name, request = params["Name"], params.get("CreatorRequestId") or random_id(32)
        if repeated := self.ledger.repeated(action, request, params):
            return repeated.id
        for other in self.namespaces.values():
            if other.name == name and other.type == type_ and type_ != "DNS_PRIVATE":
                raise NamespaceAlreadyExists(other.id, other.creator_request_id)
        tags = params.get("Tags") or []
        rules.tags(tags)
        used = len(self.namespaces) + len(self.ledger.in_progress("CREATE_NAMESPACE"))
        rules.quota("namespaces in a region", used, rules.NAMESPACES_PER_REGION)
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
        return self.submit(
            "CREATE_NAMESPACE",
            action,
            ("namespace", type_, name, namespace.vpc or ""),
            partial(self._create, namespace, soa.get("TTL", DEFAULT_SOA_TTL), tags),
            targets={"NAMESPACE": id_},
            creator_request_id=request,
            parameters=params,
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
            # Captured zones show the format of an operation's id. AWS does not document this; ours.
            caller_reference=operation_id(),
            vpc={"vpc_id": namespace.vpc, "vpc_region": self.region_name}
            if namespace.vpc
            else None,
            soa_ttl=soa_ttl,
        )

    def _refuse_zone_conflict(self, name: str, vpc_id: str) -> None:
        if vpc_id not in ec2_backends[self.account_id][self.region_name].vpcs:
            # AWS leaves the operation pending until the caller gives up; that it fails is ours.
            raise OperationFailed(
                CANNOT_CREATE, f"The VPC {vpc_id} in region {self.region_name} was not found."
            )
        try:
            self._hosted_zones.refuse_second_zone(name, vpc_id, self.region_name)
        except ErrorReply as error:
            # Cloud Map passes on what the SDK by which it calls Route 53 says of the error.
            call = (
                f"Service: AmazonRoute53; Status Code: {error.http_status}; "
                f"Error Code: {error.code}; Request ID: {uuid.uuid4()}; Proxy: null"
            )
            raise OperationFailed(CANNOT_CREATE, f"{error.message} ({call})") from error

    @property
    def _hosted_zones(self) -> HostedZones:
        return cast(HostedZones, route53_backends[self.account_id][get_partition(self.region_name)])

    def get_namespace(self, namespace_id: str) -> Namespace:  # type: ignore[override]
        namespace = self.namespaces.get(id_of(namespace_id))
        if namespace is None:
            raise NamespaceNotFound(f"Namespace {namespace_id} was not found.")
        return namespace

    def update_namespace(self, type_: str, action: str, params: Params) -> str:
        """Submits a change of the description or the SOA TTL."""
        namespace, change = self.get_namespace(params["Id"]), params["Namespace"]
        if namespace.type != type_:
            raise InvalidInput(f"{action} cannot change a namespace of type {namespace.type}.")
        return self.submit(
            "UPDATE_NAMESPACE",
            action,
            ("namespace", namespace.id),
            partial(self._update, namespace, change),
            targets={"NAMESPACE": namespace.id},
            creator_request_id=params.get("UpdaterRequestId"),
            parameters=params,
        )

    def _update(self, namespace: Namespace, change: Params) -> None:
        if "Description" in change:
            namespace.description = change["Description"]
        soa = change.get("Properties", {}).get("DnsProperties", {}).get("SOA", {})
        if namespace.zone and "TTL" in soa:
            namespace.zone.change_soa_ttl(soa["TTL"])

    def delete_namespace(self, namespace_id: str) -> str:
        """Submits the deletion of a namespace and of its hosted zone.

        Raises ResourceInUse while the namespace has services.
        """
        namespace = self.get_namespace(namespace_id)
        if namespace.services:
            raise ResourceInUse(
                "Namespace has associated services; "
                "delete the services before deleting the namespace"
            )
        targets = {"NAMESPACE": namespace.id}
        if namespace.zone:
            targets["ROUTE_53_CHANGE_ID"] = change_id()
        return self.submit(
            "DELETE_NAMESPACE",
            "DeleteNamespace",
            ("namespace", namespace.id),
            partial(self._delete, namespace),
            targets=targets,
        )

    def _delete(self, namespace: Namespace) -> None:
        if namespace.services:
            raise OperationFailed("INTERNAL_FAILURE", "A service was created meanwhile.")
        del self.namespaces[namespace.id]
        self.tagger.delete_all_tags_for_resource(namespace.arn)
        if namespace.zone:
            self._hosted_zones.delete_managed_zone(namespace.zone)
