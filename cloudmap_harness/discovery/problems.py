# SPDX-License-Identifier: Apache-2.0
"""The kinds of difference that the check finds, and what to do about each."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of difference."""

    COUNT = "count"
    DEPLOYING = "deploying"
    STARTING = "starting"
    DRAINING = "draining"
    FOREIGN = "foreign instance"
    MISSING = "missing"
    STALE_INSTANCE = "stale instance"
    ORPHAN_RECORD = "orphan record"
    DUPLICATE = "duplicate"
    OTHER_ADDRESS = "other address"
    OTHER_PORT = "other port"
    OUTSIDE_SUBNETS = "outside the subnets"
    UNHEALTHY = "unhealthy"
    WRONG_TTL = "wrong TTL"
    WRONG_RECORD = "wrong record"
    NO_REGISTRY = "no such registry"
    EXPECTATION = "expectation"
    PAGE = "page"


ADVICE = {
    Kind.COUNT: "wait, or see the service's events and why its tasks stop",
    Kind.DEPLOYING: "wait, or see why the new tasks stop when some have failed",
    Kind.STARTING: "wait: a task is registered before it is RUNNING",
    Kind.DRAINING: "wait: ECS deregisters a task when it stops it",
    Kind.FOREIGN: (
        "deregister it (servicediscovery deregister-instance) if the service's clients should not "
        "reach that task"
    ),
    Kind.MISSING: (
        "wait if a change is in progress; ECS registers a task once, so replace the tasks "
        "(update-service --force-new-deployment) when it stays away"
    ),
    Kind.STALE_INSTANCE: "deregister it (servicediscovery deregister-instance), nothing else will",
    Kind.ORPHAN_RECORD: (
        "its zone is Cloud Map's: register an instance under the record's identifier and "
        "deregister it, which takes the record along"
    ),
    Kind.DUPLICATE: "deregister the one that is not named after a task",
    Kind.OTHER_ADDRESS: "replace the task (stop-task): ECS registers the next one anew",
    Kind.OTHER_PORT: "see the service registry's port, and replace the tasks after changing it",
    Kind.OUTSIDE_SUBNETS: "see the service's network configuration, and who registered it",
    Kind.UNHEALTHY: "see the task's logs and health check; DNS leaves it out as long as others run",
    Kind.WRONG_TTL: (
        "wait if the Cloud Map service was updated just now, else update it again "
        "(servicediscovery update-service)"
    ),
    Kind.WRONG_RECORD: "see the Cloud Map service's routing policy; only Cloud Map writes records",
    Kind.NO_REGISTRY: "the ECS service names a Cloud Map service that is gone: make it anew, "
    "point the ECS service at it and replace the tasks",
    Kind.EXPECTATION: "see what has changed it: Terraform's plan shows it",
    Kind.PAGE: "see the security group's ingress rules, the container's port and its logs",
}
"""What to do about each kind."""


@dataclass(frozen=True)
class Problem:
    """One difference: what differs, where, and of which kind it is."""

    kind: Kind
    what: str

    @property
    def advice(self) -> str:
        return ADVICE[self.kind]

    def __str__(self) -> str:
        return self.what
