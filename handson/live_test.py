# SPDX-License-Identifier: Apache-2.0
"""`make test-live`: the hands-on, deployed and checked at every step, by pytest."""

import os

import pytest

from cloudmap_harness.report.report import Failure, Outcome
from cloudmap_harness.terraform.signals import Interrupted
from cloudmap_harness.testing.failures import words_of
from handson.live_run import DEFAULT_COUNT
from handson.project import CHECKOUT
from handson.run_report import RunReport
from handson.variables import Variables

TEST = CHECKOUT / "tests" / "live" / "test_handson.py"


class LiveTestRun:
    """A pytest plugin: the report that the fixtures fill, what failed, and what ended the run."""

    def __init__(self, report: RunReport) -> None:
        self.report = report
        self.failures: list[Failure] = []
        self.interrupted: Interrupted | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            name = report.nodeid.rpartition("::")[2]
            where = "" if report.when == "call" else f" ({report.when})"
            self.failures.append(Failure(f"{name}{where}", words_of(report)))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if isinstance(excinfo.value, Interrupted):
            self.interrupted = excinfo.value

    def publish(self, code: int) -> None:
        """Writes the report of a pytest that ended with that code."""
        if self.interrupted is not None:
            words = f"ended by {self.interrupted}"
            self.report.publish(
                Outcome.INTERRUPTED, [*self.failures, Failure("interrupted", words)]
            )
        elif code == pytest.ExitCode.OK:
            self.report.publish(Outcome.PASSED)
        else:
            ended = Failure("pytest", f"ended with exit code {int(code)}; see its own output")
            self.report.publish(Outcome.FAILED, self.failures or [ended])


def run_live_test(variables: Variables) -> int:
    """Deploys, scales, checks and destroys the hands-on at a target."""
    _ = variables.target, variables.flag("KEEP"), variables.settings(default_count=DEFAULT_COUNT)
    junit = variables.given("JUNIT")
    os.chdir(CHECKOUT)
    run = LiveTestRun(RunReport("test-live", variables))
    code = pytest.main([str(TEST), *([f"--junit-xml={junit}"] if junit else [])], plugins=[run])
    run.publish(code)
    if run.interrupted is not None:
        return run.interrupted.exit_code
    return 0 if code == pytest.ExitCode.OK else 1
