# SPDX-License-Identifier: Apache-2.0
"""`pytest --discovery-report=file.html`: the report of a session of tests.

Under xdist each worker sends the events of its own endpoint to the controller when it ends, and
the controller writes the one file.
"""

import os
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.summary import CheckSummary, summarize
from cloudmap_harness.errors import WaitTimeout
from cloudmap_harness.report.report import Failure, Outcome, Report
from cloudmap_harness.report.versions import versions
from cloudmap_harness.report.writing import publish
from cloudmap_harness.testing.failures import words_of
from cloudmap_harness.timeline.document import Timeline, in_order
from cloudmap_harness.timeline.endpoint_pages import read_timeline
from cloudmap_harness.timeline.event import Event, TimelineError, now

CHECK = "cloudmap_check"
"""The attribute of a test's report that has the check with which it failed."""
_SENT = "cloudmap_timelines"
_NAME = "cloudmap-report"


def report_of(config: pytest.Config) -> "SessionReport | None":
    """Returns the report of a session that writes one."""
    found = config.pluginmanager.get_plugin(_NAME)
    return found if isinstance(found, SessionReport) else None


def register(config: pytest.Config, file: str) -> None:
    """Has a session write its report to the file."""
    config.pluginmanager.register(SessionReport(config, Path(file).absolute()), _NAME)


class SessionReport:
    """A pytest plugin: the tests as steps, the endpoints' events, and the checks that failed."""

    def __init__(self, config: pytest.Config, file: Path) -> None:
        self._config = config
        self._file = file
        self._began = now()
        self._events: list[Event] = []
        self._begun: dict[str, Event] = {}
        self._failures: list[Failure] = []
        self._failed: dict[str, str] = {}
        self._skipped: set[str] = set()
        self._checks: list[CheckSummary] = []
        self._gaps: list[str] = []
        self._interrupted = False
        self._working: set[str] = set()
        """The workers of xdist that have not ended."""

    def read(self, url: str) -> None:
        """Reads the events of an endpoint that is about to end."""
        try:
            text = read_timeline(url, self._began).write()
        except Exception as error:  # No test fails because it is reported.
            self._gaps.append(f"the events of an endpoint: {error}")
            return
        sent = getattr(self._config, "workeroutput", None)
        if sent is None:
            self._take(text)
        else:
            sent.setdefault(_SENT, []).append(text)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        event = Event(at=now(), layer="step", what="began", name=nodeid)
        self._begun[nodeid] = event
        self._events.append(event)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Gives the report of a phase the check with which it failed; xdist sends it along."""
        report = yield
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, WaitTimeout) and isinstance(error.last_seen, ServiceCheck):
            summary = summarize(f"{report.nodeid}: {error.last_seen.service}", error.last_seen)
            setattr(report, CHECK, asdict(summary))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            where = "" if report.when == "call" else f" ({report.when})"
            words = words_of(report)
            self._failures.append(Failure(f"{report.nodeid}{where}", words))
            self._failed.setdefault(report.nodeid, next(iter(words.splitlines()), ""))
            check = getattr(report, CHECK, None)
            if check is not None:
                self._checks.append(CheckSummary.from_json(check))
        if report.skipped:
            self._skipped.add(report.nodeid)
        if report.when == "teardown":
            self._end(report.nodeid)

    def _end(self, nodeid: str) -> None:
        at, begun = now(), self._begun.pop(nodeid, None)
        failed = self._failed.get(nodeid)
        self._events.append(
            Event(
                at=at,
                layer="step",
                what="ended" if failed is None else "failed",
                name=nodeid,
                seconds=round((at - begun.at).total_seconds(), 3) if begun else None,
                message=failed or ("skipped" if nodeid in self._skipped else None),
            )
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._failures.append(Failure(f"collecting {report.nodeid}", report.longreprtext))

    def pytest_keyboard_interrupt(self) -> None:
        self._interrupted = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self, node: Any) -> None:
        self._working.add(node.gateway.id)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Takes what a worker of xdist has sent."""
        output = getattr(node, "workeroutput", None)
        if output is not None:
            self._working.discard(node.gateway.id)
            for text in output.get(_SENT, []):
                self._take(text)

    def _take(self, text: str) -> None:
        try:
            self._events += Timeline.read(text).events
        except TimelineError as error:
            self._gaps.append(f"the events of an endpoint: {error}")

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, exitstatus: int
    ) -> None:
        """Writes the report; of xdist's processes only the controller does."""
        if hasattr(self._config, "workeroutput"):
            return
        running = self._config.getoption("--localaws-endpoint")
        if running:
            self.read(running)
        target = self._config.getoption("--target")
        if target != "local":
            self._gaps.append(f"what happened on {target}: only the embedded endpoint tells it")
        for worker in sorted(self._working):
            self._gaps.append(f"the events of the endpoint of {worker}, which did not end in order")
        ok = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        outcome = Outcome.PASSED if exitstatus in ok else Outcome.FAILED
        report = Report(
            title=f"pytest in {self._config.rootpath.name}",
            place=f"{target} ({running})" if running else target,
            outcome=Outcome.INTERRUPTED if self._interrupted else outcome,
            failures=tuple(self._failures),
            timeline=Timeline(
                "events",
                target,
                self._began,
                now(),
                in_order(each for each in self._events if each.at >= self._began),
            ),
            checks=tuple(self._checks),
            gaps=tuple(dict.fromkeys(self._gaps)),
            versions=(*versions(os.environ), ("pytest", pytest.__version__)),
            side_by_side=True,
        )
        for line in publish(report, [self._file], os.environ):
            terminalreporter.write_line(line)
