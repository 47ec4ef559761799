# SPDX-License-Identifier: Apache-2.0
"""Blocks that the root modules of several tests have."""

import json
from typing import Any

CLUSTER = "${aws_ecs_cluster.main.id}"

NETWORK_DATA: dict[str, dict[str, Any]] = {
    "aws_vpc": {"main": {"filter": [{"name": "tag:Name", "values": ["cloudmap-handson-vpc"]}]}},
    "aws_subnets": {
        "private": {
            "filter": [
                {"name": "vpc-id", "values": ["${data.aws_vpc.main.id}"]},
                {"name": "tag:Tier", "values": ["private"]},
            ]
        }
    },
}
"""The article's network, which the endpoint has from the start."""

NETWORK = {"subnets": "${data.aws_subnets.private.ids}", "assign_public_ip": False}
"""A service's network configuration in it."""

FARGATE: dict[str, Any] = {
    "requires_compatibilities": ["FARGATE"],
    "network_mode": "awsvpc",
    "cpu": "256",
    "memory": "512",
}


def definition(family: str, *, container: dict[str, Any] | None = None, **more: Any) -> Any:
    """A task definition of one container, which publishes port 80."""
    containers = [
        {
            "name": "web",
            "image": "httpd",
            "memory": 128,
            "portMappings": [{"containerPort": 80}],
            **(container or {}),
        }
    ]
    return {"family": family, "container_definitions": json.dumps(containers), **more}


def service(name: str, task_definition: str = "ec2", **more: Any) -> dict[str, Any]:
    """A service of one task in the cluster `main`."""
    return {
        "name": name,
        "cluster": CLUSTER,
        "task_definition": f"${{aws_ecs_task_definition.{task_definition}.arn}}",
        "desired_count": 1,
        **more,
    }
