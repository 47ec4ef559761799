# SPDX-License-Identifier: Apache-2.0
"""A provider that runs on between Terraform's commands, so that not each of them starts its own.

A provider takes longer to start than most of our plans take. Terraform uses one that runs already
when TF_REATTACH_PROVIDERS names its socket: the same program with the same configuration.
developer.hashicorp.com/terraform/plugin/debugging describes both.
"""

import json
import logging
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import IO

from cloudmap_harness.live_line import doing
from cloudmap_harness.terraform.signals import deferred

LOG = logging.getLogger(__name__)
START_TIMEOUT = 30.0
_STOP_TIMEOUT = 10.0
_POLL = 0.02

_WATCH = 'cat >/dev/null; kill -INT "$0"'
"""The shell's input ends when this process ends, in whatever way; the provider ends with it."""


@contextmanager
def kept_provider(
    binary: Path, environment: Mapping[str, str]
) -> Iterator[Callable[[], Mapping[str, str]]]:
    """Runs the provider, unpacked in a mirror, within the block.

    Yields a function that waits until it listens and returns the variables that lead Terraform to
    it. It takes the credentials and the endpoint from `environment`: it is for stacks with one
    provider configuration. When it does not start there are no variables: each command then starts
    a provider, and says itself what is wrong with it.
    """
    # A file, because a pipe that nobody reads would stop the provider when it is full.
    with tempfile.TemporaryFile() as output, ExitStack() as running:
        with deferred():  # A signal between a start and its entry here would lose the process.
            # In sessions of their own: a terminal's Ctrl-C is for Terraform first.
            provider = subprocess.Popen(
                [binary, "-debug"],
                env=_without_ca_bundle(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            running.callback(_end, provider)
            watch = subprocess.Popen(
                ["/bin/sh", "-c", _WATCH, str(provider.pid)],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
            running.enter_context(watch)  # Waits for it.
            running.callback(watch.kill)
        yield cache(partial(_variables, provider, output, _address(binary)))


def _without_ca_bundle(environment: Mapping[str, str]) -> dict[str, str]:
    """In this mode the provider refuses AWS_CA_BUNDLE, which an http endpoint has no use for."""
    return {name: value for name, value in environment.items() if name != "AWS_CA_BUNDLE"}


def _address(binary: Path) -> str:
    """Returns `host/namespace/type` from `host/namespace/type/version/platform/program`."""
    return "/".join(binary.parts[-6:-3])


def _variables(
    provider: subprocess.Popen[bytes], output: IO[bytes], address: str
) -> dict[str, str]:
    """Waits until the provider has written where it listens."""
    deadline = time.monotonic() + START_TIMEOUT
    with doing("starting the AWS provider"):
        while time.monotonic() < deadline and provider.poll() is None:
            output.seek(0)
            written = output.read()
            found = re.search(rb"TF_REATTACH_PROVIDERS='(.*)'", written)
            if found:
                # The provider calls itself by Terraform's registry; OpenTofu has another one.
                [where] = json.loads(found[1]).values()
                return {"TF_REATTACH_PROVIDERS": json.dumps({address: where})}
            time.sleep(_POLL)
    LOG.warning("the provider does not stay running; each command starts its own")
    return {}


def _end(provider: subprocess.Popen[bytes]) -> None:
    """Interrupts the provider, which then removes its socket; kills it when it does not end."""
    with deferred():
        provider.send_signal(signal.SIGINT)
        try:
            provider.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            LOG.warning("the provider, process %d, did not stop in time: killed", provider.pid)
            provider.kill()
            provider.wait()
