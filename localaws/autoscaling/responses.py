# SPDX-License-Identifier: Apache-2.0
"""Application Auto Scaling's request handler: tags and activities; the rest is moto's."""

from __future__ import annotations

import json
from typing import Any, cast

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError

from localaws.autoscaling.calls import ScalingCalls
from localaws.moto_mixins import CheckedResponse


class AutoScalingResponse(CheckedResponse, ApplicationAutoScalingResponse):
    """Answers Application Auto Scaling's requests."""

    unusable = "ValidationException"

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def _scaling(self) -> ScalingCalls:
        return cast(ScalingCalls, self.applicationautoscaling_backend)

    def register_scalable_target(self) -> str:
        """moto: drops the tags."""
        reply = super().register_scalable_target()
        if tags := self._get_param("Tags"):
            self._scaling.tags.setdefault(json.loads(reply)["ScalableTargetARN"], {}).update(tags)
        return reply

    def _tagged(self) -> dict[str, str]:
        """Returns the tags of the target that the request names."""
        arn = self._get_param("ResourceARN")
        targets = self._scaling.targets.values()
        if arn not in [each.arn for of_dimension in targets for each in of_dimension.values()]:
            raise JsonRESTError("ResourceNotFoundException", f"The resource doesn't exist: {arn}")
        return self._scaling.tags.setdefault(arn, {})

    def list_tags_for_resource(self) -> str:
        return json.dumps({"Tags": self._tagged()})

    def tag_resource(self) -> str:
        self._tagged().update(self._get_param("Tags"))
        return "{}"

    def untag_resource(self) -> str:
        tags = self._tagged()
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return "{}"

    def describe_scaling_activities(self) -> str:
        resource_id = self._get_param("ResourceId")
        found: list[dict[str, Any]] = [
            activity
            for activity in self._scaling.activities
            if activity["ServiceNamespace"] == self._get_param("ServiceNamespace")
            and resource_id in (None, activity["ResourceId"])
        ]
        return json.dumps({"ScalingActivities": found})
