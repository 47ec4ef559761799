# SPDX-License-Identifier: Apache-2.0
"""Services of every launch type and with every argument, by the real AWS provider."""

import json
from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import Blocks, live_through
from tests.support.root_module import module, planned
from tests.terraform.blocks import FARGATE, NETWORK, NETWORK_DATA, definition, service, user_data

ROLE = "arn:aws:iam::123456789012:role/ecs"
ALARM = "${aws_cloudwatch_metric_alarm.busy.alarm_name}"
VOLUME = {
    "role_arn": ROLE,
    "size_in_gb": 8,
    "encrypted": True,
    "file_system_type": "xfs",
    "iops": 3000,
    "kms_key_id": "arn:aws:kms:ap-northeast-1:123456789012:key/0123",
    "snapshot_id": "snap-0123456789abcdef0",
    "throughput": 125,
    "volume_initialization_rate": 100,
    "volume_type": "gp3",
    "tag_specifications": [
        {
            "resource_type": "volume",
            "propagate_tags": "TASK_DEFINITION",
            "tags": {"team": "blue"},
        }
    ],
}
TARGETS = "arn:aws:vpc-lattice:ap-northeast-1:123456789012:targetgroup/tg-0123456789abcdef0"
ZONES = "attribute:ecs.availability-zone in [ap-northeast-1a, ap-northeast-1c]"


def provider(name: str, weight: int, base: int | None = None) -> dict[str, Any]:
    return {"capacity_provider": name, "weight": weight, "base": base}


def on_fargate(name: str, **more: Any) -> dict[str, Any]:
    return service(name, "fargate", network_configuration=NETWORK, **more)


FIRST: dict[str, dict[str, Any]] = {
    "plain": service("plain"),
    "ec2": service("ec2", launch_type="EC2"),
    "external": service("external", launch_type="EXTERNAL"),
    "vpc": service("vpc", "vpc", launch_type="EC2", network_configuration=NETWORK),
    "daemon": service("daemon", desired_count=None, scheduling_strategy="DAEMON"),
    "placed": service(
        "placed",
        ordered_placement_strategy=[{"type": "binpack", "field": "memory"}],
        placement_constraints=[{"type": "memberOf", "expression": ZONES}],
    ),
    "spot": on_fargate(
        "spot",
        capacity_provider_strategy=[provider("FARGATE", 1, 1), provider("FARGATE_SPOT", 3)],
        # Without it the provider would replace the service for another strategy.
        force_new_deployment=True,
        depends_on=["aws_ecs_cluster_capacity_providers.main"],
    ),
    "code_deploy": on_fargate(
        "code-deploy",
        launch_type="FARGATE",
        deployment_controller={"type": "CODE_DEPLOY"},
        # It is CodeDeploy's from the second task set on.
        lifecycle={"ignore_changes": ["task_definition"]},
    ),
    "alarmed": service(
        "alarmed", alarms={"alarm_names": [ALARM], "enable": True, "rollback": True}
    ),
    "tagged": service(
        "tagged",
        enable_ecs_managed_tags=True,
        propagate_tags="SERVICE",
        enable_execute_command=True,
        tags={"team": "blue"},
    ),
    "forced": service("forced", force_new_deployment=True, triggers={"version": "1"}),
    "percent": service(
        "percent",
        deployment_maximum_percent=150,
        deployment_minimum_healthy_percent=50,
        deployment_circuit_breaker={"enable": True, "rollback": True},
    ),
    "balanced": on_fargate(
        "balanced", launch_type="FARGATE", availability_zone_rebalancing="ENABLED"
    ),
    "volume": on_fargate(
        "volume",
        launch_type="FARGATE",
        volume_configuration={
            "name": "data",
            "managed_ebs_volume": VOLUME,
        },
        force_delete=True,
        platform_version="1.4.0",
    ),
    "classic": service(
        "classic",
        iam_role="balancing",
        load_balancer=[
            {"elb_name": "${aws_elb.classic.name}", "container_name": "web", "container_port": 80}
        ],
    ),
    "lattice": on_fargate(
        "lattice",
        launch_type="FARGATE",
        vpc_lattice_configurations={
            "role_arn": ROLE,
            "target_group_arn": TARGETS,
            "port_name": "web",
        },
    ),
}
CHANGES: dict[str, dict[str, Any]] = {
    "plain": {"desired_count": 2},
    "placed": {
        "ordered_placement_strategy": [
            {"type": "spread", "field": "host"},
            {"type": "binpack", "field": "cpu"},
        ],
        "placement_constraints": [{"type": "distinctInstance"}],
    },
    "spot": {"capacity_provider_strategy": [provider("FARGATE", 2), provider("FARGATE_SPOT", 1)]},
    "alarmed": {"alarms": {"alarm_names": [ALARM], "enable": False, "rollback": False}},
    "tagged": {
        "propagate_tags": "TASK_DEFINITION",
        "enable_execute_command": False,
        "tags": {"team": "red"},
    },
    "forced": {"triggers": {"version": "2"}},
    "percent": {"deployment_circuit_breaker": {"enable": False, "rollback": False}},
    "balanced": {"availability_zone_rebalancing": "DISABLED"},
    "code_deploy": {"desired_count": 2},
}
CHANGED = {name: {**first, **CHANGES.get(name, {})} for name, first in FIRST.items()}


def resources(services: dict[str, dict[str, Any]]) -> Blocks:
    named_port = {"portMappings": [{"containerPort": 80, "name": "web"}]}
    return {
        "aws_ecs_cluster": {"main": {"name": "services"}},
        "aws_ecs_cluster_capacity_providers": {
            "main": {
                "cluster_name": "${aws_ecs_cluster.main.name}",
                "capacity_providers": ["FARGATE", "FARGATE_SPOT"],
            }
        },
        "aws_ecs_task_definition": {
            "ec2": definition("ec2"),
            "vpc": definition("vpc", network_mode="awsvpc"),
            "fargate": definition(
                "fargate",
                container=named_port,
                volume={"name": "data", "configure_at_launch": True},
                **FARGATE,
            ),
        },
        "aws_cloudwatch_metric_alarm": {
            "busy": {
                "alarm_name": "busy",
                "comparison_operator": "GreaterThanThreshold",
                "evaluation_periods": 1,
                "metric_name": "CPUUtilization",
                "namespace": "AWS/ECS",
                "period": 60,
                "statistic": "Average",
                "threshold": 80,
            }
        },
        "aws_elb": {
            "classic": {
                "name": "classic",
                "internal": True,
                "subnets": "${data.aws_subnets.private.ids}",
                "listener": [
                    {
                        "instance_port": 80,
                        "instance_protocol": "http",
                        "lb_port": 80,
                        "lb_protocol": "http",
                    }
                ],
            }
        },
        "aws_instance": {
            "worker": {
                "ami": "ami-12c6146b",
                "instance_type": "t3.large",
                "subnet_id": "${data.aws_subnets.private.ids[0]}",
                "user_data": user_data("services"),
                "depends_on": ["aws_ecs_cluster.main"],
            }
        },
        "aws_ecs_service": services,
    }


def test_services_of_every_launch_type_with_every_argument(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN a cluster with a container instance
    WHEN services are created, changed in place, imported and destroyed
    THEN every plan is empty, and their tasks run where the arguments say.
    """

    def look(state: int) -> None:
        running = {name: _running(aws, name) for name in ("plain", "vpc", "daemon", "spot")}
        assert all(running.values()), running
        assert _running(aws, "external") == 0, "there is no external instance"
        (tagged,) = aws.ecs.describe_services(
            cluster="services", services=["tagged"], include=["TAGS"]
        )["services"]
        shown = {each["key"]: each["value"] for each in tagged["tags"]}
        assert shown["team"] == ("blue", "red")[state]

    live_through(
        tmp_path, environment, resources(FIRST), resources(CHANGED), data=NETWORK_DATA, look=look
    )
    assert aws.ecs.list_clusters()["clusterArns"] == []


def _running(aws: AwsClients, name: str) -> int:
    described = aws.ecs.describe_services(cluster="services", services=[name])["services"]
    return int(described[0]["runningCount"])


def test_a_service_follows_what_its_task_definition_asks_for(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """A new revision is a new deployment; a name and revision stands for the ARN."""
    by_name = "${aws_ecs_task_definition.ec2.family}:${aws_ecs_task_definition.ec2.revision}"

    def state(memory: int) -> Blocks:
        return {
            "aws_ecs_cluster": {"main": {"name": "revisions"}},
            "aws_ecs_task_definition": {"ec2": definition("web", container={"memory": memory})},
            "aws_ecs_service": {"web": service("web", task_definition="ec2", desired_count=0)}
            | {"named": service("named", desired_count=0) | {"task_definition": by_name}},
        }

    stack = module(tmp_path / "revisions", environment, resource=state(64))
    stack.apply()
    assert planned(stack) == {}
    stack = module(tmp_path / "revisions", environment, resource=state(128))
    stack.apply()
    assert planned(stack) == {}
    (service_,) = aws.ecs.describe_services(cluster="revisions", services=["web"])["services"]
    containers: Any = aws.ecs.describe_task_definition(taskDefinition=service_["taskDefinition"])
    assert json.dumps(containers["taskDefinition"]["containerDefinitions"][0]["memory"]) == "128"
    stack.destroy()
