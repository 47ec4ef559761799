# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM end a command with 128 + n and without a traceback."""

import signal
from collections.abc import Callable, Sequence

import pytest

from cloudmap_harness.terraform.signals import Interrupted
from handson import leaks
from handson import network as article_vpc


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("main", "arguments"), [(leaks.main, []), (article_vpc.main, ["make"])], ids=["leaks", "vpc"]
)
def test_a_signal_is_an_exit_code(
    main: Callable[[Sequence[str]], int],
    arguments: list[str],
    signum: signal.Signals,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*_: object) -> str:
        signal.raise_signal(signum)
        raise AssertionError("the signal was not handled")

    for module in (leaks, article_vpc):
        monkeypatch.setattr(module, "ensure_endpoint", interrupted)
    assert main(arguments) == 128 + signum
    assert "Traceback" not in capsys.readouterr().err
    assert Interrupted(signum).exit_code == 128 + signum
