# SPDX-License-Identifier: Apache-2.0
"""Clusters and capacity providers with every argument, by the real AWS provider."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import Blocks, live_through

KEY = "arn:aws:kms:ap-northeast-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
USER_DATA = "IyEvYmluL2Jhc2gKZWNobyBFQ1NfQ0xVU1RFUj1mdWxsID4+IC9ldGMvZWNzL2Vjcy5jb25maWcK"
"""The user data of the ECS-optimized AMI for the cluster `full`, in base64."""


def resources(*, insights: str, logging: str, team: str, target: int, weight: int) -> Blocks:
    override = {
        "log_configuration": {
            "cloud_watch_encryption_enabled": True,
            "cloud_watch_log_group_name": "exec",
            "s3_bucket_name": "exec",
            "s3_bucket_encryption_enabled": True,
            "s3_key_prefix": "logs",
        }
    }
    execute: dict[str, Any] = {"kms_key_id": KEY, "logging": logging}
    own: dict[str, Any] = {"capacity_provider": "${aws_ecs_capacity_provider.own.name}"}
    return {
        "aws_service_discovery_http_namespace": {"default": {"name": "default"}},
        "aws_ecs_cluster": {
            "full": {
                "name": "full",
                "setting": [{"name": "containerInsights", "value": insights}],
                "configuration": {
                    "execute_command_configuration": execute
                    | (override if logging == "OVERRIDE" else {}),
                    "managed_storage_configuration": {
                        "kms_key_id": KEY,
                        "fargate_ephemeral_storage_kms_key_id": KEY,
                    },
                },
                "service_connect_defaults": {
                    "namespace": "${aws_service_discovery_http_namespace.default.arn}"
                },
                "tags": {"team": team},
            },
            "plain": {"name": "plain"},
        },
        "aws_launch_template": {
            "own": {
                "name": "own",
                "image_id": "ami-12c6146b",
                "instance_type": "t3.micro",
                "user_data": USER_DATA,
                # moto takes the tags of the template for tags of what it starts.
                "lifecycle": {"ignore_changes": ["tag_specifications"]},
            }
        },
        "aws_autoscaling_group": {
            "own": {
                "name": "own",
                "availability_zones": ["ap-northeast-1a"],
                "min_size": 0,
                "max_size": 1,
                "desired_capacity": 1,
                "launch_template": {"id": "${aws_launch_template.own.id}", "version": "$Latest"},
                "tag": [{"key": "AmazonECSManaged", "value": "true", "propagate_at_launch": True}],
                "depends_on": ["aws_ecs_cluster.full"],
            }
        },
        "aws_ecs_capacity_provider": {
            "own": {
                "name": "own",
                "auto_scaling_group_provider": {
                    "auto_scaling_group_arn": "${aws_autoscaling_group.own.arn}",
                    "managed_termination_protection": "DISABLED",
                    "managed_draining": "ENABLED",
                    "managed_scaling": {
                        "status": "ENABLED",
                        "target_capacity": target,
                        "minimum_scaling_step_size": 1,
                        "maximum_scaling_step_size": 10,
                        "instance_warmup_period": 30,
                    },
                },
                "tags": {"team": team},
            }
        },
        "aws_ecs_cluster_capacity_providers": {
            "full": {
                "cluster_name": "${aws_ecs_cluster.full.name}",
                "capacity_providers": ["${aws_ecs_capacity_provider.own.name}"],
                "default_capacity_provider_strategy": [{**own, "base": 1, "weight": weight}],
            },
            "plain": {
                "cluster_name": "${aws_ecs_cluster.plain.name}",
                "capacity_providers": ["FARGATE", "FARGATE_SPOT"],
                "default_capacity_provider_strategy": [
                    {"capacity_provider": "FARGATE_SPOT", "weight": weight}
                ],
            },
        },
    }


def test_clusters_and_their_capacity_providers(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN clusters with every argument and capacity providers of both kinds
    WHEN they are created, changed in place, imported and destroyed
    THEN every plan is empty, and the group's instance belongs to its capacity provider.
    """
    first = resources(insights="enabled", logging="OVERRIDE", team="blue", target=80, weight=1)
    changed = resources(insights="disabled", logging="NONE", team="red", target=90, weight=2)

    def look(state: int) -> None:
        arns = aws.ecs.list_container_instances(cluster="full")["containerInstanceArns"]
        (instance,) = aws.ecs.describe_container_instances(cluster="full", containerInstances=arns)[
            "containerInstances"
        ]
        assert instance["capacityProviderName"] == "own"

    live_through(tmp_path, environment, first, changed, look=look)
    assert aws.ecs.list_clusters()["clusterArns"] == []
