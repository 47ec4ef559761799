# SPDX-License-Identifier: Apache-2.0
"""A service behind a load balancer, with logs, in a network of its own, by the real provider."""

import urllib.request
from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from localaws.server import Endpoint
from tests.support.resource_life import Blocks, live_through
from tests.support.waiting import eventually
from tests.terraform.blocks import (
    FARGATE,
    NETWORK,
    NETWORK_DATA,
    NO_SOURCE,
    TARGET_GROUP,
    definition,
    service,
)

LOGGING = {
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": "/ecs/web",
            "awslogs-region": "ap-northeast-1",
            "awslogs-stream-prefix": "web",
        },
    }
}


def rule(**peer: Any) -> dict[str, Any]:
    return {"protocol": "6", "from_port": 80, "to_port": 80, **NO_SOURCE, **peer}


def resources(desired: int, grace: int) -> Blocks:
    group = {"vpc_id": "${data.aws_vpc.main.id}", "description": "of a test"}
    network = {**NETWORK, "security_groups": ["${aws_security_group.back.id}"]}
    return {
        "aws_security_group": {
            "front": {
                **group,
                "name": "front",
                "ingress": [rule(cidr_blocks=["0.0.0.0/0"])],
                # Terraform takes away the way out that AWS gives a new group.
                "egress": [rule(cidr_blocks=["10.0.0.0/16"])],
            },
            "back": {
                **group,
                "name": "back",
                "ingress": [rule(security_groups=["${aws_security_group.front.id}"])],
            },
        },
        "aws_lb": {
            "web": {
                "name": "web",
                "load_balancer_type": "application",
                "internal": True,
                "subnets": "${data.aws_subnets.private.ids}",
                "security_groups": ["${aws_security_group.front.id}"],
            }
        },
        "aws_lb_target_group": {"web": TARGET_GROUP},
        "aws_lb_listener": {
            "web": {
                "load_balancer_arn": "${aws_lb.web.arn}",
                "port": 80,
                "protocol": "HTTP",
                "default_action": {
                    "type": "forward",
                    "target_group_arn": "${aws_lb_target_group.web.arn}",
                },
            }
        },
        "aws_cloudwatch_log_group": {"web": {"name": "/ecs/web"}},
        "aws_ecs_cluster": {"main": {"name": "balanced"}},
        "aws_ecs_task_definition": {"web": definition("web", container=LOGGING, **FARGATE)},
        "aws_ecs_service": {
            "web": service(
                "web",
                "web",
                launch_type="FARGATE",
                network_configuration=network,
                desired_count=desired,
                health_check_grace_period_seconds=grace,
                wait_for_steady_state=True,
                load_balancer=[
                    {
                        "target_group_arn": "${aws_lb_target_group.web.arn}",
                        "container_name": "web",
                        "container_port": 80,
                    }
                ],
                depends_on=["aws_lb_listener.web", "aws_cloudwatch_log_group.web"],
            )
        },
    }


def test_a_service_behind_a_load_balancer(
    environment: dict[str, str], aws: AwsClients, endpoint: Endpoint, tmp_path: Path
) -> None:
    """GIVEN a service with a target group and awslogs
    WHEN it is created, scaled, imported and destroyed
    THEN its tasks are the healthy targets, the DNS name answers, and each task has its stream.
    """
    elb, logs = aws.client("elbv2"), aws.client("logs")
    proxy = urllib.request.ProxyHandler({"http": endpoint.bastion_url})
    opener = urllib.request.build_opener(proxy)

    def healthy() -> list[str]:
        (group,) = elb.describe_target_groups(Names=["web"])["TargetGroups"]
        found = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
        return [
            each["Target"]["Id"]
            for each in found["TargetHealthDescriptions"]
            if each["TargetHealth"]["State"] == "healthy"
        ]

    def look(state: int) -> None:
        count = (1, 2)[state]
        eventually(lambda: len(healthy()), lambda number: number == count)
        (balancer,) = elb.describe_load_balancers(Names=["web"])["LoadBalancers"]
        with opener.open(f"http://{balancer['DNSName']}/") as reply:
            assert reply.status == 200
        streams = logs.describe_log_streams(logGroupName="/ecs/web")["logStreams"]
        tasks = aws.ecs.list_tasks(cluster="balanced")["taskArns"]
        assert {f"web/web/{arn.rsplit('/', 1)[-1]}" for arn in tasks} <= {
            stream["logStreamName"] for stream in streams
        }

    live_through(
        tmp_path, environment, resources(1, 0), resources(2, 30), data=NETWORK_DATA, look=look
    )
    assert elb.describe_load_balancers()["LoadBalancers"] == []
