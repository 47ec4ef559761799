# SPDX-License-Identifier: Apache-2.0
"""Rules for calls that fail, in the form of LocalStack's Chaos API, and three that it has not."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ALIASES = {
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "cloudwatch": "monitoring",
}
"""LocalStack's names of services that sign their calls by another one."""

DEFAULT_STATUS, DEFAULT_CODE = 503, "ServiceUnavailable"


class FaultError(ValueError):
    """What is wrong with a fault that somebody asks for, and what goes."""


@dataclass(frozen=True)
class AskedCall:
    """What a rule looks at in a call."""

    service: str
    """As the call is signed: `ecs`."""
    region: str
    operation: str
    attempt: int
    """1, or more when an SDK repeats the call."""


@dataclass
class CallFault:
    """A rule: which calls, how many of them, and what becomes of these."""

    service: str | None = None
    region: str | None = None
    operation: str | None = None
    probability: float = 1.0
    every: int = 1
    """Ours: of the calls that match every so-manyth is hit."""
    attempt: int | None = None
    """Ours: only this attempt of an SDK's is hit, so that a repeat goes through."""
    status: int = DEFAULT_STATUS
    code: str = DEFAULT_CODE
    latency: float = 0.0
    """Ours: milliseconds by which a call is late, and then carried out; 0 is an error."""
    drop: bool = False
    """Ours: the call is carried out, and the connection closed without a reply."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """The rule as it was asked for."""
    _seen: int = 0

    def hits(self, call: AskedCall) -> bool:
        """Whether the call is hit; each call that matches is counted."""
        wanted = ALIASES.get(self.service or "", self.service)
        if wanted not in (None, call.service) or self.region not in (None, call.region):
            return False
        if self.operation not in (None, call.operation):
            return False
        if self.attempt not in (None, call.attempt):
            return False
        self._seen += 1
        return self._seen % self.every == 0 and random.random() < self.probability

    @property
    def sentence(self) -> str:
        """The rule in words: `calls of ecs CreateService fail with 503 ServiceUnavailable`."""
        which = " ".join(
            filter(None, ("calls of", self.service or "every service", self.operation))
        )
        part = f", every {self.every}." if self.every > 1 else ""
        part += f", with a probability of {self.probability:g}" if self.probability < 1 else ""
        part += f" in {self.region}" if self.region else ""
        if self.drop:
            return f"{which}{part}: the connection is dropped"
        if self.latency:
            return f"{which}{part} are late by {self.latency:g} ms"
        return f"{which}{part} fail with {self.status} {self.code}"


def call_fault(asked: Any) -> CallFault:
    """Reads a rule. Raises FaultError."""
    rule = _object(asked, "a rule", MEMBERS)
    error = _object(rule.get("error", {}), "error", {"statusCode": int, "code": str})
    probability, every = rule.get("probability", 1.0), rule.get("every", 1)
    if not 0 <= probability <= 1:
        raise FaultError(f"probability={probability}: a number from 0 to 1 is wanted")
    if every < 1:
        raise FaultError(f"every={every}: 1 or more is wanted")
    status = error.get("statusCode", DEFAULT_STATUS)
    if not 400 <= status <= 599:
        raise FaultError(f"statusCode={status}: an HTTP status from 400 to 599 is wanted")
    return CallFault(
        service=rule.get("service"),
        region=rule.get("region"),
        operation=rule.get("operation"),
        probability=float(probability),
        every=every,
        attempt=rule.get("attempt"),
        status=status,
        code=error.get("code", DEFAULT_CODE),
        latency=_milliseconds(rule.get("latency", 0)),
        drop=rule.get("drop", False),
        asked=rule,
    )


MEMBERS: Mapping[str, Any] = {
    "service": str,
    "region": str,
    "operation": str,
    "probability": (int, float),
    "error": dict,
    "every": int,
    "attempt": int,
    "latency": (int, float),
    "drop": bool,
}


def latency_of(asked: Any) -> float:
    """Reads LocalStack's network effects: the milliseconds by which all calls are late."""
    effects = _object(asked, "the effects", {"latency": (int, float)})
    return _milliseconds(effects.get("latency", 0))


def _milliseconds(value: float) -> float:
    if not 0 <= value <= 600_000:
        raise FaultError(f"latency={value}: milliseconds from 0 to 600000 are wanted")
    return float(value)


def _object(asked: Any, what: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """Checks the members of a JSON object. Raises FaultError."""
    if not isinstance(asked, dict):
        raise FaultError(f"{what} has to be an object with: {', '.join(members)}")
    for name, value in asked.items():
        if name not in members:
            raise FaultError(f"{what} has no {name!r}; there are: {', '.join(members)}")
        is_number = isinstance(value, bool) and members[name] is not bool
        if is_number or not isinstance(value, members[name]):
            raise FaultError(f"{name}={value!r} has another type than {what} wants")
    return asked
