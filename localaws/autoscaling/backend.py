# SPDX-License-Identifier: Apache-2.0
"""Application Auto Scaling in one account and region, and its share of a tick."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any, cast

from moto.applicationautoscaling import urls
from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
    FakeScheduledAction,
)
from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.core.exceptions import JsonRESTError
from moto.ecs.exceptions import ECSException

from localaws import runtime
from localaws.autoscaling.adjustments import stepped, tracked
from localaws.autoscaling.responses import AutoScalingResponse, ValidationError
from localaws.autoscaling.schedules import InvalidSchedule, parse_schedule, utc
from localaws.ecs.backend import Ecs
from localaws.ecs.services import EcsService
from localaws.moto_mixins import OwnUrls

LOW_SHARE = 0.9
"""A target tracking policy scales in below this share of its target, as for CPU on AWS."""


class ObjectNotFound(JsonRESTError):
    """There is no such target, policy or scheduled action."""

    def __init__(self, what: str, namespace: str, resource_id: str, dimension: str):
        super().__init__(
            "ObjectNotFoundException",
            f"No {what} for service namespace: {namespace}, resource ID: {resource_id}, "
            f"scalable dimension: {dimension}",
        )


class ApplicationAutoScaling(OwnUrls, ApplicationAutoscalingBackend):
    """moto's Application Auto Scaling, whose policies and schedules move ECS services."""

    moto_urls = urls
    responses = AutoScalingResponse

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.tags: dict[str, dict[str, str]] = {}
        """By the ARN of a scalable target."""
        self.activities: list[dict[str, Any]] = []
        """The newest first."""
        self._last_tick = runtime.timestamp()
        self._alarms_seen: dict[str, datetime] = {}
        """When each alarm that a policy acted upon was set off."""

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

    # A tick

    def tick(self) -> None:
        """Takes one turn: what is due by the clock, then what alarms have set off."""
        after, self._last_tick = self._last_tick, runtime.timestamp()
        for action in self.scheduled_actions:
            if action.service_namespace == "ecs" and _is_due(action, after, self._last_tick):
                self._carry_out(action)
        for policy in self.policies.values():
            if policy.service_namespace == "ecs":
                self._follow_alarms(policy)

    def _carry_out(self, action: FakeScheduledAction) -> None:
        """Sets the bounds of a target, and the desired count within them."""
        target = self.target("ecs", action.resource_id, action.scalable_dimension)
        bounds = cast(dict[str, int], action.scalable_target_action or {})
        if target is None or _suspends(target, "ScheduledScalingSuspended"):
            return
        target.update(bounds.get("MinCapacity"), bounds.get("MaxCapacity"), None)  # type: ignore[arg-type]
        service = self._service(action.resource_id)
        if service:
            cause = f"scheduled action name {action.scheduled_action_name} was triggered"
            self._set_desired_count(target, service, service.desired_count, cause)

    def _follow_alarms(self, policy: FakeApplicationAutoscalingPolicy) -> None:
        """Applies the policy once for each time that one of its alarms was set off."""
        for alarm in cloudwatch_backends[self.account_id][self.region_name].alarms.values():
            if alarm.state_value != "ALARM" or not alarm.actions_enabled:
                continue
            actions = [action for action in alarm.alarm_actions if policy.policy_arn in action]
            key = f"{policy.policy_arn} {alarm.alarm_arn}"
            if actions and self._alarms_seen.get(key) != alarm.state_updated_timestamp:
                self._alarms_seen[key] = alarm.state_updated_timestamp
                self._apply(policy, alarm)

    def _apply(self, policy: FakeApplicationAutoscalingPolicy, alarm: Alarm) -> None:
        target = self.target("ecs", policy.resource_id, policy.scalable_dimension)
        service = self._service(policy.resource_id)
        if target is None or service is None:
            return
        current = service.desired_count
        if policy.step_scaling_policy_configuration:
            wanted = stepped(current, policy.step_scaling_policy_configuration, alarm)
        else:
            tracking = policy.target_tracking_scaling_policy_configuration
            wanted = tracked(current, cast(dict[str, Any], tracking), alarm)
        suspends = "DynamicScalingInSuspended" if wanted < current else "DynamicScalingOutSuspended"
        if not _suspends(target, suspends):
            cause = (
                f"monitor alarm {alarm.name} in state ALARM triggered policy {policy.policy_name}"
            )
            self._set_desired_count(target, service, wanted, cause)

    def _service(self, resource_id: str) -> EcsService | None:
        """Returns the service of a resource id `service/<cluster>/<name>`, if it is ACTIVE."""
        _, cluster, name = resource_id.split("/")
        try:
            service = cast(Ecs, self.ecs_backend).service(cluster, name)
        except ECSException:
            return None
        return service if service.status == "ACTIVE" else None

    def _set_desired_count(
        self, target: FakeScalableTarget, service: EcsService, wanted: int, cause: str
    ) -> None:
        """Sets a service's desired count to what is wanted, within the target's bounds."""
        within = max(target.min_capacity or 0, min(wanted, target.max_capacity or 0))
        if within == service.desired_count:
            return
        service.desired_count = within
        moment = time.time()
        self.activities.insert(
            0,
            {
                "ActivityId": str(uuid.uuid4()),
                "ServiceNamespace": "ecs",
                "ResourceId": target.resource_id,
                "ScalableDimension": target.scalable_dimension,
                "Description": f"Setting desired count to {within}.",
                "Cause": cause,
                "StartTime": moment,
                "EndTime": moment,
                "StatusCode": "Successful",
                "StatusMessage": f"Successfully set desired count to {within}.",
            },
        )


def _set_thresholds(alarms: list[Alarm], target: float) -> None:
    """moto: every alarm's threshold is 6. AWS: the target above, nine tenths of it below."""
    for alarm in alarms:
        is_low = alarm.comparison_operator.startswith("LessThan")
        alarm.threshold = target * LOW_SHARE if is_low else target


def _suspends(target: FakeScalableTarget, kind: str) -> bool:
    state = cast(dict[str, bool], target.suspended_state or {})
    return bool(state.get(kind))


def _is_due(action: FakeScheduledAction, after: datetime, until: datetime) -> bool:
    start, end = (
        datetime.fromtimestamp(float(each), UTC) if each else None
        for each in (action.start_time, action.end_time)
    )
    now = utc(until)
    if (start and now < start) or (end and now > end) or not action.schedule:
        return False
    created = datetime.fromtimestamp(action.creation_time, UTC)
    due = parse_schedule(action.schedule, action.timezone, start or created)
    return due(utc(after), now)
