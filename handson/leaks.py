# SPDX-License-Identifier: Apache-2.0
"""`make leaks`: what a target still has of this project's, and what removes it."""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.inventory import Unlisted, inventory_by_tag
from cloudmap_harness.aws.listing.resource import Resource, ResourceKind
from handson.context import Context
from handson.left_on_disk import left_on_disk
from handson.project import STATE
from handson.variables import Variables
from stacks.settings import PROJECT

_RUN_START = re.compile(r"run-(\d{14})-")
_NAMESPACE = re.compile(r"((run|check)-[0-9a-f-]+|cloudmap-handson)\.internal\.")
"""The namespaces, as zone names, of live runs, of the preflight and of the article."""
_TO_STAY = {"vpc"}  # The deployment of `make vpc`.


def leaks(
    aws: AwsClients,
    *,
    run: str = "",
    older_than: timedelta = timedelta(0),
    on_absent: Callable[[Unlisted], None] = lambda unlisted: None,
) -> tuple[Resource, ...]:
    """Returns what is left of this project, or of one run of it, in the order of deletion.

    A resource whose age is unknown counts as old enough. `on_absent` gets each service that the
    endpoint does not have. Raises AwsError when another service failed to list.
    """
    inventory = inventory_by_tag(
        aws, PROJECT, owns_zone=lambda name: _NAMESPACE.fullmatch(name) is not None
    )
    for unlisted in inventory.absent:
        on_absent(unlisted)
    inventory.require_complete()
    now = datetime.now(UTC)
    return tuple(
        resource
        for resource in map(_with_deployment, inventory.resources)
        if resource.deployment not in _TO_STAY
        and run in ("", resource.deployment)
        and ((age := age_of(resource, now)) is None or age >= older_than)
    )


def age_of(resource: Resource, now: datetime) -> timedelta | None:
    """Returns how long ago the resource's run began; None when its deployment is not a run."""
    start = _RUN_START.match(resource.deployment)
    if start is None:
        return None
    return now - datetime.strptime(start[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _with_deployment(resource: Resource) -> Resource:
    """Reads a hosted zone's deployment from its name, as it has no tags."""
    if resource.kind is not ResourceKind.HOSTED_ZONE:
        return resource
    label = resource.name.partition(".")[0]
    deployment = label if label.startswith(("run-", "check-")) else "default"
    return replace(resource, deployment=deployment)


def list_leaks(variables: Variables) -> int:
    """Lists what a target and this checkout still have of the project's; 1 if there is anything."""
    older_than = variables.age
    context = Context.reach(variables, variables.settings())
    found = leaks(
        context.aws,
        run=variables.given("RUN") or "",
        older_than=older_than,
        on_absent=_print_absent,
    )
    print(describe(found, region=context.settings.region, endpoint=context.aws.endpoint))
    left = [
        each
        for each in left_on_disk(STATE, run=variables.given("RUN") or "")
        if each.age >= older_than
    ]
    for each in left:
        hours = each.age.total_seconds() / 3600
        print(f"{each.folder}: {each.holds}, {hours:.1f} h old\n    {each.removed_by}")
    return 1 if found or left else 0


def describe(found: Sequence[Resource], *, region: str, endpoint: str | None) -> str:
    """Returns each with its age and its command, in the order in which they can be run."""
    if not found:
        return "nothing has the project's tags or names"
    where = f" --region {region}" + (f" --endpoint-url {endpoint}" if endpoint else "")
    lines = []
    for leak in found:
        age = age_of(leak, datetime.now(UTC))
        since = "" if age is None else f", {age.total_seconds() / 3600:.1f} h old"
        lines.append(f"{leak.kind} {leak.id} (deployment {leak.deployment}{since})")
        command = leak.delete_command and leak.delete_command + where
        lines.append(f"    {command or 'goes with its Cloud Map namespace'}")
    return "\n".join(lines)


def _print_absent(unlisted: Unlisted) -> None:
    print(f"not listed, as this endpoint does not have it: {unlisted}", file=sys.stderr)
