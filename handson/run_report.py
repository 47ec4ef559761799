# SPDX-License-Identifier: Apache-2.0
"""The report of `make test-live` and `make handson`: recorded while they run, written at the end.

REPORT=file.html says where. Without it there is one only of a run that did not pass.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.discovery.summary import CheckSummary, summarize
from cloudmap_harness.report.report import Failure, Outcome, Report
from cloudmap_harness.report.versions import Versions, endpoint_version, versions
from cloudmap_harness.report.writing import SUMMARY, publish
from cloudmap_harness.terraform.deployment import Deployment
from cloudmap_harness.terraform.signals import deferred
from cloudmap_harness.timeline.recorder import Recorder
from cloudmap_harness.timeline.sources import look_or_nothing, source_for
from handson.context import Context
from handson.project import POLL_INTERVAL, STATE
from handson.variables import Variables


class RunReport:
    """The recording of one run, and the report of it."""

    def __init__(self, verb: str, variables: Variables, state: Path = STATE) -> None:
        self.recorder = Recorder()
        self._title = f"make {verb}"
        self._environ = variables.environ
        wanted = variables.given("REPORT")
        self._wanted = Path(wanted).resolve() if wanted else None
        name = f"{verb}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.html"
        self._of_failure = state / "reports" / name
        self._place = ""
        self._versions: Versions = ()

    def listen(self, context: Context) -> None:
        """Records what happens at a target from now on."""
        aws = AwsClients(context.environment)  # Its own: it may look from a thread of its own.
        target, settings = context.target, context.settings
        # On an endpoint of its own a run is alone.
        shared = target is not Target.LOCAL
        names = (settings.cluster, settings.ecs_service) if shared else (None, None)

        def look() -> list[CheckSummary]:
            found = look_or_nothing(aws, *names)
            return [summarize(str(each.service), each) for each in found.services]

        self._place = context.place
        self._versions += endpoint_version(aws.endpoint)
        self.recorder.listen(
            lambda began: source_for(
                aws,
                target,
                began,
                interval=POLL_INTERVAL[target],
                cluster=names[0],
                service=names[1],
            ),
            look,
        )

    @contextmanager
    def listening(self, context: Context) -> Iterator[None]:
        """Records what happens at a target during the block, which its endpoint outlives."""
        self.listen(context)
        try:
            yield
        finally:
            with deferred():
                self.recorder.stop()

    def note_providers(self, deployment: Deployment) -> None:
        """Notes the providers that the stacks require, while they are there."""
        required = {
            f"provider {each['source']}": str(each.get("version", "any"))
            for stack in deployment.stacks()
            for each in stack.configuration()["terraform"].get("required_providers", {}).values()
        }
        self._versions += tuple(sorted(required.items()))

    def publish(self, outcome: Outcome, failures: Sequence[Failure] = ()) -> None:
        """Writes the report where it is wanted, and says where; a signal waits for that."""
        with deferred():
            self.recorder.stop()
            files = [] if self._wanted is None else [self._wanted]
            if outcome is not Outcome.PASSED:
                files.append(self._of_failure)  # Also where the one that is wanted cannot be.
            if not files and not self._environ.get(SUMMARY):
                return
            try:
                report = self._report(outcome, failures)
            except Exception as error:  # Nothing here may stand before the run's own failure.
                lines = [f"the report could not be made: {error}"]
            else:
                lines = [*publish(report, files, self._environ)]
            for line in lines:
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    def _report(self, outcome: Outcome, failures: Sequence[Failure]) -> Report:
        return Report(
            self._title,
            self._place,
            outcome,
            tuple(failures),
            self.recorder.timeline(),
            tuple(self.recorder.checks),
            tuple(self.recorder.gaps),
            (*versions(self._environ), *self._versions),
        )

    @contextmanager
    def written(self) -> Iterator[None]:
        """Writes the report of what is done in the block, however that ends; the error goes on."""
        try:
            yield
        except BaseException as error:
            is_interrupt = isinstance(error, KeyboardInterrupt)
            outcome = Outcome.INTERRUPTED if is_interrupt else Outcome.FAILED
            self.publish(outcome, [Failure(self._title, str(error) or type(error).__name__)])
            raise
        self.publish(Outcome.PASSED)
