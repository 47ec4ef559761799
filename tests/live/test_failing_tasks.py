# SPDX-License-Identifier: Apache-2.0
"""Tasks that fail: the check says why, and when the fault has gone everything comes to agree."""

from collections.abc import Iterator

import pytest

from cloudmap_harness.discovery.probes import stopped_tasks
from cloudmap_harness.errors import WaitTimeout
from cloudmap_harness.terraform.deployment import Deployment
from handson.context import Context
from handson.stack_deployment import StackDeployment
from tests.live.faults import Faults
from tests.live.test_handson import LiveDeployment
from tests.support.progress import Progress
from tests.support.waiting import eventually

TASKS = 2


@pytest.fixture
def live(deployment: Deployment, context: Context, steps: Progress) -> Iterator[LiveDeployment]:
    """A deployment of two tasks, which goes at the end without leaving anything."""
    live = LiveDeployment(StackDeployment(context, deployment), context.vpc_client())
    with steps("deploy"):
        live.stacks.deploy(TASKS)
    live.check(TASKS, steps)
    yield live
    with steps("destroy"):
        deployment.destroy()
    live.check_nothing_is_left()


def failed_check(live: LiveDeployment) -> WaitTimeout:
    """The check, which does not wait for long."""
    with pytest.raises(WaitTimeout) as caught:
        live.stacks.wait_until_converged(live.stacks.service(), timeout=2)
    return caught.value


def test_a_crash_loop_is_told_with_its_reason(
    live: LiveDeployment, faults: Faults, steps: Progress
) -> None:
    settings = live.context.settings
    with faults.on({"kind": "crash", "exitCode": 3}):
        eventually(
            lambda: stopped_tasks(live.context.aws, settings.cluster, settings.ecs_service),
            lambda stopped: len(stopped) >= TASKS,
        )
        told = str(failed_check(live))
    assert "has started" in told, "ECS's events"
    assert "Essential container in task exited" in told
    assert "ended with exit code 3" in told
    live.check(TASKS, steps)


def test_an_image_that_cannot_be_pulled_trips_the_circuit_breaker(
    live: LiveDeployment, faults: Faults, steps: Progress
) -> None:
    """WHEN a new deployment cannot pull its image, and the circuit breaker is on
    THEN it is rolled back to the deployment that runs, which is never without its tasks.
    """
    settings, ecs = live.context.settings, live.context.aws.ecs
    before = live.stacks.check(live.stacks.service()).seen.running
    with faults.on({"kind": "pull", "image": "httpd"}), steps("a deployment that fails"):
        ecs.update_service(
            cluster=settings.cluster,
            service=settings.ecs_service,
            forceNewDeployment=True,
            deploymentConfiguration={
                "deploymentCircuitBreaker": {"enable": True, "rollback": True}
            },
        )
        messages = eventually(
            lambda: service_messages(live),
            lambda messages: any("rolling back" in message for message in messages),
        )
    assert any("deployment failed: tasks failed to start" in message for message in messages)
    live.check(TASKS, steps)
    assert live.stacks.check(live.stacks.service()).seen.running == before
    stopped = ecs.list_tasks(cluster=settings.cluster, desiredStatus="STOPPED")["taskArns"]
    reasons = {
        task["stoppedReason"]
        for task in ecs.describe_tasks(cluster=settings.cluster, tasks=stopped)["tasks"]
    }
    assert any(reason.startswith("CannotPullContainerError") for reason in reasons)


def service_messages(live: LiveDeployment) -> list[str]:
    """What ECS's events of the service say."""
    settings = live.context.settings
    found = live.context.aws.ecs.describe_services(
        cluster=settings.cluster, services=[settings.ecs_service]
    )
    return [event["message"] for event in found["services"][0]["events"]]


def test_a_zone_is_down_while_the_service_scales(
    live: LiveDeployment, faults: Faults, steps: Progress
) -> None:
    zone = "ap-northeast-1a"
    with faults.on({"kind": "zone", "zone": zone}):
        with steps("scale to 4"):
            live.stacks.scale(4)
        live.check(4, steps)
        running = live.stacks.check(live.stacks.service()).seen.running
        assert zone not in {task.availability_zone for task in running}


def test_an_unhealthy_task_leaves_dns_and_the_name_has_all_addresses_again(
    live: LiveDeployment, faults: Faults, steps: Progress
) -> None:
    before = {record.address for record in live.stacks.check(live.stacks.service()).seen.records}
    with faults.on({"kind": "unhealthy"}), steps("unhealthy tasks"):
        eventually(
            lambda: {r.address for r in live.stacks.check(live.stacks.service()).seen.records},
            lambda addresses: not addresses & before,
        )
    live.check(TASKS, steps)
    assert any("failed container health checks" in each for each in service_messages(live))
