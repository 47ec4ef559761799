# SPDX-License-Identifier: Apache-2.0
"""What the four services have in the account, to compare before a refused request and after it."""

from __future__ import annotations

import pickle
import re
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.route53.models import route53_backends
from moto.servicediscovery.models import servicediscovery_backends

from localaws import runtime, snapshot

BACKENDS = (ec2_backends, ecs_backends, route53_backends, servicediscovery_backends)


def in_bytes() -> bytes:
    """The state as it would be kept: quick to compare, and different when anything is."""
    with runtime.LOCK:
        return snapshot.bytes_of([dict(each) for each in BACKENDS])


def difference(before: bytes, after: bytes) -> str:
    """Where two states differ first; empty when they do not, but for what no client sees.

    That is: empty entries, which a look-up of moto's makes, and the key that AWS has ready.
    """
    if before == after:
        return ""
    return _difference(_plain(pickle.loads(before), set()), _plain(pickle.loads(after), set()), "")


def _difference(before: Any, after: Any, path: str) -> str:
    if before == after:
        return ""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            if found := _difference(before.get(name), after.get(name), f"{path}/{name}"):
                return found
    if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        for index, pair in enumerate(zip(before, after, strict=False)):
            if found := _difference(*pair, f"{path}/{index}"):
                return found
    return f"{path}: {str(before)[:100]} became {str(after)[:100]}"


def _plain(value: Any, above: set[int]) -> Any:
    if isinstance(value, (str, int, float, bytes, type(None))):
        return value
    if id(value) in above:
        return "..."
    inside = above | {id(value)}
    if isinstance(value, dict):
        return {_text(k): _plain(v, inside) for k, v in value.items() if v not in ({}, [], None)}
    if isinstance(value, (list, tuple)):
        return [_plain(each, inside) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(_text, value))
    if not hasattr(value, "__dict__"):
        return _text(value)
    members = {name: each for name, each in vars(value).items() if name != "default_kms_key_id"}
    return type(value).__name__, _plain(members, inside)


def _text(value: object) -> str:
    """The value in words, without its address in memory."""
    return re.sub(r" at 0x\w+", "", str(value))
