# SPDX-License-Identifier: Apache-2.0
"""The endpoint, or Terraform, is killed in between: what there is is kept, and the work goes on."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from cloudmap_harness.errors import DestroyError, TerraformError
from cloudmap_harness.terraform.deployment import Deployment
from handson.context import Context
from handson.project import SYNTHESIS
from handson.shared_provider import provider_for
from handson.stack_deployment import StackDeployment
from handson.variables import Variables
from stacks.settings import Settings
from tests.live.faults import MortalEndpoint, has_cluster, when
from tests.live.test_handson import LiveDeployment
from tests.support.progress import Progress

TASKS = 2
AWAY_SECONDS = 2.0


@pytest.fixture
def endpoint(run_folder: Path) -> Iterator[MortalEndpoint]:
    endpoint = MortalEndpoint(run_folder)
    endpoint.start()
    yield endpoint
    endpoint.stop()


@pytest.fixture
def context(endpoint: MortalEndpoint, settings: Settings, names: dict[str, str]) -> Context:
    variables = Variables({**os.environ, **names})
    return Context.reach(variables, settings, endpoint=endpoint.start().url)


@pytest.fixture
def live(terraform: str, context: Context, run_folder: Path) -> Iterator[LiveDeployment]:
    folder = run_folder / "cdktf.out"
    with provider_for(context) as provider:
        deployment = Deployment(folder, context.environment, SYNTHESIS, provider=provider)
        yield LiveDeployment(StackDeployment(context, deployment), None)


def passing(moment: Callable[[], bool]) -> Callable[[], bool]:
    """The moment, which has not come as long as the endpoint does not know what is asked for."""

    def has_come() -> bool:
        try:
            return moment()
        except (ClientError, BotoCoreError):
            return False

    return has_come


def cluster_is_there(live: LiveDeployment) -> Callable[[], bool]:
    return passing(lambda: has_cluster(live.context.aws))


@contextmanager
def terraform_is_killed_when(moment: Callable[[], bool]) -> Iterator[None]:
    """Terraform is killed a while after the moment has come, when it has written its state."""

    def kill() -> None:
        time.sleep(AWAY_SECONDS)
        for child in psutil.Process().children(recursive=True):
            if child.name() == "terraform":
                os.kill(child.pid, signal.SIGKILL)

    with when(moment, kill):
        yield


def test_the_endpoint_is_killed_in_apply(
    live: LiveDeployment, endpoint: MortalEndpoint, steps: Progress
) -> None:
    """WHEN the endpoint is killed when the cluster is there, and back two seconds later
    THEN the apply goes on, the plan is empty and nothing is left.
    """
    with steps("deploy"), endpoint.killed_when(cluster_is_there(live), away=AWAY_SECONDS):
        live.stacks.deploy(TASKS)
    live.check(TASKS, steps)
    live.stacks.check_plan_is_empty(TASKS)
    live.terraform.destroy()
    live.check_nothing_is_left()


def test_the_endpoint_is_killed_in_the_wait(
    live: LiveDeployment, endpoint: MortalEndpoint, steps: Progress
) -> None:
    """WHEN the endpoint is killed while the check waits for the tasks, THEN the check goes on."""
    with steps("deploy"):
        live.stacks.deploy(TASKS)
    with endpoint.killed_when(lambda: True, away=AWAY_SECONDS):
        live.check(TASKS, steps)
    before = live.stacks.check(live.stacks.service())
    live.check(TASKS, steps)
    assert live.stacks.check(live.stacks.service()) == before
    live.terraform.destroy()
    live.check_nothing_is_left()


def test_the_endpoint_is_killed_in_destroy(
    live: LiveDeployment, endpoint: MortalEndpoint, steps: Progress
) -> None:
    live.stacks.deploy(TASKS)
    live.check(TASKS, steps)
    aws = live.context.aws

    def tasks_are_going() -> bool:
        stopped = aws.ecs.list_tasks(cluster=live.context.settings.cluster, desiredStatus="STOPPED")
        return len(stopped["taskArns"]) > 0

    with steps("destroy"), endpoint.killed_when(passing(tasks_are_going), away=AWAY_SECONDS):
        live.terraform.destroy()
    live.check_nothing_is_left()


def test_terraform_is_killed_in_apply_and_in_destroy_and_goes_on(
    live: LiveDeployment, steps: Progress
) -> None:
    """WHEN Terraform is killed in the middle of an apply, and later in the middle of a destroy
    THEN each fails, its state is kept, and the same command goes on from there.
    """
    live.terraform.synth()
    with steps("apply is killed"), terraform_is_killed_when(cluster_is_there(live)):
        with pytest.raises(TerraformError, match="killed by SIGKILL"):
            live.stacks.apply(TASKS)
    assert has_cluster(live.context.aws)
    with steps("apply goes on"):
        live.stacks.apply(TASKS)
    live.check(TASKS, steps)

    def service_has_gone() -> bool:
        settings = live.context.settings
        found = live.context.aws.ecs.describe_services(
            cluster=settings.cluster, services=[settings.ecs_service]
        )["services"]
        return not found or found[0]["status"] != "ACTIVE"

    with steps("destroy is killed"), terraform_is_killed_when(passing(service_has_gone)):
        with pytest.raises(DestroyError, match="the state is kept in(.|\n)*killed by SIGKILL"):
            live.terraform.destroy()
    with steps("destroy goes on"):
        live.terraform.destroy()
    live.check_nothing_is_left()
