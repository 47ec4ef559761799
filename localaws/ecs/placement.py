# SPDX-License-Identifier: Apache-2.0
"""Which container instance a task goes to: room, placement constraints, placement strategies.

Source: ECS developer guide, "How Amazon ECS places tasks on container instances".
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import TaskDefinition

from localaws.ecs.container_instances import ContainerInstance
from localaws.ecs.errors import NoContainerInstance
from localaws.ecs.query_language import InvalidExpression, parse
from localaws.ecs.task_request import TaskRequest
from localaws.faults.active import ACTIVE

ZONE = "attribute:ecs.availability-zone"
SPREAD_OVER_ZONES: Sequence[Mapping[str, str]] = ({"type": "spread", "field": ZONE},)
"""The strategy of services that name none [developer guide]."""

MAX_CONSTRAINTS, MAX_STRATEGIES = 10, 5


def validate_placement(params: Mapping[str, Any]) -> None:
    """Raises InvalidParameterException for constraints and strategies that AWS does not have."""
    constraints = params.get("placementConstraints") or []
    if len(constraints) > MAX_CONSTRAINTS:
        raise InvalidParameterException(
            f"placementConstraints can have at most {MAX_CONSTRAINTS} items."
        )
    for constraint in constraints:
        match constraint.get("type"):
            case "distinctInstance":
                if constraint.get("expression"):
                    raise InvalidParameterException(
                        "Constraint type distinctInstance takes no expression."
                    )
            case "memberOf":
                try:
                    parse(constraint.get("expression") or "")
                except InvalidExpression as error:
                    raise InvalidParameterException(f"Invalid expression: {error}") from error
            case other:
                raise InvalidParameterException(f"Unknown placement constraint type: {other}")
    strategies = params.get("placementStrategy") or []
    if len(strategies) > MAX_STRATEGIES:
        raise InvalidParameterException(
            f"placementStrategy can have at most {MAX_STRATEGIES} items."
        )
    for strategy in strategies:
        _validate_strategy(strategy.get("type"), strategy.get("field") or "")


def _validate_strategy(kind: str | None, field: str) -> None:
    match kind:
        case "random":
            valid = not field
        case "binpack":
            valid = field.lower() in ("cpu", "memory")
        case "spread":
            valid = field in ("instanceId", "host") or field.startswith("attribute:")
        case _:
            raise InvalidParameterException(f"Unknown placement strategy type: {kind}")
    if not valid:
        raise InvalidParameterException(f"Invalid field {field!r} of the strategy {kind}.")


def completed_strategies(strategies: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Returns placement strategies as AWS shows them: `host` is `instanceId`, `cpu` is `CPU`."""
    names = {"host": "instanceId", "cpu": "CPU", "memory": "MEMORY"}
    return [
        {key: names.get(value, value) if key == "field" else value for key, value in each.items()}
        for each in strategies
    ]


def choose_instance(
    instances: Collection[ContainerInstance],
    request: TaskRequest,
    zones: Collection[str] | None,
) -> ContainerInstance:
    """Returns the container instance that a task goes to; in awsvpc mode one of the zones.

    Raises NoContainerInstance.
    """
    down = ACTIVE.zones_down()
    instances = [each for each in instances if each.host.availability_zone not in down]
    where = "capacity provider" if request.capacity_provider_name else "cluster"
    if not instances:
        raise NoContainerInstance(f"No Container Instances were found in your {where}.")
    lacks = {instance.id: _lack(instance, request, zones) for instance in instances}
    fit = [instance for instance in instances if lacks[instance.id] is None]
    if not fit:
        raise _nothing_fits(instances, lacks)
    random.shuffle(fit)
    in_group = _tasks_of_group(instances, request.group)
    for strategy in request.placement_strategy or SPREAD_OVER_ZONES:
        rank = _rank(strategy, in_group)
        best = min(map(rank, fit))
        fit = [instance for instance in fit if rank(instance) == best]
    return fit[0]


def can_be_member(instance: ContainerInstance, request: TaskRequest) -> bool:
    """Whether the constraints on attributes and the state of an instance allow the task."""
    return _lack_by_nature(instance, request) is None


Lack = tuple[str, str]
"""What an instance lacks: in the words of a service's event, and as RunTask's reason."""


def _lack(
    instance: ContainerInstance,
    request: TaskRequest,
    zones: Collection[str] | None,
) -> Lack | None:
    if zones is not None and instance.host.availability_zone not in zones:
        return "is missing an attribute required by your task", "ATTRIBUTE"
    if lack := _lack_by_nature(instance, request):
        return lack
    distinct = any(each["type"] == "distinctInstance" for each in request.placement_constraints)
    if distinct and any(task.group == request.group for task in instance.tasks.values()):
        return _constraint("distinctInstance")
    needs = request.needs
    if needs.memory > instance.free_memory:
        return "has insufficient memory available", "RESOURCE:MEMORY"
    if needs.cpu > instance.free_cpu:
        return "has insufficient CPU units available", "RESOURCE:CPU"
    for mapping in needs.ports:
        if mapping.host_port and mapping.host_port in instance.taken_ports(mapping.protocol):
            return "is already using a port required by your task", "RESOURCE:PORTS"
    return None


def _lack_by_nature(instance: ContainerInstance, request: TaskRequest) -> Lack | None:
    """Returns what the instance lacks whatever runs on it, or None."""
    if not instance.agent_connected or instance.status != "ACTIVE":
        return 'encountered error "AGENT"', "AGENT"
    for constraint in _all_constraints(request.placement_constraints, request.task_definition):
        if constraint["type"] == "memberOf" and not parse(constraint["expression"])(instance):
            return _constraint("memberOf")
    return None


def _constraint(kind: str) -> Lack:
    """Returns the lack of an instance that a constraint excludes."""
    named = "MemberOf" if kind == "memberOf" else "DistinctInstance"
    reason = f"{named} placement constraint unsatisfied."
    return f'encountered error "{reason}"', reason


def _all_constraints(
    own: Iterable[Mapping[str, str]], definition: TaskDefinition
) -> list[Mapping[str, str]]:
    """Returns the constraints of a request, and those of the task definition."""
    return [*own, *(definition.placement_constraints or [])]


def _nothing_fits(
    instances: Collection[ContainerInstance], lacks: Mapping[str, Lack | None]
) -> NoContainerInstance:
    """Returns the error that names the closest match, which has the most memory left."""
    closest = max(instances, key=lambda each: (each.free_memory, each.free_cpu))
    words, _ = lacks[closest.id] or ("", "")
    unfit = [
        (instance.container_instance_arn, lack[1])
        for instance in instances
        if (lack := lacks[instance.id])
    ]
    return NoContainerInstance(
        f"The closest matching (container-instance {closest.id}) {words}.", unfit
    )


def _tasks_of_group(
    instances: Collection[ContainerInstance], group: str
) -> list[tuple[ContainerInstance, int]]:
    """Returns how many tasks of the group each instance has."""
    return [
        (instance, sum(task.group == group for task in instance.tasks.values()))
        for instance in instances
    ]


def _rank(
    strategy: Mapping[str, str], in_group: Sequence[tuple[ContainerInstance, int]]
) -> Callable[[ContainerInstance], float]:
    """Returns what the strategy wants least of: the peers at the same place, or the free size."""
    field = strategy.get("field") or ""
    match strategy["type"]:
        case "binpack" if field.lower() == "cpu":
            return lambda instance: instance.free_cpu
        case "binpack":
            return lambda instance: instance.free_memory
        case "spread":
            counts: Counter[str | None] = Counter()
            for instance, count in in_group:
                counts[_place(instance, field)] += count
            return lambda instance: counts[_place(instance, field)]
        case _:
            return lambda instance: 0


def _place(instance: ContainerInstance, field: str) -> str | None:
    """Returns the value of a field to spread over: an attribute, or the instance's id."""
    kind, _, attribute = field.partition(":")
    return instance.attributes.get(attribute) if kind == "attribute" else instance.id
