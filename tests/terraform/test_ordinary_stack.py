# SPDX-License-Identifier: Apache-2.0
"""A stack of the ordinary shape: a network of its own, services by for_each, scaling, EC2.

What the most used public modules for a VPC and for ECS make, in one root module.
"""

import json
from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import Blocks
from tests.support.root_module import module, planned
from tests.support.waiting import eventually
from tests.terraform.blocks import EXECUTION, FARGATE, TRUST, discovery_service, user_data

SERVICES = {"api": {"count": 2, "max": 4}, "web": {"count": 1, "max": 3}}
SUBNETS = "${[for zone in sort(keys(aws_subnet.private)) : aws_subnet.private[zone].id]}"


def network() -> Blocks:
    """A VPC with public and private subnets, and a NAT gateway."""
    vpc = {"vpc_id": "${aws_vpc.main.id}"}
    zones = {"ap-northeast-1a": 0, "ap-northeast-1c": 1}
    return {
        "aws_vpc": {
            "main": {
                "cidr_block": "10.8.0.0/16",
                "enable_dns_hostnames": True,
                "enable_dns_support": True,
            }
        },
        "aws_default_security_group": {"main": {**vpc}},
        "aws_default_route_table": {
            "main": {"default_route_table_id": "${aws_vpc.main.default_route_table_id}"}
        },
        "aws_internet_gateway": {"main": {**vpc}},
        "aws_subnet": {
            "public": {
                **vpc,
                "for_each": zones,
                "availability_zone": "${each.key}",
                "cidr_block": "10.8.${each.value}.0/24",
                "map_public_ip_on_launch": True,
            },
            "private": {
                **vpc,
                "for_each": zones,
                "availability_zone": "${each.key}",
                "cidr_block": "10.8.1${each.value}.0/24",
            },
        },
        "aws_eip": {"nat": {"domain": "vpc"}},
        "aws_nat_gateway": {
            "main": {
                "allocation_id": "${aws_eip.nat.id}",
                "subnet_id": '${aws_subnet.public["ap-northeast-1a"].id}',
                "depends_on": ["aws_internet_gateway.main"],
            }
        },
        "aws_route_table": {"public": {**vpc}, "private": {**vpc}},
        "aws_route": {
            "public": {
                "route_table_id": "${aws_route_table.public.id}",
                "destination_cidr_block": "0.0.0.0/0",
                "gateway_id": "${aws_internet_gateway.main.id}",
            },
            "private": {
                "route_table_id": "${aws_route_table.private.id}",
                "destination_cidr_block": "0.0.0.0/0",
                "nat_gateway_id": "${aws_nat_gateway.main.id}",
            },
        },
        "aws_route_table_association": {
            name: {
                "for_each": zones,
                "subnet_id": f"${{aws_subnet.{name}[each.key].id}}",
                "route_table_id": f"${{aws_route_table.{name}.id}}",
            }
            for name in ("public", "private")
        },
        "aws_vpc_endpoint": {
            "s3": {
                **vpc,
                "service_name": "com.amazonaws.ap-northeast-1.s3",
                "vpc_endpoint_type": "Gateway",
                "route_table_ids": ["${aws_route_table.private.id}"],
            }
        },
        "aws_route53_zone": {"own": {"name": "ordinary.internal", "vpc": [vpc]}},
        "aws_route53_record": {
            "db": {
                "zone_id": "${aws_route53_zone.own.id}",
                "name": "db",
                "type": "CNAME",
                "ttl": 60,
                "records": ["db.example.com"],
            }
        },
    }


def cluster() -> Blocks:
    """A cluster with a worker, roles, logs, discovery and the task definitions."""
    container = {
        "name": "${each.key}",
        "image": "httpd",
        "essential": True,
        "portMappings": [{"containerPort": 80, "name": "http"}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "${aws_cloudwatch_log_group.app[each.key].name}",
                "awslogs-region": "ap-northeast-1",
                "awslogs-stream-prefix": "ecs",
            },
        },
    }
    batch = {"name": "batch", "image": "httpd", "memory": 64, "portMappings": []}
    return {
        "aws_ecs_cluster": {
            "main": {
                "name": "ordinary",
                "setting": [{"name": "containerInsights", "value": "enabled"}],
            }
        },
        "aws_ecs_cluster_capacity_providers": {
            "main": {
                "cluster_name": "${aws_ecs_cluster.main.name}",
                "capacity_providers": ["FARGATE", "FARGATE_SPOT"],
            }
        },
        "aws_instance": {
            "worker": {
                "ami": "ami-12c6146b",
                "instance_type": "t3.small",
                "subnet_id": '${aws_subnet.private["ap-northeast-1a"].id}',
                "user_data": user_data("ordinary"),
                "depends_on": ["aws_ecs_cluster.main"],
            }
        },
        "aws_iam_role": {"exec": {"name": "exec", "assume_role_policy": json.dumps(TRUST)}},
        "aws_iam_role_policy_attachment": {
            "exec": {"role": "${aws_iam_role.exec.name}", "policy_arn": EXECUTION}
        },
        "aws_cloudwatch_log_group": {
            "app": {
                "for_each": SERVICES,
                "name": "/ordinary/${each.key}",
                "retention_in_days": 7,
            }
        },
        "aws_service_discovery_private_dns_namespace": {
            "main": {"name": "svc.ordinary.internal", "vpc": "${aws_vpc.main.id}"}
        },
        "aws_service_discovery_service": {
            "app": {"for_each": SERVICES, **discovery_service("${each.key}", "A")}
        },
        "aws_ecs_task_definition": {
            "app": {
                "for_each": SERVICES,
                "family": "${each.key}",
                "execution_role_arn": "${aws_iam_role.exec.arn}",
                "container_definitions": json.dumps([container]),
                **FARGATE,
            },
            "batch": {"family": "batch", "container_definitions": json.dumps([batch])},
        },
    }


def services() -> Blocks:
    """The services, their security groups and their scaling."""
    own = {"security_group_id": "${aws_security_group.app[each.key].id}", "for_each": SERVICES}
    of_target = {
        name: f"${{aws_appautoscaling_target.app[each.key].{name}}}"
        for name in ("service_namespace", "resource_id", "scalable_dimension")
    }
    metrics = {
        "cpu": "ECSServiceAverageCPUUtilization",
        "memory": "ECSServiceAverageMemoryUtilization",
    }
    return {
        "aws_security_group": {
            "app": {
                "for_each": SERVICES,
                "name_prefix": "${each.key}-",
                "description": "of a service",
                "vpc_id": "${aws_vpc.main.id}",
            }
        },
        "aws_security_group_rule": {
            "in": {
                **own,
                "type": "ingress",
                "protocol": "tcp",
                "from_port": 80,
                "to_port": 80,
                "cidr_blocks": ["10.8.0.0/16"],
            },
            "out": {
                **own,
                "type": "egress",
                "protocol": "-1",
                "from_port": 0,
                "to_port": 0,
                "cidr_blocks": ["0.0.0.0/0"],
            },
        },
        "aws_ecs_service": {
            "app": {
                "for_each": SERVICES,
                "name": "${each.key}",
                "cluster": "${aws_ecs_cluster.main.arn}",
                "task_definition": "${aws_ecs_task_definition.app[each.key].arn}",
                "desired_count": "${each.value.count}",
                "launch_type": "FARGATE",
                "enable_ecs_managed_tags": True,
                "propagate_tags": "SERVICE",
                "wait_for_steady_state": True,
                "network_configuration": {
                    "subnets": SUBNETS,
                    "security_groups": ["${aws_security_group.app[each.key].id}"],
                },
                "service_registries": {
                    "registry_arn": "${aws_service_discovery_service.app[each.key].arn}"
                },
                "lifecycle": {"ignore_changes": ["desired_count"]},
            },
            "batch": {
                "name": "batch",
                "cluster": "${aws_ecs_cluster.main.arn}",
                "task_definition": "${aws_ecs_task_definition.batch.arn}",
                "desired_count": 1,
                "launch_type": "EC2",
                "wait_for_steady_state": True,
                "depends_on": ["aws_instance.worker"],
            },
        },
        "aws_appautoscaling_target": {
            "app": {
                "for_each": SERVICES,
                "service_namespace": "ecs",
                "scalable_dimension": "ecs:service:DesiredCount",
                "resource_id": "service/ordinary/${aws_ecs_service.app[each.key].name}",
                "min_capacity": 1,
                "max_capacity": "${each.value.max}",
            }
        },
        "aws_appautoscaling_policy": {
            name: {
                **of_target,
                "for_each": SERVICES,
                "name": name,
                "policy_type": "TargetTrackingScaling",
                "target_tracking_scaling_policy_configuration": {
                    "target_value": 75,
                    "predefined_metric_specification": {"predefined_metric_type": metric},
                },
            }
            for name, metric in metrics.items()
        },
    }


def test_a_stack_of_the_ordinary_shape(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN nothing but an empty account
    WHEN the stack is created, scales out by an alarm, is planned and destroyed
    THEN the tasks are registered, the plan is empty, and nothing is left.
    """
    resource = network() | cluster() | services()
    stack = module(tmp_path / "ordinary", environment, resource=resource)
    stack.apply()
    assert planned(stack) == {}

    def registered(name: str) -> int:
        (found,) = [
            each
            for each in aws.servicediscovery.list_services()["Services"]
            if each["Name"] == name
        ]
        return len(aws.servicediscovery.list_instances(ServiceId=found["Id"])["Instances"])

    assert (registered("api"), registered("web")) == (2, 1)
    alarms: Any = aws.client("cloudwatch").describe_alarms(
        AlarmNamePrefix="TargetTracking-service/ordinary/web-AlarmHigh"
    )["MetricAlarms"]
    aws.client("cloudwatch").set_alarm_state(
        AlarmName=alarms[0]["AlarmName"], StateValue="ALARM", StateReason="a test"
    )
    eventually(lambda: registered("web"), lambda count: count == 2)
    assert planned(stack) == {}, "the desired count is ignored"

    stack.destroy()
    assert aws.ecs.list_clusters()["clusterArns"] == []
    assert aws.servicediscovery.list_namespaces()["Namespaces"] == []
    vpcs = {vpc["CidrBlock"] for vpc in aws.ec2.describe_vpcs()["Vpcs"]}
    assert "10.8.0.0/16" not in vpcs
