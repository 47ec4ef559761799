# SPDX-License-Identifier: Apache-2.0
"""Cloud Map: a private DNS namespace in the VPC, and the service in it that ECS registers with."""

from stacks.base import HandsOnStack
from stacks.bindings import (
    Construct,
    ServiceDiscoveryPrivateDnsNamespace,
    ServiceDiscoveryService,
    ServiceDiscoveryServiceDnsConfig,
    ServiceDiscoveryServiceDnsConfigDnsRecords,
    ServiceDiscoveryServiceHealthCheckCustomConfig,
)
from stacks.settings import Settings


class DiscoveryStack(HandsOnStack):
    """Makes instances resolvable: an A record for each in the namespace's hosted zone."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, vpc_id: str) -> None:
        super().__init__(scope, id_, settings=settings)
        namespace = ServiceDiscoveryPrivateDnsNamespace(
            self, "namespace", name=settings.namespace, vpc=vpc_id
        )
        service = ServiceDiscoveryService(
            self,
            "service",
            name=settings.service,
            dns_config=ServiceDiscoveryServiceDnsConfig(
                namespace_id=namespace.id,
                # The default, stated because the check "records == instances" depends on it:
                # one record set per instance. WEIGHTED would answer with one address.
                routing_policy="MULTIVALUE",
                dns_records=[
                    ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=settings.dns_ttl)
                ],
            ),
            # AWS accepts only 1, and without it the provider plans a replacement every time.
            health_check_custom_config=ServiceDiscoveryServiceHealthCheckCustomConfig(
                failure_threshold=1
            ),
            # While ECS still deregisters the last tasks, DeleteService fails with ResourceInUse,
            # and the provider does not retry. With this it deregisters the remaining instances
            # itself; all of them are this deployment's.
            force_destroy=True,
        )
        self.service_arn: str = service.arn
        self.publish(
            namespace_id=namespace.id,
            hosted_zone_id=namespace.hosted_zone,
            service_id=service.id,
            service_arn=service.arn,
            service_fqdn=f"{service.name}.{namespace.name}",
        )
