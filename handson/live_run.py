# SPDX-License-Identifier: Apache-2.0
"""A live run: names that nobody else has on a shared account, and what its folder says of it."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cloudmap_harness.aws.targets import Target
from handson.errors import UsageError
from handson.variables import Variables

FILE = "run.json"
DEFAULT_COUNT = 4
"""The desired count of a live run without DESIRED."""


def new_id() -> str:
    """Returns `run-<UTC to the second>-<hex>`, from which `make leaks` reads how old a run is."""
    return f"run-{time.strftime('%Y%m%d%H%M%S', time.gmtime())}-{secrets.token_hex(2)}"


def own_names(target: Target, run: str) -> dict[str, str]:
    """Returns the settings, as variables, that keep a run apart from every other deployment.

    On the local target a run has an endpoint of its own, and the article's names. Its state is
    always in its own folder.
    """
    own_state = {"HANDSON_STATE_BUCKET": "", "HANDSON_STATE_REGION": ""}
    if target is Target.LOCAL:
        return own_state
    name = f"cloudmap-handson-{run}"
    return {
        "HANDSON_DEPLOYMENT": run,
        "HANDSON_NAMESPACE": f"{run}.internal",
        "HANDSON_SERVICE": name,
        "HANDSON_CLUSTER": name,
        "HANDSON_ECS_SERVICE": name,
        "HANDSON_FAMILY": name,
        "HANDSON_SECURITY_GROUP": name,
        **own_state,
    }


@dataclass(frozen=True)
class LiveRun:
    """What it takes to reach a run's deployment again, kept in the run's folder."""

    target: Target
    endpoint: str | None
    """The URL of the endpoint that the run used; None for AWS."""
    names: Mapping[str, str]

    def write(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, folder: Path) -> "LiveRun":
        """Reads a run's folder. Raises UsageError when it is not one."""
        try:
            kept = json.loads((folder / FILE).read_text())
            return cls(Target(kept["target"]), kept["endpoint"], kept["names"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"STATE={folder} is not the folder of a live run: {error}") from error

    def variables(self, given: Variables, folder: Path) -> Variables:
        """Returns the variables with which a command means this run's deployment."""
        own = {
            **self.names,
            "TARGET": str(self.target),
            "ENDPOINT": "",
            "CDKTF_OUTDIR": str(folder.resolve() / "cdktf.out"),
        }
        return given.with_values(own)
