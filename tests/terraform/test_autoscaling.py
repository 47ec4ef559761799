# SPDX-License-Identifier: Apache-2.0
"""Application Auto Scaling of a service, by the real AWS provider."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import Blocks, live_through
from tests.support.waiting import eventually
from tests.terraform.blocks import FARGATE, NETWORK, NETWORK_DATA, definition, service

OF_TARGET = {
    name: f"${{aws_appautoscaling_target.web.{name}}}"
    for name in ("service_namespace", "resource_id", "scalable_dimension")
}


METRICS = [
    {
        "id": "m1",
        "return_data": False,
        "metric_stat": {
            "stat": "Sum",
            "unit": "Count",
            "metric": {
                "metric_name": "Messages",
                "namespace": "Shop",
                "dimensions": [{"name": "Queue", "value": "orders"}],
            },
        },
    },
    {"id": "e1", "label": "half", "expression": "m1 / 2", "return_data": True},
]


def tracking(name: str, target: float, **specification: Any) -> dict[str, Any]:
    """A target tracking policy on a metric."""
    return {
        **OF_TARGET,
        "name": name,
        "policy_type": "TargetTrackingScaling",
        "target_tracking_scaling_policy_configuration": {"target_value": target, **specification},
    }


def resources(
    *, maximum: int, target: float, step: int, schedule: str, team: str, more: dict[str, Any]
) -> Blocks:
    web = service("web", "web", launch_type="FARGATE", network_configuration=NETWORK)
    return {
        "aws_ecs_cluster": {"main": {"name": "scaling"}},
        "aws_ecs_task_definition": {"web": definition("web", **FARGATE)},
        "aws_ecs_service": {"web": {**web, "lifecycle": {"ignore_changes": ["desired_count"]}}},
        "aws_appautoscaling_target": {
            "web": {
                "service_namespace": "ecs",
                "resource_id": "service/scaling/${aws_ecs_service.web.name}",
                "scalable_dimension": "ecs:service:DesiredCount",
                "min_capacity": 1,
                "max_capacity": maximum,
                "role_arn": "arn:aws:iam::123456789012:role/scaling",
                "suspended_state": {
                    "scheduled_scaling_suspended": False,
                    "dynamic_scaling_out_suspended": False,
                    **more,
                },
                "tags": {"team": team},
            }
        },
        "aws_appautoscaling_policy": {
            "tracking": {
                **OF_TARGET,
                "name": "tracking",
                "policy_type": "TargetTrackingScaling",
                "target_tracking_scaling_policy_configuration": {
                    "target_value": target,
                    "scale_in_cooldown": 60,
                    "scale_out_cooldown": 30,
                    "disable_scale_in": False,
                    "predefined_metric_specification": {
                        "predefined_metric_type": "ECSServiceAverageCPUUtilization"
                    },
                },
            },
            "stepping": {
                **OF_TARGET,
                "name": "stepping",
                "policy_type": "StepScaling",
                "step_scaling_policy_configuration": {
                    "adjustment_type": "ChangeInCapacity",
                    "cooldown": 60,
                    "metric_aggregation_type": "Maximum",
                    "step_adjustment": [
                        {
                            "metric_interval_lower_bound": "0",
                            "metric_interval_upper_bound": "10",
                            "scaling_adjustment": step,
                        },
                        {"metric_interval_lower_bound": "10", "scaling_adjustment": 10},
                    ],
                },
            },
            "percent": {
                **OF_TARGET,
                "name": "percent",
                "policy_type": "StepScaling",
                "step_scaling_policy_configuration": {
                    "adjustment_type": "PercentChangeInCapacity",
                    "min_adjustment_magnitude": step,
                    "step_adjustment": [
                        {"metric_interval_lower_bound": "0", "scaling_adjustment": 50}
                    ],
                },
            },
            "requests": tracking(
                "requests",
                target,
                predefined_metric_specification={
                    "predefined_metric_type": "ALBRequestCountPerTarget",
                    "resource_label": "app/web/0123456789abcdef/targetgroup/web/fedcba9876543210",
                },
            ),
            "customized": tracking(
                "customized",
                target,
                customized_metric_specification={
                    "metric_name": "Messages",
                    "namespace": "Shop",
                    "statistic": "Average",
                    "unit": "Count",
                    "dimensions": [{"name": "Queue", "value": "orders"}],
                },
            ),
            "calculated": tracking(
                "calculated", target, customized_metric_specification={"metrics": METRICS}
            ),
        },
        "aws_appautoscaling_scheduled_action": {
            "later": {
                **OF_TARGET,
                "name": "later",
                "schedule": schedule,
                "timezone": "Asia/Tokyo",
                "start_time": "2030-01-01T00:00:00Z",
                "end_time": "2031-01-01T00:00:00Z",
                "scalable_target_action": {"min_capacity": 1, "max_capacity": maximum},
            }
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
                "alarm_actions": ["${aws_appautoscaling_policy.stepping.arn}"],
            }
        },
    }


def test_a_service_scales_within_its_bounds(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN a service with a target, policies and a scheduled action
    WHEN they are created, changed in place, imported and destroyed, and an alarm goes off
    THEN every plan is empty, and the desired count moves within the target's bounds.
    """
    first = resources(
        maximum=4, target=50, step=2, schedule="cron(0 9 * * ? *)", team="blue", more={}
    )
    changed = resources(
        maximum=3,
        target=60,
        step=1,
        schedule="rate(1 day)",
        team="red",
        more={"dynamic_scaling_in_suspended": True},
    )

    def described() -> Any:
        return aws.ecs.describe_services(cluster="scaling", services=["web"])["services"][0]

    def look(state: int) -> None:
        if state == 0:
            aws.client("cloudwatch").set_alarm_state(
                AlarmName="busy", StateValue="ALARM", StateReason="a test"
            )
            eventually(lambda: described()["desiredCount"], lambda count: count == 3)
            eventually(lambda: described()["runningCount"], lambda count: count == 3)

    live_through(tmp_path, environment, first, changed, data=NETWORK_DATA, look=look)
    scaling = aws.client("application-autoscaling")
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []
