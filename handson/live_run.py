# SPDX-License-Identifier: Apache-2.0
"""A live run: names that nobody else has on a shared account, and what its folder says of it."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.errors import HarnessError

FILE = "run.json"


def new_id() -> str:
    """`run-<UTC to the second>-<hex>`: a leftover tells by it how old it is."""
    return f"run-{time.strftime('%Y%m%d%H%M%S', time.gmtime())}-{secrets.token_hex(2)}"


def names(target: Target, run: str) -> dict[str, str]:
    """The settings, as variables, that keep a run apart from every other on a shared account.

    For the local target a run has an endpoint of its own, and the article's names. Its state is
    in its own folder always.
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
class Run:
    """What it takes to reach a run's deployment again, from its folder."""

    target: str
    endpoint: str | None
    variables: Mapping[str, str]

    def write(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, folder: Path) -> "Run":
        """Raises HarnessError when that is not a run's folder."""
        try:
            return cls(**json.loads((folder / FILE).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise HarnessError(
                f"STATE={folder} is not the folder of a live run: {error}"
            ) from error

    def environment(self, folder: Path) -> dict[str, str]:
        """The variables under which this project's commands mean that deployment."""
        child = {**self.variables, "CDKTF_OUTDIR": str(folder.resolve() / "cdktf.out")}
        # An endpoint of the run's own is to these commands an endpoint like any other.
        return child if self.endpoint is None else {**child, "ENDPOINT": self.endpoint}

    @property
    def reached_as(self) -> Target:
        """The target by which it is reached again."""
        return Target.AWS if self.endpoint is None else Target.LOCALSTACK
