# SPDX-License-Identifier: Apache-2.0
"""Cloud Map: a private DNS namespace in the VPC and, in it, the service that ECS registers with."""

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
    """Where instances are found: one A record for each in the namespace's hosted zone."""

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
                # Said, though it is the default: one record set for each instance is what
                # "records == instances" rests on, and WEIGHTED would answer with one address.
                routing_policy="MULTIVALUE",
                dns_records=[
                    ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=settings.dns_ttl)
                ],
            ),
            # AWS takes no value but 1, and without it the provider plans a replacement for ever.
            health_check_custom_config=ServiceDiscoveryServiceHealthCheckCustomConfig(
                failure_threshold=1
            ),
            # On destroy ECS may still be deregistering the last tasks: DeleteService would refuse
            # with ResourceInUse, and the provider does not ask twice. With this it deregisters
            # what is left, and all that is left is ours.
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
