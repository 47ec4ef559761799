# SPDX-License-Identifier: Apache-2.0
"""What the live tests stand on: real tools, an endpoint of their own, and an orderly way out."""

import json
import os
import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.terraform.deployment import Deployment
from cloudmap_harness.terraform.signals import deferred
from handson.context import Context, ensure_endpoint
from handson.live_run import DEFAULT_COUNT, LiveRun, new_id, own_names
from handson.live_test import LiveTestRun
from handson.local_endpoint import ON_FREE_PORTS, Life, down, up
from handson.project import CHECKOUT, SYNTHESIS
from handson.run_report import RunReport
from handson.shared_provider import provider_for
from handson.variables import Variables
from stacks.errors import SettingsError
from stacks.settings import Settings
from tests.live.checkout import copy as copy  # A fixture, for the tests of this folder.
from tests.live.faults import QUICK, Faults
from tests.support.interrupts import orderly_interrupts as orderly_interrupts
from tests.support.progress import Progress
from tests.support.shared_models import shared_models as shared_models
from tests.support.terraform import terraform as terraform

FAILED = pytest.StashKey[bool]()


@pytest.fixture
def target() -> Target:
    return Variables(os.environ).target


@pytest.fixture
def names(target: Target) -> dict[str, str]:
    """The variables that keep this run's resources apart from every other's."""
    return own_names(target, new_id())


@pytest.fixture
def kept() -> bool:
    """Says whether the deployment stays, for a look at it."""
    return Variables(os.environ).flag("KEEP")


@pytest.fixture
def settings(names: dict[str, str]) -> Settings:
    """The user's settings, with DESIRED for the count and this run's names."""
    try:
        return Variables(os.environ).with_values(names).settings(default_count=DEFAULT_COUNT)
    except SettingsError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on the test that it failed; an interrupted one did not."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def run_report(pytestconfig: pytest.Config) -> RunReport:
    """The recording that `make test-live` writes; that of any other test nobody reads."""
    for plugin in pytestconfig.pluginmanager.get_plugins():
        if isinstance(plugin, LiveTestRun):
            return plugin.report
    return RunReport("test", Variables({}))


@pytest.fixture
def steps(pytestconfig: pytest.Config, run_report: RunReport) -> Iterator[Progress]:
    """Shows, and records, the steps of the test that asks for it."""
    with closing(Progress(pytestconfig, run_report.recorder.step)) as progress:
        yield progress


@pytest.fixture
def run_folder(request: pytest.FixtureRequest, steps: Progress) -> Iterator[Path]:
    """A folder for a run's stacks, states and logs; it goes unless there is reason to look into it.

    Not pytest's tmp_path, of which pytest deletes the older ones: a state may be all that knows of
    resources that a failed destroy has left.
    """
    folder = CHECKOUT / ".state" / "live" / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    folder.mkdir(parents=True)
    yield folder
    held = any(map(_holds_resources, folder.glob("terraform.*.tfstate")))
    if held or request.node.stash.get(FAILED, False):
        what = "logs and states that still hold resources" if held else "logs"
        steps.say(f"{what} are in {folder}")
        if held:
            steps.say(f"`make destroy STATE={folder}` takes it down, `make deploy` goes on with it")
    else:
        shutil.rmtree(folder)


def _holds_resources(state: Path) -> bool:
    return bool(json.loads(state.read_text())["resources"])


@pytest.fixture
def context(
    target: Target,
    settings: Settings,
    names: dict[str, str],
    kept: bool,
    run_folder: Path,
    steps: Progress,
    run_report: RunReport,
) -> Iterator[Context]:
    """The target, reached; the local target is an endpoint of this run's own."""
    variables = Variables({**os.environ, **names})
    try:
        if target is Target.LOCAL:
            with steps("start an endpoint"):
                environ = {**QUICK, **os.environ, **ON_FREE_PORTS}
                life = Life.FREE if kept else Life.OWNED
                endpoint: str | None = up(environ, run_folder, life).url
        else:
            endpoint = ensure_endpoint(variables)
        LiveRun(target, endpoint, names).write(run_folder)
        context = Context.reach(variables, settings, endpoint=endpoint)
        run_report.listen(context)
        yield context
    finally:
        run_report.recorder.stop()
        if not kept:
            with deferred():
                down(run_folder)


@pytest.fixture
def faults(context: Context) -> Faults:
    """The faults of the run's own endpoint; they end with it."""
    return Faults(context.aws.endpoint)


@pytest.fixture
def deployment(
    terraform: str, context: Context, run_folder: Path, run_report: RunReport
) -> Iterator[Deployment]:
    """A deployment in the run's folder; Terraform's output goes to terraform.log there.

    But on AWS itself one provider serves all commands.
    """
    with (run_folder / "terraform.log").open("w", buffering=1) as log:

        def note(stack: str, line: str) -> None:
            log.write(f"{stack:>14} | {line}\n")

        folder = run_folder / "cdktf.out"
        with provider_for(context) as provider:
            deployment = Deployment(
                folder,
                context.environment,
                SYNTHESIS,
                provider=provider,
                echo=note,
                step=run_report.recorder.step,
            )
            yield deployment
            run_report.note_providers(deployment)
