# SPDX-License-Identifier: Apache-2.0
"""moto's serializer of ECS's replies, with a memory for what never changes: a service's events.

moto looks up every member of every structure in several ways. The hundred events of a service
would take most of the time of DescribeServices.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.model import ListShape, StructureShape
from moto.core.responses import ActionContext, ActionResult
from moto.core.serialize import JSONSerializer


class SerializedOnce(dict[str, Any]):
    """A structure that nobody changes: only the first reply that has it serializes it."""

    reply: Any = None
    """What the serializer made of it."""


class EcsSerializer(JSONSerializer):
    """Serializes replies."""

    def _serialize_type_structure(
        self, serialized: MutableMapping[str, Any], value: Any, shape: StructureShape, key: str
    ) -> None:
        if not isinstance(value, SerializedOnce):
            super()._serialize_type_structure(serialized, value, shape, key)
            return
        if value.reply is None:
            super()._serialize_type_structure(serialized, value, shape, key)
            value.reply = serialized[key]
        serialized[key] = value.reply

    def _serialize_type_list(
        self, serialized: MutableMapping[str, Any], value: Any, shape: ListShape, key: str
    ) -> None:
        known = [each.reply for each in value if isinstance(each, SerializedOnce)]
        if len(known) != len(value) or None in known:
            super()._serialize_type_list(serialized, value, shape, key)
            return
        self._default_serialize(serialized, known, shape, key)


class EcsResult(ActionResult):
    """The result of a call, or the error that it raised."""

    def execute_result(self, context: ActionContext) -> TYPE_RESPONSE:
        return super().execute_result(replace(context, serializer_class=EcsSerializer))
