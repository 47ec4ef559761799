# SPDX-License-Identifier: Apache-2.0
"""A look as tables for people, or as JSON for programs; docs/cloudmap-check.md describes both."""

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from rich.console import Console

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.check_command.wording import calls, count
from cloudmap_harness.discovery import table
from cloudmap_harness.discovery.check import Look, RegistryCheck, ServiceCheck
from cloudmap_harness.discovery.observation import (
    ObservedInstance,
    ObservedRecord,
    ObservedTarget,
    ObservedTask,
)
from cloudmap_harness.discovery.problems import Problem


class Output(Protocol):
    """Shows one look after another."""

    def show(self, seen: Look, *, again: bool = False) -> None: ...


class TableOutput:
    """Tables, a line for each problem, and what was not checked."""

    def __init__(self, aws: AwsClients) -> None:
        self._aws = aws
        self._console = Console()

    def show(self, seen: Look, *, again: bool = False) -> None:
        """Prints the tables; those that take the place of others, with the time."""
        console = self._console
        if again:
            console.clear()
            self._line(f"{datetime.now():%H:%M:%S}")
        named = len(seen.services) == 1
        for check in seen.services if named else seen.registered:
            where = ", ".join(str(each.registry) for each in check.registries)
            title = f"{check.service}{f' in {where}' if where else ''}"
            rows = named or bool(check.problems)
            table.show(console, title, check, rows=rows, abridged=False)
            console.print()
        for namespace, problems in seen.namespaces.items():
            self._line(f"of no ECS service, in the namespace {namespace}")
            for problem in problems:
                self._line(f"  {problem}; {problem.advice}")
        if seen.unregistered and not named:
            names = ", ".join(map(str, seen.unregistered))
            self._line(f"without a service registry, not checked: {names}")
        for name, number in seen.unchecked.items():
            what = f"{count(number, 'instance')} that ECS has not registered"
            self._line(f"of no ECS service, not checked: {name} with {what}")
        self._line(
            f"{count(len(seen.registered), 'service')}, {count(len(seen.problems), 'problem')}; "
            f"{calls(self._aws.calls.total(), self._aws.repeated)}"
        )

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class JsonOutput:
    """One JSON object a line for each look."""

    def __init__(self, aws: AwsClients) -> None:
        self._aws = aws

    def show(self, seen: Look, *, again: bool = False) -> None:
        """Prints the object."""
        found = {
            "converged": not seen.problems,
            "services": [_service(each) for each in seen.registered],
            "namespaces": [
                {"namespace": name, "problems": _problems(found)}
                for name, found in seen.namespaces.items()
            ],
            "without_registry": [
                {"cluster": each.cluster, "service": each.name} for each in seen.unregistered
            ],
            "without_ecs_service": [
                {"name": name, "instances": number} for name, number in seen.unchecked.items()
            ],
            "calls": {
                "total": self._aws.calls.total(),
                "repeated": self._aws.repeated,
                "by_action": dict(sorted(self._aws.calls.items())),
            },
        }
        sys.stdout.write(f"{json.dumps(found)}\n")
        sys.stdout.flush()


def _service(check: ServiceCheck) -> dict[str, Any]:
    return {
        "cluster": check.service.cluster,
        "service": check.service.name,
        "desired": check.desired,
        "converged": not check.problems,
        "subnets": [*map(str, check.networks)],
        "registries": [_registry(each) for each in check.registries],
        "problems": _problems(check.problems),
        "notes": [*check.notes],
    }


def _registry(check: RegistryCheck) -> dict[str, Any]:
    registry, seen = check.registry, check.seen
    routing = "MULTIVALUE" if registry.multivalue else "WEIGHTED"
    return {
        "arn": registry.arn,
        "name": registry.name,
        "namespace": registry.namespace,
        "hosted_zone_id": registry.hosted_zone_id,
        "ttls": dict(registry.ttls),
        "routing_policy": routing if registry.ttls else None,
        "tasks": [_task(each) for each in seen.tasks],
        "instances": [_instance(each) for each in seen.instances],
        "records": [*map(_record, seen.records), *map(_record, seen.targets)],
        "discovered": None if seen.discovered is None else sorted(seen.discovered),
    }


def _task(task: ObservedTask) -> dict[str, Any]:
    return {
        "id": task.id,
        "status": task.status,
        "health": task.health,
        "addresses": [*map(str, task.addresses)],
    }


def _instance(instance: ObservedInstance) -> dict[str, Any]:
    return {
        "id": instance.id,
        "addresses": [*map(str, instance.addresses)],
        "port": instance.port,
        "health": instance.health,
    }


def _record(record: ObservedRecord | ObservedTarget) -> dict[str, Any]:
    if isinstance(record, ObservedRecord):
        value = str(record.address)
    else:
        value = f"1 1 {record.port} {record.host}"
    return {
        "name": record.name,
        "type": record.type,
        "value": value,
        "ttl": record.ttl,
        "set_identifier": record.set_identifier,
    }


def _problems(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [
        {"kind": each.kind.value, "what": each.what, "advice": each.advice} for each in problems
    ]
