# SPDX-License-Identifier: Apache-2.0
"""`make leaks`: what a target still has of this project's, and what removes it."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.inventory import Leak, leaks
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.errors import AwsError, HarnessError, TargetError
from cloudmap_harness.terraform.signals import Interrupted, interruptible
from handson.context import confirmed_environment, settings_with
from handson.health import EndpointError
from handson.local_endpoint import ensure_endpoint
from stacks.errors import SettingsError

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def main(arguments: Sequence[str]) -> int:
    """0: nothing is there; 1: something is, or the target cannot be asked; 2: wrong use."""
    parser = argparse.ArgumentParser(prog="leaks", description=__doc__)
    parser.add_argument("--target", default="local", help=" or ".join(Target))
    parser.add_argument("--run", default="", help="one run's or deployment's id")
    parser.add_argument("--age", default="0m", help="at least so old: 30m, 2h, 7d")
    options = parser.parse_args(arguments)
    try:
        with interruptible():
            older_than = parse_age(options.age)
            target = Target.parse(options.target)
            region = settings_with(None, os.environ).region
            endpoint = ensure_endpoint(target, os.environ)
            child = confirmed_environment(target, os.environ, endpoint=endpoint, region=region)
            found = leaks(
                AwsClients(child), run=options.run, older_than=older_than, on_absent=_tell_absent
            )
    except (SettingsError, TargetError) as error:
        print(error, file=sys.stderr)
        return 2
    except (EndpointError, HarnessError) as error:
        print(error, file=sys.stderr)
        return 1
    except Interrupted as signal:
        return signal.exit_code
    print(told(found, region=region, endpoint=endpoint))
    return 1 if found else 0


def _tell_absent(error: AwsError) -> None:
    print(f"not listed, as this endpoint does not have it: {error}", file=sys.stderr)


def parse_age(text: str) -> timedelta:
    """Raises TargetError for what is no age."""
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if match is None:
        raise TargetError("AGE", text, "a number of m, h or d, such as 2h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def told(found: Sequence[Leak], *, region: str, endpoint: str | None) -> str:
    """Each with its age and its command, in the order in which they can be run."""
    if not found:
        return "nothing bears the project's tags or names"
    where = f" --region {region}" + (f" --endpoint-url {endpoint}" if endpoint else "")
    lines = []
    for leak in found:
        age = leak.age(datetime.now(UTC))
        since = "" if age is None else f", {age.total_seconds() / 3600:.1f} h old"
        lines.append(f"{leak.kind} {leak.id} (deployment {leak.deployment}{since})")
        command = leak.command + (where if leak.command.startswith("aws ") else "")
        lines.append(f"    {command}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
