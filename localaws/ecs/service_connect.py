# SPDX-License-Identifier: Apache-2.0
"""Service Connect: the endpoints of a service in a namespace, and the way of a client to them.

Source: ECS developer guide, "Use Service Connect to connect Amazon ECS services with short names".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import TaskDefinition
from moto.servicediscovery.models import servicediscovery_backends

from localaws.cloudmap.backend import CloudMap
from localaws.cloudmap.errors import ResourceInUse, ServiceAlreadyExists, ServiceNotFound
from localaws.cloudmap.models import Namespace
from localaws.ecs.registry import Registry

MANAGED: Sequence[Mapping[str, str]] = ({"Key": "AmazonECSManaged", "Value": "true"},)
"""The tag of what ECS makes in Cloud Map."""


@dataclass(frozen=True)
class ConnectEndpoint:
    """A service under a name in a namespace: a Cloud Map service of type HTTP that ECS made."""

    discovery_name: str
    discovery_arn: str
    namespace_id: str
    aliases: frozenset[tuple[str, int]]
    """The host and port of each client alias."""
    container_port: int
    """The port of the container behind it."""
    registry: Registry

    @property
    def shown(self) -> dict[str, str]:
        """As DescribeServices shows it."""
        return {"discoveryName": self.discovery_name, "discoveryArn": self.discovery_arn}


@dataclass(frozen=True)
class Connect:
    """What Service Connect is of one deployment."""

    configuration: Mapping[str, Any]
    namespace_id: str | None = None
    """The namespace whose aliases its tasks know; None when it is not enabled."""
    endpoints: Sequence[ConnectEndpoint] = ()


class ServiceConnect:
    """Makes and removes the Cloud Map services of one account and region."""

    def __init__(self, account_id: str, region: str):
        self._account_id, self._region = account_id, region

    @property
    def _cloud_map(self) -> CloudMap:
        return cast(CloudMap, servicediscovery_backends[self._account_id][self._region])

    def namespace(self, name: str) -> Namespace:
        """Returns the namespace of this name or ARN. Raises NamespaceNotFoundException."""
        for namespace in self._cloud_map.namespaces.values():
            if name in (namespace.arn, namespace.http_name, namespace.name):
                return namespace
        raise ECSException("NamespaceNotFoundException", "The specified namespace wasn't found.")

    def namespace_arn_of_default(self, name: str) -> str:
        """Returns the ARN of a cluster's default namespace, which ECS makes if need be.

        Source: API reference, ClusterServiceConnectDefaultsRequest.
        """
        with suppress(ECSException):
            return self.namespace(name).arn
        if name.startswith("arn:"):
            raise ECSException("NamespaceNotFoundException", "The namespace wasn't found.")
        cloud_map = self._cloud_map
        parameters = {"Name": name, "Tags": [*MANAGED]}
        operation = cloud_map.create_namespace("HTTP", "CreateHttpNamespace", parameters)
        id_ = cloud_map.ledger.get(operation).targets["NAMESPACE"]
        return f"arn:aws:servicediscovery:{self._region}:{self._account_id}:namespace/{id_}"

    def validated(
        self,
        configuration: Mapping[str, Any],
        default_namespace: str | None,
        definition: TaskDefinition,
    ) -> Namespace | None:
        """Returns the namespace of a configuration, None when it is not enabled.

        Raises the errors of CreateService.
        """
        if not configuration.get("enabled"):
            return None
        if definition.network_mode not in ("awsvpc", "bridge"):
            raise InvalidParameterException(
                f"Service Connect is not supported with network mode {definition.network_mode}."
            )
        name = configuration.get("namespace") or default_namespace
        if not name:
            raise InvalidParameterException(
                "Service Connect needs a namespace: the service names none, nor does its cluster."
            )
        namespace = self.namespace(name)
        ports = named_ports(definition)
        names: set[str] = set()
        for service in configuration.get("services") or []:
            port_name = service.get("portName")
            if port_name not in ports:
                raise InvalidParameterException(
                    f"portName({port_name}) does not refer to any named PortMapping in the task "
                    "definition."
                )
            if len(service.get("clientAliases") or []) > 1:
                raise InvalidParameterException("A service can have one client alias.")
            discovery_name = service.get("discoveryName") or port_name
            if discovery_name in names:
                raise InvalidParameterException(
                    f"The discovery name {discovery_name} is there more than once."
                )
            names.add(discovery_name)
        return namespace

    def endpoints(
        self,
        configuration: Mapping[str, Any],
        namespace: Namespace,
        definition: TaskDefinition,
        existing: Sequence[ConnectEndpoint],
    ) -> list[ConnectEndpoint]:
        """Makes the Cloud Map services that a configuration asks for, but those that there are."""
        by_name = {(each.namespace_id, each.discovery_name): each for each in existing}
        ports = named_ports(definition)
        found: list[ConnectEndpoint] = []
        for service in configuration.get("services") or []:
            name = service.get("discoveryName") or service["portName"]
            container, port = ports[service["portName"]]
            known = by_name.get((namespace.id, name))
            arn = known.discovery_arn if known else self._create(namespace, name)
            found.append(
                ConnectEndpoint(
                    discovery_name=name,
                    discovery_arn=arn,
                    namespace_id=namespace.id,
                    aliases=frozenset(_aliases(service, name, namespace)),
                    container_port=port,
                    registry=Registry(
                        account_id=self._account_id,
                        region=self._region,
                        service_id=arn.rsplit("/", 1)[-1],
                        port=service.get("ingressPortOverride") or port,
                        container=container,
                        container_port=port,
                        registers_port=True,
                    ),
                )
            )
        return found

    def _create(self, namespace: Namespace, name: str) -> str:
        parameters = {
            "Name": name,
            "NamespaceId": namespace.id,
            "Type": "HTTP",
            "Tags": [*MANAGED],
        }
        try:
            return self._cloud_map.create_service(parameters).arn
        except ServiceAlreadyExists as error:
            raise InvalidParameterException(
                f"The namespace {namespace.name} has a service {name} already, which is not of "
                "this ECS service."
            ) from error

    def remove(self, endpoint: ConnectEndpoint) -> bool:
        """Removes the Cloud Map service; returns False while it has instances."""
        try:
            self._cloud_map.delete_service(endpoint.registry.service_id)
        except ResourceInUse:
            return False
        except ServiceNotFound:
            pass
        return True


def named_ports(definition: TaskDefinition) -> dict[str, tuple[str, int]]:
    """Returns the container and port of each named port mapping."""
    containers: list[dict[str, Any]] = definition.container_definitions
    return {
        mapping["name"]: (container["name"], mapping["containerPort"])
        for container in containers
        for mapping in container["portMappings"]
        if mapping.get("name")
    }


def _aliases(
    service: Mapping[str, Any], discovery_name: str, namespace: Namespace
) -> Iterator[tuple[str, int]]:
    """Yields the aliases; without a DNS name it is `<discovery name>.<namespace>`."""
    for alias in service.get("clientAliases") or []:
        host = alias.get("dnsName") or f"{discovery_name}.{namespace.name}"
        yield host.lower(), int(alias["port"])
