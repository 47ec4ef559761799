# SPDX-License-Identifier: Apache-2.0
"""`make leaks`: what a target still has of this project's, and what removes it."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from cloudmap_harness.aws.inventory import Leak, leaks
from cloudmap_harness.errors import AwsError
from handson.context import Context
from handson.variables import Variables


def list_leaks(variables: Variables) -> int:
    """Lists what a target still has of the project's; ends with 1 when it has anything."""
    older_than = variables.age
    context = Context.reach(variables, variables.settings())
    found = leaks(
        context.aws,
        run=variables.given("RUN") or "",
        older_than=older_than,
        on_absent=_print_absent,
    )
    print(describe(found, region=context.settings.region, endpoint=context.aws.endpoint))
    return 1 if found else 0


def describe(found: Sequence[Leak], *, region: str, endpoint: str | None) -> str:
    """Returns each with its age and its command, in the order in which they can be run."""
    if not found:
        return "nothing has the project's tags or names"
    where = f" --region {region}" + (f" --endpoint-url {endpoint}" if endpoint else "")
    lines = []
    for leak in found:
        age = leak.age(datetime.now(UTC))
        since = "" if age is None else f", {age.total_seconds() / 3600:.1f} h old"
        lines.append(f"{leak.kind} {leak.id} (deployment {leak.deployment}{since})")
        command = leak.command + (where if leak.command.startswith("aws ") else "")
        lines.append(f"    {command}")
    return "\n".join(lines)


def _print_absent(error: AwsError) -> None:
    print(f"not listed, as this endpoint does not have it: {error}", file=sys.stderr)
