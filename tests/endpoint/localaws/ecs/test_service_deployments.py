# SPDX-License-Identifier: Apache-2.0
"""Service deployments and revisions: what is remembered of each deployment of a service."""

from __future__ import annotations

from typing import Any

from tests.endpoint.localaws.account import Account, Turns, refused

TIME_ENOUGH = 30
"""Turns for a deployment of one task."""


def listed(aws: Account, **filters: Any) -> list[Any]:
    """The service's deployments over all pages, of one each."""
    found: list[Any] = []
    asked: Any = {"cluster": "handson", "service": "httpd", "maxResults": 1, **filters}
    while True:
        page = aws.ecs.list_service_deployments(**asked)
        found += page["serviceDeployments"]
        if "nextToken" not in page:
            return found
        asked["nextToken"] = page["nextToken"]


def described(aws: Account, brief: Any) -> Any:
    (found,) = aws.ecs.describe_service_deployments(
        serviceDeploymentArns=[brief["serviceDeploymentArn"]]
    )["serviceDeployments"]
    return found


def deploy(aws: Account, **container: Any) -> None:
    aws.ecs.update_service(
        cluster="handson", service="httpd", taskDefinition=aws.task_definition(**container)
    )


def test_a_deployment_is_in_progress_until_its_tasks_run(aws: Account, turns: Turns) -> None:
    aws.ecs_service(None, desired=1)
    (brief,) = listed(aws)
    assert brief["status"] == "IN_PROGRESS"
    assert ":service-deployment/handson/httpd/" in brief["serviceDeploymentArn"]
    assert "finishedAt" not in brief
    turns(TIME_ENOUGH)
    (brief,) = listed(aws)
    assert brief["status"] == "SUCCESSFUL"
    found = described(aws, brief)
    assert found["finishedAt"] >= found["startedAt"]
    assert found["sourceServiceRevisions"] == []
    assert found["targetServiceRevision"] == {
        "arn": brief["targetServiceRevisionArn"],
        "requestedTaskCount": 1,
        "runningTaskCount": 1,
        "pendingTaskCount": 0,
    }


def test_a_later_deployment_leads_from_one_revision_to_another(aws: Account, turns: Turns) -> None:
    aws.ecs_service(None, desired=1)
    turns(TIME_ENOUGH)
    deploy(aws, image="httpd:2.4.62")
    deploy(aws, image="httpd:2.4.63")
    newest, stopped, first = listed(aws)
    assert [each["status"] for each in (newest, stopped, first)] == [
        "IN_PROGRESS",
        "STOPPED",
        "SUCCESSFUL",
    ]
    sources = [each["arn"] for each in described(aws, stopped)["sourceServiceRevisions"]]
    assert sources == [first["targetServiceRevisionArn"]]
    assert described(aws, stopped)["stoppedAt"]
    assert listed(aws, status=["SUCCESSFUL", "STOPPED"]) == [stopped, first]
    assert listed(aws, createdAt={"before": first["finishedAt"]}) == [first]


def test_a_revision_is_what_its_deployment_deploys(aws: Account, turns: Turns) -> None:
    aws.ecs_service(None, desired=1)
    (brief,) = listed(aws)
    arn, unknown = brief["targetServiceRevisionArn"], f"{brief['targetServiceRevisionArn']}0"
    reply = aws.ecs.describe_service_revisions(serviceRevisionArns=[arn, unknown])
    (revision,) = reply["serviceRevisions"]
    service = aws.described()
    assert revision["taskDefinition"] == service["taskDefinition"]
    assert revision["networkConfiguration"] == service["networkConfiguration"]
    assert revision["launchType"] == "FARGATE"
    assert revision["containerImages"] == [
        {"containerName": "httpd-container", "image": "httpd:2.4.41-alpine"}
    ]
    assert arn.rpartition("/")[2] == service["deployments"][0]["id"].rpartition("/")[2]
    assert reply["failures"] == [{"arn": unknown, "reason": "MISSING"}]


def test_a_deployment_that_is_rolled_back_says_to_which_revision(
    aws: Account, turns: Turns
) -> None:
    breaker: Any = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    aws.ecs_service(None, desired=1, deploymentConfiguration=breaker)
    turns(TIME_ENOUGH)
    deploy(aws, secrets=[{"name": "TOKEN", "valueFrom": "/nobody/has/it"}])
    turns(TIME_ENOUGH * 4)
    newest, first = listed(aws)
    assert newest["status"] == "ROLLBACK_SUCCESSFUL", newest
    rollback = described(aws, newest)["rollback"]
    assert rollback["serviceRevisionArn"] == first["targetServiceRevisionArn"]


def test_deployments_of_no_service_are_not_found(aws: Account) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    code, _, _ = refused(lambda: listed(aws))
    assert code == "ServiceNotFoundException"
    arn = "arn:aws:ecs:ap-northeast-1:123456789012:service-deployment/handson/httpd/x"
    reply = aws.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
    assert reply["failures"] == [{"arn": arn, "reason": "MISSING"}]
