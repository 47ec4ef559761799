# SPDX-License-Identifier: Apache-2.0
"""`make test-live`: the hands-on, deployed and checked at every step, by pytest."""

import os

import pytest

from cloudmap_harness.terraform.signals import Interrupted
from handson.live_run import DEFAULT_COUNT
from handson.project import CHECKOUT
from handson.variables import Variables

TEST = CHECKOUT / "tests" / "live" / "test_handson.py"


class _Interruption:
    """A pytest plugin that notes which signal ended the run."""

    interrupted: Interrupted | None = None

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if isinstance(excinfo.value, Interrupted):
            self.interrupted = excinfo.value


def run_live_test(variables: Variables) -> int:
    """Deploys, scales, checks and destroys the hands-on at a target."""
    _ = variables.target, variables.flag("KEEP"), variables.settings(default_count=DEFAULT_COUNT)
    report = variables.given("JUNIT")
    plugin = _Interruption()
    os.chdir(CHECKOUT)
    code = pytest.main(
        [str(TEST), *([f"--junit-xml={report}"] if report else [])], plugins=[plugin]
    )
    if plugin.interrupted is not None:
        return plugin.interrupted.exit_code
    return 0 if code == pytest.ExitCode.OK else 1
