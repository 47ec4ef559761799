# SPDX-License-Identifier: Apache-2.0
"""`make test-live DESIRED=4`, beside the same way by the stock CDKTF CLI with stock bindings.

The CLI deploys, scales to four, scales to none and destroys. It checks nothing, and its endpoint
runs already.
"""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.endpoints import REGION, localaws
from benchmarks.measurement import Measurement
from benchmarks.processes import Run, run
from benchmarks.synth import EAGER
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.terraform.environment import terraform_environment
from handson.cdktf_wrapper import CLI
from handson.project import CHECKOUT, CLI_CONFIGURATION

DESIRED = 4
STACKS = ("network-inputs", "discovery", "compute")


def measure() -> Iterator[Measurement]:
    """Yields the seconds of one run each way."""
    stock = _stock_way()
    ours = _test_live()
    yield Measurement(
        f"make test-live DESIRED={DESIRED}",
        "s",
        ours=ours.seconds,
        reference=stock,
        reference_is="stock CLI",
        peak_mib=ours.peak_mib,
    )


def _test_live() -> Run:
    environ = {**os.environ, "TARGET": "local", "DESIRED": str(DESIRED)}
    return run([sys.executable, "-m", "handson", "test-live"], cwd=CHECKOUT, env=environ)


def _stock_way() -> float:
    """Returns the seconds of all four commands."""
    with localaws() as endpoint, tempfile.TemporaryDirectory() as folder:
        environ = terraform_environment(
            child_environment(Target.LOCAL, os.environ, endpoint=endpoint.url, region=REGION),
            cli_configuration=CLI_CONFIGURATION,
        )
        del environ["GOGC"]  # Ours, for speed.
        environ |= {
            # It asks the registry, also where the provider comes from a mirror.
            "CDKTF_SKIP_PROVIDER_LOCK": "true",
            # Nothing in the user's home folder, and no question to npm.
            "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "true",
            "DISABLE_VERSION_CHECK": "true",
        }
        where = [f"--output={Path(folder, 'cdktf.out')}", f"--app={shlex.join(EAGER)}"]
        return sum(
            _cdktf([command, *STACKS, "--auto-approve", *where], environ, desired)
            for command, desired in (
                ("deploy", 1),
                ("deploy", DESIRED),
                ("deploy", 0),
                ("destroy", 0),
            )
        )


def _cdktf(arguments: list[str], environ: Mapping[str, str], desired: int) -> float:
    count = {"HANDSON_DESIRED_COUNT": str(desired), "CI": "true"}
    return run(["node", str(CLI), *arguments], cwd=CHECKOUT, env={**environ, **count}).seconds
