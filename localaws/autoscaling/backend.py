# SPDX-License-Identifier: Apache-2.0
"""Application Auto Scaling in one account and region: its request handler, its share of a tick."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any, cast

from moto.applicationautoscaling import urls
from moto.applicationautoscaling.models import (
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
    FakeScheduledAction,
)
from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.ecs.exceptions import ECSException

from localaws import runtime
from localaws.autoscaling.adjustments import stepped, tracked
from localaws.autoscaling.calls import ScalingCalls
from localaws.autoscaling.responses import AutoScalingResponse
from localaws.autoscaling.schedules import parse_schedule, utc
from localaws.ecs.backend import Ecs
from localaws.ecs.services import EcsService
from localaws.moto_mixins import OwnUrls


class ApplicationAutoScaling(OwnUrls, ScalingCalls):
    """moto's Application Auto Scaling, whose policies and schedules move ECS services."""

    moto_urls = urls
    responses = AutoScalingResponse

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self._last_tick = runtime.timestamp()
        self._alarms_seen: dict[str, datetime] = {}
        """When each alarm that a policy acted upon was set off."""

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
