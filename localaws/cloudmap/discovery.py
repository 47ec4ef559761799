# SPDX-License-Identifier: Apache-2.0
"""Cloud Map's discovery: the instances of a service, found by the names of HTTP clients."""

from __future__ import annotations

import random
from collections.abc import Mapping

from localaws.cloudmap.errors import NamespaceNotFound, ServiceNotFound
from localaws.cloudmap.instances import InstanceCalls
from localaws.cloudmap.models import Instance, Service
from localaws.cloudmap.namespaces import Params


class DiscoveryCalls(InstanceCalls):
    """The calls that discover instances, and with them all calls of Cloud Map."""

    def discoverable_service(self, namespace_name: str, service_name: str) -> Service:
        """The service of a name in the namespace with an HttpName."""
        for namespace in self.namespaces.values():
            if namespace.http_name == namespace_name:
                if service := self._service_named(namespace, service_name):
                    return service
                raise ServiceNotFound(f"Service {service_name} was not found.")
        raise NamespaceNotFound(f"Namespace {namespace_name} was not found.")

    def discover_instances(self, params: Params) -> list[Instance]:  # type: ignore[override]
        """Returns a random choice of at most MaxResults instances that match; there are no pages.

        HealthStatus is ignored for a service without a health check [API reference]. Its default
        is HEALTHY_OR_ELSE_ALL. AWS does not document this; ours.
        """
        if params.get("OwnerAccount", self.account_id) != self.account_id:
            raise NotImplementedError("This endpoint has no namespaces shared by another account.")
        service = self.discoverable_service(params["NamespaceName"], params["ServiceName"])
        found = _with(params.get("QueryParameters") or {}, [*service.instances.values()])
        if preferred := _with(params.get("OptionalParameters") or {}, found):
            found = preferred
        if service.health_check_custom_config is not None:
            found = _of_health(params.get("HealthStatus") or "HEALTHY_OR_ELSE_ALL", found)
        return random.sample(found, min(len(found), params.get("MaxResults") or 100))


def _with(attributes: Mapping[str, str], instances: list[Instance]) -> list[Instance]:
    """The instances that have all these attributes."""
    wanted = attributes.items()
    return [instance for instance in instances if wanted <= instance.attributes.items()]


def _of_health(wanted: str, instances: list[Instance]) -> list[Instance]:
    """The instances that pass one of the values of DiscoverInstances' HealthStatus."""
    if wanted == "ALL":
        return instances
    or_else_all = wanted == "HEALTHY_OR_ELSE_ALL"
    status = "HEALTHY" if or_else_all else wanted
    fit = [instance for instance in instances if instance.health_status == status]
    return fit if fit or not or_else_all else instances
