# SPDX-License-Identifier: Apache-2.0
"""Tasks that cannot be started: the delay between attempts, the circuit breaker, the roll-back.

Each test takes the turns of the scheduler itself, so that nothing happens between two steps.
"""

from __future__ import annotations

from typing import Any

import pytest
from moto.ecs.models import TaskDefinition

from localaws import runtime
from localaws.ecs.deployments import MAX_RETRY_DELAY_SECONDS, EcsDeployment
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import Account, Turns

TIMEOUT = "Timeout waiting for service discovery instance provisioning to complete."


def namespace(aws: Account, turns: Turns) -> str:
    reply = aws.cloud_map.create_private_dns_namespace(Name="handson.internal", Vpc=aws.vpc)
    turns(2)
    operation = aws.cloud_map.get_operation(OperationId=reply["OperationId"])["Operation"]
    return operation["Targets"]["NAMESPACE"]


def breaker(*, rollback: bool) -> Any:
    return {"deploymentCircuitBreaker": {"enable": True, "rollback": rollback}}


def messages(aws: Account) -> list[str]:
    """Returns the messages of the service's events without the service's name, newest first."""
    events = aws.described()["events"]
    return [event["message"].removeprefix("(service httpd) ") for event in events]


def update_registry(aws: Account, registry: str, **more: Any) -> None:
    arn = aws.cloud_map.get_service(Id=registry)["Service"]["Arn"]
    aws.ecs.update_service(
        cluster="handson", service="httpd", serviceRegistries=[{"registryArn": arn}], **more
    )


def test_a_task_that_cannot_be_registered_stops_with_the_reason(aws: Account, turns: Turns) -> None:
    registry = aws.service(namespace(aws, turns))
    aws.ecs_service(registry, desired=1)
    aws.cloud_map.delete_service(Id=registry)
    turns(10)
    (task, *_) = aws.tasks(desiredStatus="STOPPED")
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith(TIMEOUT)
    assert "startedAt" not in task


def test_without_a_circuit_breaker_ecs_tries_for_ever(aws: Account, turns: Turns) -> None:
    registry = aws.service(namespace(aws, turns))
    aws.ecs_service(registry, desired=1)
    aws.cloud_map.delete_service(Id=registry)
    turns(60)
    (deployment,) = aws.described()["deployments"]
    assert deployment["rolloutState"] == "IN_PROGRESS"
    assert deployment["failedTasks"] > 3
    assert messages(aws).count("is unable to consistently start tasks successfully.") == 1


def test_the_circuit_breaker_fails_the_deployment_and_starts_no_more(
    aws: Account, turns: Turns
) -> None:
    registry = aws.service(namespace(aws, turns))
    aws.ecs_service(registry, desired=1, deploymentConfiguration=breaker(rollback=True))
    aws.cloud_map.delete_service(Id=registry)
    turns(60)
    (deployment,) = aws.described()["deployments"]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "FAILED")
    assert deployment["rolloutStateReason"] == (
        "ECS deployment circuit breaker: tasks failed to start."
    )
    assert deployment["failedTasks"] == 3
    assert messages(aws)[0] == (
        f"(deployment {deployment['id']}) deployment failed: tasks failed to start."
    )
    assert len(aws.tasks(desiredStatus="STOPPED")) == 3
    assert aws.tasks() == []


def test_the_circuit_breaker_rolls_back_to_what_was_completed(aws: Account, turns: Turns) -> None:
    namespace_id = namespace(aws, turns)
    good, bad = aws.service(namespace_id, "good"), aws.service(namespace_id, "bad")
    aws.ecs_service(good, desired=2, deploymentConfiguration=breaker(rollback=True))
    turns(10)
    before = aws.described()
    update_registry(aws, bad)
    aws.cloud_map.delete_service(Id=bad)
    turns(60)
    after = aws.described()
    completed = before["deployments"][0]["id"]
    assert [each["id"] for each in after["deployments"]] == [completed]
    assert after["deployments"][0]["rolloutState"] == "COMPLETED"
    assert after["serviceRegistries"] == before["serviceRegistries"]
    assert len(aws.instances(good)) == after["runningCount"] == 2
    events = messages(aws)
    assert f"rolling back to deployment {completed}." in events
    assert events[0] == "has reached a steady state."


def test_a_roll_back_shows_both_deployments_and_their_states(aws: Account, turns: Turns) -> None:
    namespace_id = namespace(aws, turns)
    good, bad = aws.service(namespace_id, "good"), aws.service(namespace_id, "bad")
    # 0 and 100 %: the old tasks go first, so that the roll-back has tasks to start.
    configuration = breaker(rollback=True) | {"minimumHealthyPercent": 0, "maximumPercent": 100}
    aws.ecs_service(good, desired=3, deploymentConfiguration=configuration)
    turns(10)
    completed = aws.described()["deployments"][0]["id"]
    update_registry(aws, bad)
    aws.cloud_map.delete_service(Id=bad)
    seen = []
    for _ in range(60):
        turns(1)
        primary, *others = aws.described()["deployments"]
        if others and primary["id"] == completed:
            seen.append((primary, others[0]))
    primary, failed = seen[0]
    assert (primary["status"], primary["rolloutState"]) == ("PRIMARY", "IN_PROGRESS")
    assert primary["rolloutStateReason"] == (
        f"ECS deployment circuit breaker: rolling back to deploymentId {completed}."
    )
    assert (failed["status"], failed["rolloutState"]) == ("ACTIVE", "FAILED")
    assert aws.described()["runningCount"] == 3


def test_a_new_deployment_begins_anew_after_a_failed_one(aws: Account, turns: Turns) -> None:
    namespace_id = namespace(aws, turns)
    good, bad = aws.service(namespace_id, "good"), aws.service(namespace_id, "bad")
    aws.ecs_service(bad, desired=1, deploymentConfiguration=breaker(rollback=False))
    aws.cloud_map.delete_service(Id=bad)
    turns(60)
    update_registry(aws, good)
    turns(10)
    (deployment,) = aws.described()["deployments"]
    assert (deployment["rolloutState"], deployment["failedTasks"]) == ("COMPLETED", 0)
    assert len(aws.instances(good)) == 1


def test_failures_after_a_task_has_run_do_not_count(aws: Account, turns: Turns) -> None:
    namespace_id = namespace(aws, turns)
    registry = aws.service(namespace_id)
    aws.ecs_service(registry, desired=1, deploymentConfiguration=breaker(rollback=False))
    turns(10)
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    turns(10)
    aws.cloud_map.delete_service(Id=registry)
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=1)
    turns(60)
    (deployment,) = aws.described()["deployments"]
    assert (deployment["rolloutState"], deployment["failedTasks"]) == ("COMPLETED", 0)
    assert len(aws.tasks(desiredStatus="STOPPED")) > 4


@pytest.mark.parametrize(
    ("desired", "threshold"), [(1, 3), (6, 3), (7, 4), (100, 50), (400, 200), (1000, 200)]
)
def test_the_failure_threshold_is_half_of_the_desired_count_within_3_and_200(
    desired: int, threshold: int
) -> None:
    deployment = a_deployment()
    deployment.placement_failures = threshold - 1
    assert not deployment.exceeds_failure_threshold(desired)
    deployment.placement_failures = threshold
    assert deployment.exceeds_failure_threshold(desired)


def test_the_delay_between_attempts_grows_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "now", lambda: 0.0)
    monkeypatch.setattr(runtime, "settings", EndpointSettings(task_step_seconds=0.5))
    delays = []
    for failures in range(1, 10):
        deployment = a_deployment()
        deployment.placement_failures = failures
        deployment.delay_next_start()
        delays.append(deployment.next_start_at)
    assert delays == [1, 2, 4, 8, 16, 32] + [MAX_RETRY_DELAY_SECONDS] * 3


def a_deployment() -> EcsDeployment:
    return EcsDeployment(
        definition=TaskDefinition("f", 1, [], "123456789012", "x"),  # type: ignore[abstract]
        launch_type="FARGATE",
        actual_launch_type="FARGATE",
        capacity_provider_strategy=[],
        network_configuration={},
        service_registries=[],
        registry=None,
        load_balancers=[],
        requested_platform_version="LATEST",
    )


def test_a_deleted_subnet_is_reported_in_the_events(aws: Account, turns: Turns) -> None:
    vpc = aws.another_vpc()
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    aws.ecs_service(None, desired=0, networkConfiguration=aws.network(subnet))
    aws.ec2.delete_subnet(SubnetId=subnet)
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=1)
    turns(2)
    assert messages(aws)[0].startswith("was unable to place a task. Reason: ")
    assert subnet in messages(aws)[0]
