# SPDX-License-Identifier: Apache-2.0
"""Every argument of a task definition, and a role with AWS's policy, by the real Terraform."""

import json
from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import live_through
from tests.support.root_module import REGION
from tests.terraform.blocks import EXECUTION, FARGATE, TRUST

ROLE = "${aws_iam_role.task.arn}"


def containers(**more: Any) -> str:
    return json.dumps([{"name": "web", "image": "httpd", "memory": 128, **more}])


DEFINITIONS: dict[str, dict[str, Any]] = {
    "fargate": {
        **FARGATE,
        "enable_fault_injection": True,
        "execution_role_arn": ROLE,
        "task_role_arn": ROLE,
        "pid_mode": "task",
        "ephemeral_storage": {"size_in_gib": 30},
        "runtime_platform": {"operating_system_family": "LINUX", "cpu_architecture": "ARM64"},
        "volume": [
            {
                "name": "efs",
                "efs_volume_configuration": {
                    "file_system_id": "fs-12345678",
                    "root_directory": "/x",
                    "transit_encryption": "ENABLED",
                    "transit_encryption_port": 2999,
                    "authorization_config": {
                        "access_point_id": "fsap-12345678901234567",
                        "iam": "ENABLED",
                    },
                },
            },
            {"name": "later", "configure_at_launch": True},
            {"name": "plain"},
        ],
        "container_definitions": containers(portMappings=[{"containerPort": 80}]),
        "tags": {"team": "blue"},
    },
    "proxied": {
        **FARGATE,
        "proxy_configuration": {
            "type": "APPMESH",
            "container_name": "web",
            "properties": {"AppPorts": "8080", "ProxyIngressPort": "15000"},
        },
        "container_definitions": containers(),
    },
    "ec2": {
        "network_mode": "host",
        "ipc_mode": "host",
        "pid_mode": "host",
        "cpu": "128",
        "memory": "256",
        "placement_constraints": [
            {
                "type": "memberOf",
                "expression": "attribute:ecs.availability-zone in [ap-northeast-1a]",
            }
        ],
        "volume": [
            {"name": "host", "host_path": "/srv"},
            {
                "name": "docker",
                "docker_volume_configuration": {
                    "scope": "shared",
                    "autoprovision": True,
                    "driver": "local",
                    "driver_opts": {"type": "nfs"},
                    "labels": {"team": "blue"},
                },
            },
        ],
        "container_definitions": containers(),
        "track_latest": True,
        "skip_destroy": False,
        "inference_accelerator": [{"device_name": "device_1", "device_type": "eia1.medium"}],
    },
    "windows": {
        "network_mode": "bridge",
        "volume": [
            {
                "name": "fsx",
                "fsx_windows_file_server_volume_configuration": {
                    "file_system_id": "fs-12345678",
                    "root_directory": "\\data",
                    "authorization_config": {
                        "credentials_parameter": f"arn:aws:ssm:{REGION}:123456789012:parameter/x",
                        "domain": "example.com",
                    },
                },
            }
        ],
        "container_definitions": containers(),
    },
}
RESOURCES: dict[str, dict[str, Any]] = {
    "aws_iam_role": {"task": {"name": "task", "assume_role_policy": json.dumps(TRUST)}},
    "aws_iam_role_policy_attachment": {
        "execution": {"role": "${aws_iam_role.task.name}", "policy_arn": EXECUTION}
    },
    "aws_ecs_task_definition": {
        name: {"family": name, **definition} for name, definition in DEFINITIONS.items()
    },
}


def test_no_argument_of_a_task_definition_is_lost(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN task definitions with every argument, and a role that has AWS's policy for tasks
    WHEN they are created, imported and destroyed
    THEN every plan is empty, and ECS shows what only some definitions have.
    """

    def shown(family: str) -> Any:
        return aws.ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]

    def look(state: int) -> None:
        assert shown("fargate")["enableFaultInjection"] is True
        assert "enableFaultInjection" not in shown("ec2")
        attached = aws.client("iam").list_attached_role_policies(RoleName="task")
        assert [each["PolicyArn"] for each in attached["AttachedPolicies"]] == [EXECUTION]

    live_through(tmp_path, environment, RESOURCES, look=look)
    assert aws.ecs.list_task_definitions()["taskDefinitionArns"] == []
    assert {each["RoleName"] for each in aws.client("iam").list_roles()["Roles"]} <= {
        "AWSServiceRoleForECS"
    }
