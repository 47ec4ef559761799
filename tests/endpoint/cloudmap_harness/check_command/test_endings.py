# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C ends `cloudmap-check` at once, and output that cannot be written ends it in one line."""

import signal
import time
from pathlib import Path

import pytest

from tests.endpoint.cloudmap_harness.check_command.conftest import (
    THROTTLED,
    Shop,
    faulty,
    started,
    without_progress,
)

AT_ONCE = 5.0
"""Seconds, on a busy machine. The calls below go on for longer."""


def test_a_watch_shows_what_changes_and_ends_with_the_signals_code(shop: Shop) -> None:
    with started(shop.aws.url, "--watch", "--json") as process:
        assert process.stdout is not None
        try:
            assert '"converged": true' in process.stdout.readline()
            shop.aws.register(shop.registry, "nobody", AWS_INSTANCE_IPV4="10.0.8.200")
            assert "stale instance nobody" in process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert without_progress(errors) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "ListInstances", **THROTTLED},
        {"operation": "ListInstances", "latency": 20000},
        {"operation": "ListClusters", **THROTTLED},
    ],
    ids=["throttled", "late", "throttled at the beginning"],
)
def test_an_interrupt_does_not_wait_for_calls(shop: Shop, fault: dict[str, object]) -> None:
    """GIVEN calls that are repeated for half a minute, or answered late
    WHEN Ctrl-C comes
    THEN the command ends at once, with 130 and without a word.
    """
    with faulty(shop.aws.url, {"kind": "call", **fault}), started(shop.aws.url) as process:
        assert process.stderr is not None
        try:
            assert process.stderr.readline().startswith("reading: ")
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=60)
            assert time.monotonic() - began < AT_ONCE
        finally:
            process.kill()
    assert process.returncode == 130
    assert out == ""
    assert without_progress(errors) == []


def test_an_interrupt_while_modules_are_imported_has_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "boto3.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n"
    )
    with started("http://127.0.0.1:9", PYTHONPATH=str(tmp_path)) as process:
        out, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, errors) == ("", "")


@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=["table", "json"])
def test_output_that_cannot_be_written_is_told_in_one_line(
    shop: Shop, arguments: list[str]
) -> None:
    with (
        Path("/dev/full").open("w") as full,
        started(shop.aws.url, *arguments, out=full) as process,
    ):
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert without_progress(errors) == ["cloudmap-check: [Errno 28] No space left on device"]
