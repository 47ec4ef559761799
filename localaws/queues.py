# SPDX-License-Identifier: Apache-2.0
"""SQS, completed: a queue's policies, which a change of other attributes leaves as they are."""

from __future__ import annotations

import json
from typing import Any

from moto.sqs import urls
from moto.sqs.models import Queue, SQSBackend

REDRIVE, REDRIVE_ALLOW = "RedrivePolicy", "RedriveAllowPolicy"


class Queues(SQSBackend):
    """moto's queues, which keep their policies."""

    SERVICE_NAMESPACE = "sqs"
    _url_module = urls

    def set_queue_attributes(self, queue_name: str, attributes: dict[str, Any]) -> Queue:
        """moto: takes the policy away unless it is given again."""
        policy = self.get_queue(queue_name).policy
        return super().set_queue_attributes(queue_name, {"Policy": policy, **attributes})

    def get_queue_attributes(self, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
        """moto: with spaces in the redrive policy, and without the one of a dead-letter queue."""
        known = [name for name in attribute_names if name != REDRIVE_ALLOW]
        attributes = {**super().get_queue_attributes(queue_name, known)}
        if policy := attributes.get(REDRIVE):
            attributes[REDRIVE] = json.dumps(json.loads(policy), separators=(",", ":"))
        allowed = getattr(self.get_queue(queue_name), "redrive_allow_policy", None)
        if allowed and {"All", REDRIVE_ALLOW} & {*attribute_names}:
            attributes[REDRIVE_ALLOW] = allowed
        return attributes
