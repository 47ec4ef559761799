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

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        }
    ],
}
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"

TARGET_GROUP = {
    "name": "web",
    "port": 80,
    "protocol": "HTTP",
    "target_type": "ip",
    "vpc_id": "${data.aws_vpc.main.id}",
}

NO_SOURCE: dict[str, Any] = {
    "cidr_blocks": None,
    "description": None,
    "ipv6_cidr_blocks": None,
    "prefix_list_ids": None,
    "security_groups": None,
    "self": None,
}
"""What an inline rule of a security group has to name in Terraform's JSON; one of them is given."""


def user_data(cluster: str) -> str:
    """What lets an EC2 instance with the ECS-optimized AMI join a cluster."""
    return f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n"


def discovery_service(name: str, type_: str) -> dict[str, Any]:
    """A Cloud Map service with records of a type, in the private namespace `main`."""
    return {
        "name": name,
        "dns_config": {
            "namespace_id": "${aws_service_discovery_private_dns_namespace.main.id}",
            "dns_records": [{"type": type_, "ttl": 10}],
        },
        "health_check_custom_config": {"failure_threshold": 1},
        "force_destroy": True,
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
