# SPDX-License-Identifier: Apache-2.0
"""`make deploy|status|destroy STATE=folder`: a live run's deployment, kept or left by a failure."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from cloudmap_harness.aws.health import read_health
from cloudmap_harness.errors import AwsError, HarnessError
from handson import stack_verbs as deployment
from handson.live_run import Run
from handson.local_endpoint import down


def main(arguments: Sequence[str]) -> int:
    """As handson.stack_verbs; after a destroy the run's endpoint and folder are gone too."""
    parser = argparse.ArgumentParser(prog="kept-run", description=__doc__)
    parser.add_argument("verb", choices=("deploy", "status", "destroy"))
    parser.add_argument("state", type=Path, help="the folder that the live test named")
    options = parser.parse_args(arguments)
    try:
        run = Run.read(options.state)
    except HarnessError as error:
        print(error, file=sys.stderr)
        return 2
    if run.target == "local" and not _answers(run.endpoint or ""):
        print(f"its endpoint {run.endpoint} is gone, and all that was on it", file=sys.stderr)
        code = 0 if options.verb == "destroy" else 1
    else:
        os.environ |= run.environment(options.state)
        code = deployment.main([options.verb, f"--target={run.reached_as}"])
    if options.verb == "destroy" and code == 0:
        down(options.state)
        shutil.rmtree(options.state)
    return code


def _answers(url: str) -> bool:
    try:
        return read_health(url) is not None
    except AwsError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
