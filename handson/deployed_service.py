# SPDX-License-Identifier: Apache-2.0
"""The service that the stacks have made, and what this hands-on expects of it in particular."""

from collections.abc import Iterator
from dataclasses import dataclass

from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.problems import Kind, Problem


@dataclass(frozen=True)
class DeployedService:
    """The names and ids that Terraform's outputs have."""

    cluster: str
    ecs_service: str
    desired: int
    service_id: str
    """The Cloud Map service's."""
    record_name: str
    """Fully qualified, with the final dot."""
    hosted_zone_id: str
    subnet_ids: tuple[str, ...]
    """The private subnets, from which the tasks get their addresses."""

    def expectations(self, check: ServiceCheck, *, ttl: int) -> Iterator[Problem]:
        """Yields where AWS has something else than the stacks made of the settings.

        `ttl` is the setting, in seconds.
        """
        registries = [each.registry for each in check.registries]
        found = [each.service_id for each in registries]
        if found != [self.service_id]:
            yield _differs("the service registry", ", ".join(found) or "none", self.service_id)
        for registry in registries:
            yield from _unequal("the record's name", registry.record_name, self.record_name)
            yield from _unequal("the hosted zone", registry.hosted_zone_id, self.hosted_zone_id)
            yield from _unequal("the registry's TTLs", dict(registry.ttls), {"A": ttl})
            if not registry.multivalue:
                yield _differs("the routing policy", "WEIGHTED", "MULTIVALUE")
        subnets = tuple(sorted(self.subnet_ids))
        yield from _unequal("the service's subnets", check.service.subnet_ids, subnets)


def _unequal(what: str, found: object, expected: object) -> Iterator[Problem]:
    if found != expected:
        yield _differs(what, found, expected)


def _differs(what: str, found: object, expected: object) -> Problem:
    return Problem(Kind.EXPECTATION, f"{what}: {found} instead of {expected}")
