# SPDX-License-Identifier: Apache-2.0
"""Task sets, and the services of the deployment controllers CODE_DEPLOY and EXTERNAL."""

from __future__ import annotations

from typing import Any

import pytest

from localaws.live.present import present
from localaws.timeline.stream import STREAM
from tests.endpoint.localaws.account import NAMESPACE, Account, Turns, refused
from tests.endpoint.localaws.ecs.hosts import create_service

SERVICE: Any = {"cluster": "handson", "service": "web"}
EXTERNAL: Any = {"deploymentController": {"type": "EXTERNAL"}}


@pytest.fixture
def registry(aws: Account) -> tuple[str, str]:
    """The id and ARN of a Cloud Map service from before the turns."""
    id_ = aws.service(aws.namespace(NAMESPACE))
    return id_, aws.cloud_map.get_service(Id=id_)["Service"]["Arn"]


def create_external(aws: Account, desired: int = 4, **more: Any) -> None:
    """Create a service without a task definition, of the controller EXTERNAL."""
    aws.ecs.create_cluster(clusterName="handson")
    aws.ecs.create_service(
        cluster="handson", serviceName="web", desiredCount=desired, **EXTERNAL, **more
    )


def task_set(aws: Account, **more: Any) -> Any:
    return aws.ecs.create_task_set(
        **SERVICE,
        taskDefinition=aws.task_definition(),
        launchType="FARGATE",
        networkConfiguration=aws.network(),
        **more,
    )["taskSet"]


def described(aws: Account, *names: str) -> Any:
    return aws.ecs.describe_task_sets(**SERVICE, taskSets=[*names])["taskSets"]


def test_an_external_service_has_nothing_until_a_task_set_is_made(
    aws: Account, turns: Turns
) -> None:
    create_external(aws)
    turns(4)
    service = aws.described("web")
    assert service["deploymentController"] == {"type": "EXTERNAL"}
    assert service["deployments"] == service["taskSets"] == []
    assert "taskDefinition" not in service
    assert "launchType" not in service
    assert aws.tasks() == []


def test_a_task_set_runs_its_share_and_is_scaled(
    aws: Account, registry: tuple[str, str], turns: Turns
) -> None:
    registry_id, arn = registry
    create_external(aws, desired=3)
    half: Any = {"value": 50.0, "unit": "PERCENT"}
    made = task_set(aws, scale=half, externalId="blue", serviceRegistries=[{"registryArn": arn}])
    assert (made["status"], made["computedDesiredCount"]) == ("ACTIVE", 2)
    assert made["stabilityStatus"] == "STABILIZING"
    turns(8)
    (shown,) = described(aws, made["taskSetArn"])
    assert (shown["stabilityStatus"], shown["runningCount"]) == ("STEADY_STATE", 2)
    assert aws.described("web")["runningCount"] == 2
    found = aws.instances(registry_id).values()
    assert {each["ECS_TASK_SET_EXTERNAL_ID"] for each in found} == {"blue"}
    aws.ecs.update_task_set(
        **SERVICE, taskSet=made["id"], scale={"value": 100.0, "unit": "PERCENT"}
    )
    turns(8)
    assert len(aws.instances(registry_id)) == 3
    aws.ecs.update_service(**SERVICE, desiredCount=1)
    turns(8)
    (shown,) = described(aws)
    assert (shown["computedDesiredCount"], shown["runningCount"]) == (1, 1)


def test_a_primary_task_set_is_shown_as_the_services_own(aws: Account, turns: Turns) -> None:
    create_external(aws, desired=1)
    first, second = task_set(aws), task_set(aws)
    aws.ecs.update_service_primary_task_set(**SERVICE, primaryTaskSet=first["taskSetArn"])
    aws.ecs.update_service_primary_task_set(**SERVICE, primaryTaskSet=second["taskSetArn"])
    assert {each["id"]: each["status"] for each in described(aws)} == {
        first["id"]: "ACTIVE",
        second["id"]: "PRIMARY",
    }
    service = aws.described("web")
    assert service["taskDefinition"] == second["taskDefinition"]
    assert service["launchType"] == "FARGATE"


def test_a_task_set_is_deleted_when_scaled_to_0_or_by_force(aws: Account, turns: Turns) -> None:
    create_external(aws, desired=2)
    made = task_set(aws)
    turns(5)
    call: Any = {**SERVICE, "taskSet": made["taskSetArn"]}
    assert refused(lambda: aws.ecs.delete_task_set(**call))[0] == "InvalidParameterException"
    gone = aws.ecs.delete_task_set(**call, force=True)["taskSet"]
    assert gone["status"] == "DRAINING"
    turns(8)
    assert described(aws) == []
    assert aws.tasks() == []
    reply = aws.ecs.describe_task_sets(**SERVICE, taskSets=[made["taskSetArn"]])
    assert [each["reason"] for each in reply["failures"]] == ["MISSING"]
    assert refused(lambda: aws.ecs.delete_task_set(**call))[0] == "TaskSetNotFoundException"


def test_a_service_goes_after_its_task_sets_or_with_them_by_force(
    aws: Account, turns: Turns
) -> None:
    create_external(aws, desired=2)
    task_set(aws)
    turns(5)
    aws.ecs.update_service(**SERVICE, desiredCount=0)
    assert refused(lambda: aws.ecs.delete_service(**SERVICE))[0] == "InvalidParameterException"
    aws.ecs.delete_service(**SERVICE, force=True)
    turns(8)
    assert aws.described("web")["status"] == "INACTIVE"


def test_a_service_of_code_deploy_begins_with_a_task_set(aws: Account, turns: Turns) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    create_service(
        aws,
        desired=2,
        launchType="FARGATE",
        taskDefinition=aws.task_definition(),
        networkConfiguration=aws.network(),
        deploymentController={"type": "CODE_DEPLOY"},
    )
    turns(6)
    service = aws.described("web")
    assert service["deployments"] == []
    (first,) = service["taskSets"]
    assert (first["status"], first["runningCount"]) == ("PRIMARY", 2)
    assert service["taskDefinition"] == first["taskDefinition"]
    code, message, _ = refused(
        lambda: aws.ecs.update_service(**SERVICE, taskDefinition=aws.task_definition())
    )
    assert code == "InvalidParameterException"
    assert message == (
        "Unable to update task definition on services with a CODE_DEPLOY deployment controller. "
        "Use AWS CodeDeploy to trigger a new deployment."
    )
    for call in ({"forceNewDeployment": True}, {"networkConfiguration": aws.network()}):
        refused(lambda call=call: aws.ecs.update_service(**SERVICE, **call))  # type: ignore[misc]
    aws.ecs.update_service(**SERVICE, desiredCount=1)
    turns(8)
    assert len(aws.tasks()) == 1


def test_task_sets_are_for_external_services_only(aws: Account) -> None:
    create_service(aws)
    code, message, _ = refused(lambda: task_set(aws))
    assert (code, "EXTERNAL" in message) == ("InvalidParameterException", True)


def test_tags_of_a_task_set(aws: Account) -> None:
    create_external(aws)
    made = task_set(aws, tags=[{"key": "team", "value": "blue"}])
    assert "tags" not in described(aws)[0]
    (shown,) = aws.ecs.describe_task_sets(**SERVICE, include=["TAGS"])["taskSets"]
    assert shown["tags"] == [{"key": "team", "value": "blue"}]
    aws.ecs.tag_resource(resourceArn=made["taskSetArn"], tags=[{"key": "team", "value": "red"}])
    tags = aws.ecs.list_tags_for_resource(resourceArn=made["taskSetArn"])["tags"]
    assert tags == [{"key": "team", "value": "red"}]


def test_what_the_task_sets_want_in_all_is_told(aws: Account, turns: Turns) -> None:
    STREAM.begin()

    def counts() -> list[int]:
        told = (each for each in STREAM.document()["events"] if each["layer"] == "service")
        found = [each["count"] for each in told if each["what"] == "desired"]
        assert [each.shown()["count"] for each in present() if each.layer == "service"] == [
            found[-1]
        ]
        return found

    create_external(aws, desired=2)
    assert counts() == [0]
    task_set(aws)
    second: Any = {**SERVICE, "taskSet": task_set(aws)["taskSetArn"]}
    assert counts() == [0, 2, 4]
    half: Any = {"value": 50.0, "unit": "PERCENT"}
    for _ in range(2):
        aws.ecs.update_task_set(**second, scale=half)
    assert counts() == [0, 2, 4, 3]
    turns(4)
    aws.ecs.update_service(**SERVICE, desiredCount=4)
    turns(4)
    assert counts() == [0, 2, 4, 3, 6]
    aws.ecs.delete_task_set(**second, force=True)
    turns(8)
    assert counts() == [0, 2, 4, 3, 6, 4]
    aws.ecs.delete_service(**SERVICE, force=True)
    assert counts() == [0, 2, 4, 3, 6, 4, 0]
