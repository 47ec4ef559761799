# SPDX-License-Identifier: Apache-2.0
"""Deployments that a run of tests could not destroy, because it was killed or Terraform failed."""

import json
from collections.abc import Iterator
from pathlib import Path


def left_over(kept: Path) -> Iterator[str]:
    """Yields a line for each state below the folder that has resources, and what to do."""
    for state in sorted(kept.rglob("*.tfstate")):
        count = _resources(state)
        if count:
            yield f"cloudmap: {count} resources of another run are left in {state}"
            yield (
                "  if their account is still there, `terraform destroy` in that folder; "
                f"then remove {kept / state.relative_to(kept).parts[0]}"
            )


def _resources(state: Path) -> int:
    """How many resources Terraform manages in a state; 0 for what is no state."""
    # Links lead to the original's neighbours, whose states are none of ours.
    try:
        resources = json.loads(state.read_text("utf-8")).get("resources", [])
        return sum(each["mode"] == "managed" for each in resources)
    except (OSError, ValueError, AttributeError, LookupError, TypeError):
        return 0
