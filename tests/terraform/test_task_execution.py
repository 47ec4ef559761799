# SPDX-License-Identifier: Apache-2.0
"""A task that ends by itself, run by the real AWS provider."""

from pathlib import Path

from cloudmap_harness.aws.clients import AwsClients
from tests.support.root_module import module
from tests.support.waiting import eventually
from tests.terraform.blocks import CLUSTER, FARGATE, NETWORK, NETWORK_DATA, definition

ROLE = "arn:aws:iam::123456789012:role/job"


def test_a_task_of_terraforms_ends_and_its_cluster_can_go(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN a task definition whose container sleeps for three seconds
    WHEN aws_ecs_task_execution runs it
    THEN the task ends by itself, and all is destroyed.
    """
    container = {"image": "busybox", "command": ["sleep", "3"]}
    stack = module(
        tmp_path / "execution",
        environment,
        resource={
            "aws_ecs_cluster": {"main": {"name": "execution"}},
            "aws_security_group": {
                "job": {"name": "job", "description": "d", "vpc_id": "${data.aws_vpc.main.id}"}
            },
            "aws_ecs_task_definition": {"job": definition("job", container=container, **FARGATE)},
        },
        data={
            **NETWORK_DATA,
            "aws_ecs_task_execution": {
                "job": {
                    "cluster": CLUSTER,
                    "task_definition": "${aws_ecs_task_definition.job.arn}",
                    "desired_count": 1,
                    "launch_type": "FARGATE",
                    "platform_version": "1.4.0",
                    "network_configuration": {
                        **NETWORK,
                        "security_groups": ["${aws_security_group.job.id}"],
                    },
                    "client_token": "once",
                    "enable_ecs_managed_tags": True,
                    "enable_execute_command": True,
                    "group": "jobs",
                    "propagate_tags": "TASK_DEFINITION",
                    "reference_id": "one",
                    "started_by": "a-test",
                    "tags": {"team": "blue"},
                    "overrides": {
                        "cpu": "256",
                        "memory": "512",
                        "execution_role_arn": ROLE,
                        "task_role_arn": ROLE,
                        "container_overrides": [
                            {
                                "name": "web",
                                "command": ["sleep", "2"],
                                "cpu": 128,
                                "memory": 256,
                                "memory_reservation": 128,
                                "environment": [{"key": "STAGE", "value": "test"}],
                                "resource_requirements": [{"type": "GPU", "value": "1"}],
                            }
                        ],
                    },
                },
                "spot": {
                    "cluster": CLUSTER,
                    "task_definition": "${aws_ecs_task_definition.job.arn}",
                    "desired_count": 1,
                    "network_configuration": NETWORK,
                    "capacity_provider_strategy": [
                        {"capacity_provider": "FARGATE_SPOT", "base": 0, "weight": 1}
                    ],
                },
            },
        },
    )
    stack.apply()
    stopped = eventually(
        lambda: aws.ecs.list_tasks(cluster="execution", desiredStatus="STOPPED")["taskArns"],
        lambda arns: len(arns) >= 1,
    )
    (task, *_) = aws.ecs.describe_tasks(cluster="execution", tasks=stopped)["tasks"]
    assert task["stopCode"] == "EssentialContainerExited"
    stack.destroy()
    assert aws.ecs.list_clusters()["clusterArns"] == []
