# SPDX-License-Identifier: Apache-2.0
"""Application Auto Scaling of ECS services: targets, policies, alarms, schedules, tags."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localaws import runtime
from localaws.autoscaling.schedules import InvalidSchedule, parse_schedule
from tests.endpoint.localaws.account import Account, Turns, refused

TARGET: Any = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/handson/httpd",
    "ScalableDimension": "ecs:service:DesiredCount",
}


@pytest.fixture
def scaling(aws: Account, turns: Turns) -> Any:
    """A client, in an account with the target of a service of two tasks, one to five."""
    client = aws.client("application-autoscaling")
    aws.ecs_service(None, desired=2)
    client.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=5, Tags={"team": "blue"})
    return client


def put_policy(scaling: Any, kind: str, **configuration: Any) -> Any:
    name = {"StepScaling": "Step", "TargetTrackingScaling": "TargetTracking"}[kind]
    policy = {f"{name}ScalingPolicyConfiguration": configuration}
    return scaling.put_scaling_policy(**TARGET, PolicyName="p", PolicyType=kind, **policy)


def put_alarm(aws: Account, policy: Any, operator: str = "GreaterThanThreshold") -> str:
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="busy",
        ComparisonOperator=operator,
        EvaluationPeriods=1,
        MetricName="CPUUtilization",
        Namespace="AWS/ECS",
        Period=60,
        Statistic="Average",
        Threshold=60,
        AlarmActions=[policy["PolicyARN"]],
    )
    return "busy"


def set_off(aws: Account, alarm: str, value: float | None = None) -> None:
    data = {} if value is None else {"StateReasonData": json.dumps({"recentDatapoints": [value]})}
    aws.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="ALARM", StateReason="a test", **data
    )


def test_a_target_has_bounds_a_role_and_tags(aws: Account, scaling: Any) -> None:
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 5)
    assert target["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_ECSService")
    arn = {"ResourceARN": target["ScalableTargetARN"]}
    scaling.tag_resource(**arn, Tags={"stage": "test"})
    assert scaling.list_tags_for_resource(**arn)["Tags"] == {"team": "blue", "stage": "test"}
    scaling.untag_resource(**arn, TagKeys=["team"])
    assert scaling.list_tags_for_resource(**arn)["Tags"] == {"stage": "test"}
    gone = {"ResourceARN": target["ScalableTargetARN"] + "x"}
    assert refused(lambda: scaling.list_tags_for_resource(**gone))[0] == "ResourceNotFoundException"


def test_bounds_the_wrong_way_round_are_refused(aws: Account, scaling: Any) -> None:
    call = lambda: scaling.register_scalable_target(**TARGET, MinCapacity=9, MaxCapacity=5)  # noqa: E731
    assert refused(call)[0] == "ValidationException"


def test_a_target_takes_its_policies_and_schedules_along(aws: Account, scaling: Any) -> None:
    put_policy(scaling, "TargetTrackingScaling", TargetValue=50.0)
    scaling.put_scheduled_action(
        **TARGET,
        ScheduledActionName="s",
        Schedule="rate(1 day)",
        ScalableTargetAction={"MinCapacity": 2},
    )
    scaling.deregister_scalable_target(**TARGET)
    assert scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []
    assert scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"] == []
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    for call in (
        lambda: scaling.deregister_scalable_target(**TARGET),
        lambda: put_policy(scaling, "TargetTrackingScaling", TargetValue=50.0),
        lambda: scaling.delete_scaling_policy(**TARGET, PolicyName="p"),
    ):
        assert refused(call)[0] == "ObjectNotFoundException"


@pytest.mark.parametrize(("value", "expected"), [(None, 3), (61, 3), (75, 4), (95, 5)])
def test_an_alarm_steps_by_how_far_it_is_exceeded(
    aws: Account, scaling: Any, turns: Turns, value: float | None, expected: int
) -> None:
    steps = [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 10, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 2},
        {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 100},
    ]
    policy = put_policy(
        scaling, "StepScaling", AdjustmentType="ChangeInCapacity", StepAdjustments=steps
    )
    set_off(aws, put_alarm(aws, policy), value)
    turns(6)
    assert aws.described()["desiredCount"] == expected
    assert len(aws.tasks()) == expected
    (activity,) = scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
    assert activity["Description"] == f"Setting desired count to {expected}."


@pytest.mark.parametrize(
    ("kind", "adjustment", "more", "expected"),
    [
        ("PercentChangeInCapacity", 10, {}, 3),
        ("PercentChangeInCapacity", -10, {}, 1),
        ("PercentChangeInCapacity", 10, {"MinAdjustmentMagnitude": 2}, 4),
        ("ExactCapacity", 4, {}, 4),
        ("ExactCapacity", 0, {}, 1),
    ],
)
def test_each_kind_of_adjustment(
    aws: Account, scaling: Any, turns: Turns, kind: str, adjustment: int, more: Any, expected: int
) -> None:
    steps = [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": adjustment}]
    policy = put_policy(scaling, "StepScaling", AdjustmentType=kind, StepAdjustments=steps, **more)
    set_off(aws, put_alarm(aws, policy))
    turns(1)
    assert aws.described()["desiredCount"] == expected


def test_an_alarm_below_its_threshold_steps_down(aws: Account, scaling: Any, turns: Turns) -> None:
    steps = [{"MetricIntervalUpperBound": 0, "ScalingAdjustment": -1}]
    policy = put_policy(
        scaling, "StepScaling", AdjustmentType="ChangeInCapacity", StepAdjustments=steps
    )
    alarm = put_alarm(aws, policy, "LessThanThreshold")
    for _ in range(3):
        set_off(aws, alarm)
        turns(1)
    assert aws.described()["desiredCount"] == 1, "not below the minimum"


def test_target_tracking_follows_its_own_alarms(aws: Account, scaling: Any, turns: Turns) -> None:
    first = put_policy(scaling, "TargetTrackingScaling", TargetValue=50.0)
    policy = put_policy(scaling, "TargetTrackingScaling", TargetValue=40.0)
    assert policy["PolicyARN"] == first["PolicyARN"]
    alarms = {
        each["ComparisonOperator"]: each
        for each in aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    }
    high, low = alarms["GreaterThanThreshold"], alarms["LessThanThreshold"]
    assert (high["Threshold"], low["Threshold"]) == (40, 36)
    set_off(aws, high["AlarmName"], 80)
    turns(1)
    assert aws.described()["desiredCount"] == 4
    set_off(aws, low["AlarmName"])
    turns(1)
    assert aws.described()["desiredCount"] == 3


def test_a_suspended_target_does_not_move(aws: Account, scaling: Any, turns: Turns) -> None:
    suspended = {"DynamicScalingOutSuspended": True, "ScheduledScalingSuspended": True}
    scaling.register_scalable_target(**TARGET, SuspendedState=suspended)
    put_policy(scaling, "TargetTrackingScaling", TargetValue=50.0)
    for alarm in aws.client("cloudwatch").describe_alarms()["MetricAlarms"]:
        if alarm["ComparisonOperator"] == "GreaterThanThreshold":
            set_off(aws, alarm["AlarmName"], 100)
    turns(2)
    assert aws.described()["desiredCount"] == 2


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the endpoint's clock be so much later."""
    present = runtime.timestamp() + timedelta(seconds=seconds)
    monkeypatch.setattr(runtime, "timestamp", lambda: present)


def test_a_scheduled_action_moves_the_bounds_and_the_desired_count(
    aws: Account, scaling: Any, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns(1)
    moment = runtime.timestamp() + timedelta(seconds=30)
    scaling.put_scheduled_action(
        **TARGET,
        ScheduledActionName="morning",
        Schedule=f"at({moment:%Y-%m-%dT%H:%M:%S})",
        ScalableTargetAction={"MinCapacity": 4, "MaxCapacity": 8},
    )
    turns(2)
    assert aws.described()["desiredCount"] == 2, "not yet"
    later(monkeypatch, 31)
    turns(6)
    assert aws.described()["desiredCount"] == 4
    assert len(aws.tasks()) == 4
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (4, 8)


def test_a_schedule_that_there_is_not_is_refused(aws: Account, scaling: Any) -> None:
    for schedule in ("tomorrow", "rate(0 days)", "cron(1 2 3)", "cron(99 * * * ? *)", "at(noon)"):
        call = lambda schedule=schedule: scaling.put_scheduled_action(  # noqa: E731
            **TARGET, ScheduledActionName="s", Schedule=schedule, ScalableTargetAction={}
        )
        assert refused(call)[0] == "ValidationException"


START = datetime(2026, 1, 31, 8, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "timezone", "hours", "expected"),
    [
        ("cron(0 9 * * ? *)", None, 1, True),
        ("cron(0 9 * * ? *)", None, 0.5, False),
        ("cron(0/15 8 31 1 ? 2026)", None, 0.5, True),
        ("cron(0 9 ? * SAT *)", None, 1, True),
        ("cron(0 9 ? * MON-FRI *)", None, 1, False),
        ("cron(0 9 ? JAN,MAR 7 *)", None, 1, True),
        ("cron(0 18 * * ? *)", "Asia/Tokyo", 1, True),
        ("cron(0 9 * * ? *)", "Asia/Tokyo", 1, False),
        ("rate(30 minutes)", None, 0.5, True),
        ("rate(2 hours)", None, 1, False),
        ("at(2026-01-31T08:30:00)", None, 1, True),
        ("at(2026-01-31T08:00:00)", None, 1, False),
    ],
)
def test_when_a_schedule_is_due(
    schedule: str, timezone: str | None, hours: float, expected: bool
) -> None:
    due = parse_schedule(schedule, timezone, START)
    assert due(START, START + timedelta(hours=hours)) is expected


def test_an_unknown_time_zone_is_no_schedule() -> None:
    with pytest.raises(InvalidSchedule, match="time zone"):
        parse_schedule("rate(1 day)", "Mars/Base", START)
