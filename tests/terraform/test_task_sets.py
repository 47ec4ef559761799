# SPDX-License-Identifier: Apache-2.0
"""Task sets of an external service, by the real AWS provider."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import Blocks, live_through
from tests.terraform.blocks import (
    CLUSTER,
    FARGATE,
    NETWORK,
    NETWORK_DATA,
    TARGET_GROUP,
    definition,
    discovery_service,
)


def resources(share: int, team: str) -> Blocks:
    def task_set(task_definition: str, **more: Any) -> dict[str, Any]:
        return {
            "service": "${aws_ecs_service.web.id}",
            "cluster": CLUSTER,
            "task_definition": f"${{aws_ecs_task_definition.{task_definition}.arn}}",
            "force_delete": True,
            **more,
        }

    fargate = {"launch_type": "FARGATE", "network_configuration": NETWORK}
    return {
        "aws_service_discovery_private_dns_namespace": {
            "main": {"name": "sets.internal", "vpc": "${data.aws_vpc.main.id}"}
        },
        "aws_service_discovery_service": {
            "web": discovery_service("web", "A"),
            "srv": discovery_service("srv", "SRV"),
        },
        "aws_security_group": {
            "web": {"name": "web", "description": "web", "vpc_id": "${data.aws_vpc.main.id}"}
        },
        "aws_lb_target_group": {"web": TARGET_GROUP},
        "aws_ecs_cluster": {"main": {"name": "sets"}},
        "aws_ecs_task_definition": {
            "ec2": definition("ec2"),
            "fargate": definition("fargate", **FARGATE),
        },
        "aws_ecs_service": {
            "web": {
                "name": "web",
                "cluster": CLUSTER,
                "desired_count": 2,
                "deployment_controller": {"type": "EXTERNAL"},
            }
        },
        "aws_ecs_task_set": {
            "plain": task_set("ec2"),
            "spot": task_set(
                "fargate",
                network_configuration=NETWORK,
                capacity_provider_strategy=[
                    {"capacity_provider": "FARGATE_SPOT", "weight": 1, "base": 1}
                ],
            ),
            "balanced": task_set(
                "fargate",
                launch_type="FARGATE",
                network_configuration={
                    **NETWORK,
                    "security_groups": ["${aws_security_group.web.id}"],
                },
                load_balancer=[
                    {
                        "target_group_arn": "${aws_lb_target_group.web.arn}",
                        "container_name": "web",
                        "container_port": 80,
                    }
                ],
                service_registries={
                    "registry_arn": "${aws_service_discovery_service.srv.arn}",
                    "container_name": "web",
                    "container_port": 80,
                },
            ),
            "registered": task_set(
                "fargate",
                **fargate,
                external_id="blue",
                platform_version="1.4.0",
                scale={"unit": "PERCENT", "value": share},
                service_registries={"registry_arn": "${aws_service_discovery_service.web.arn}"},
                wait_until_stable=True,
                wait_until_stable_timeout="2m",
                tags={"team": team},
            ),
        },
    }


def test_task_sets_are_created_scaled_imported_and_destroyed(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN a service of the deployment controller EXTERNAL
    WHEN task sets are created, scaled, imported and destroyed
    THEN their tasks are registered with the external id, and every plan is empty.
    """

    def look(state: int) -> None:
        (registry,) = [
            each
            for each in aws.servicediscovery.list_services()["Services"]
            if each["Name"] == "web"
        ]
        found = aws.servicediscovery.list_instances(ServiceId=registry["Id"])["Instances"]
        assert len(found) == (1, 2)[state]
        assert {each["Attributes"]["ECS_TASK_SET_EXTERNAL_ID"] for each in found} == {"blue"}

    live_through(
        tmp_path,
        environment,
        resources(50, "blue"),
        resources(100, "red"),
        data=NETWORK_DATA,
        look=look,
    )
    assert aws.ecs.list_clusters()["clusterArns"] == []
