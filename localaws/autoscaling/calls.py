# SPDX-License-Identifier: Apache-2.0
"""Application Auto Scaling's calls: targets with tags, policies with their alarms, schedules."""

from __future__ import annotations

from typing import Any

from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
)
from moto.cloudwatch.models import Alarm
from moto.core.exceptions import JsonRESTError

from localaws import runtime
from localaws.autoscaling.schedules import InvalidSchedule, parse_schedule, utc

LOW_SHARE = 0.9
"""A target tracking policy scales in below this share of its target, as for CPU on AWS."""


class ValidationError(JsonRESTError):
    """A parameter that Application Auto Scaling refuses."""

    def __init__(self, message: str):
        super().__init__("ValidationException", message)


class ObjectNotFound(JsonRESTError):
    """There is no such target, policy or scheduled action."""

    def __init__(self, what: str, namespace: str, resource_id: str, dimension: str):
        super().__init__(
            "ObjectNotFoundException",
            f"No {what} for service namespace: {namespace}, resource ID: {resource_id}, "
            f"scalable dimension: {dimension}",
        )


class ScalingCalls(ApplicationAutoscalingBackend):
    """Registers targets, puts policies and scheduled actions; `backend.py` acts upon them."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.tags: dict[str, dict[str, str]] = {}
        """By the ARN of a scalable target."""
        self.activities: list[dict[str, Any]] = []
        """The newest first."""

    # Targets

    def register_scalable_target(self, *args: Any, **kwargs: Any) -> FakeScalableTarget:
        """moto: has no role. AWS: the service-linked one when none is given."""
        target = super().register_scalable_target(*args, **kwargs)
        if not target.role_arn:
            target.role_arn = (
                f"arn:aws:iam::{self.account_id}:role/aws-service-role/ecs.application-autoscaling."
                "amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
            )
        if not target.suspended_state:
            keys = (
                "DynamicScalingInSuspended",
                "DynamicScalingOutSuspended",
                "ScheduledScalingSuspended",
            )
            target.suspended_state = dict.fromkeys(keys, False)  # type: ignore[assignment]
        if (target.min_capacity or 0) > (target.max_capacity or 0):
            raise ValidationError("Maximum capacity cannot be less than minimum capacity")
        return target

    def target(self, namespace: str, resource_id: str, dimension: str) -> FakeScalableTarget | None:
        """Returns the registered target, or None."""
        found = self.describe_scalable_targets(namespace, [resource_id], dimension)
        return found[0] if found else None

    def _require_target(self, namespace: str, resource_id: str, dimension: str) -> None:
        if self.target(namespace, resource_id, dimension) is None:
            raise ObjectNotFound("scalable target registered", namespace, resource_id, dimension)

    def deregister_scalable_target(self, namespace: str, r_id: str, dimension: str) -> None:
        """moto: policies and schedules stay. AWS: they go with their target."""
        target = self.target(namespace, r_id, dimension)
        if target is None:
            raise ObjectNotFound("scalable target found", namespace, r_id, dimension)
        super().deregister_scalable_target(namespace, r_id, dimension)
        self.tags.pop(target.arn, None)
        for policy in [*self.policies.values()]:
            if (policy.resource_id, policy.scalable_dimension) == (r_id, dimension):
                self.delete_scaling_policy(policy.policy_name, namespace, r_id, dimension)
        self.scheduled_actions = [
            action
            for action in self.scheduled_actions
            if (action.resource_id, action.scalable_dimension) != (r_id, dimension)
        ]

    # Policies

    def put_scaling_policy(self, *args: Any, **kwargs: Any) -> FakeApplicationAutoscalingPolicy:
        """moto: a changed policy has another ARN and leaves its alarms behind. AWS: neither."""
        namespace = kwargs["service_namespace"]
        resource_id, dimension = kwargs["resource_id"], kwargs["scalable_dimension"]
        self._require_target(namespace, resource_id, dimension)
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            namespace, resource_id, dimension, kwargs["policy_name"]
        )
        previous = self.policies.get(key)
        policy = super().put_scaling_policy(*args, **kwargs)
        if previous:
            previous.delete_alarms(self.account_id, self.region_name)
            for alarm in policy.alarms:
                alarm.alarm_actions = [
                    action.replace(policy.policy_arn, previous.policy_arn)
                    for action in alarm.alarm_actions
                ]
            policy.policy_arn = previous.policy_arn
            policy.creation_time = previous.creation_time
        tracking = policy.target_tracking_scaling_policy_configuration
        if tracking and namespace == "ecs":
            _set_thresholds(policy.alarms, float(tracking["TargetValue"]))
        return policy

    def delete_scaling_policy(
        self, policy_name: str, service_namespace: str, resource_id: str, scalable_dimension: str
    ) -> None:
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            service_namespace, resource_id, scalable_dimension, policy_name
        )
        if key not in self.policies:
            raise ObjectNotFound(
                "scaling policy found", service_namespace, resource_id, scalable_dimension
            )
        super().delete_scaling_policy(
            policy_name, service_namespace, resource_id, scalable_dimension
        )

    # Scheduled actions

    def put_scheduled_action(self, *args: Any, **kwargs: Any) -> None:
        """moto: takes any schedule. Raises ValidationException."""
        self._require_target(
            kwargs["service_namespace"], kwargs["resource_id"], kwargs["scalable_dimension"]
        )
        if schedule := kwargs.get("schedule"):
            try:
                parse_schedule(schedule, kwargs.get("timezone"), utc(runtime.timestamp()))
            except InvalidSchedule as error:
                raise ValidationError(f"Invalid schedule: {error}") from error
        super().put_scheduled_action(*args, **kwargs)


def _set_thresholds(alarms: list[Alarm], target: float) -> None:
    """moto: every alarm's threshold is 6. AWS: the target above, nine tenths of it below."""
    for alarm in alarms:
        is_low = alarm.comparison_operator.startswith("LessThan")
        alarm.threshold = target * LOW_SHARE if is_low else target
