# SPDX-License-Identifier: Apache-2.0
"""When a scheduled action is due: `at(...)`, `rate(...)` and `cron(...)`.

Source: Application Auto Scaling user guide, "Schedule recurring scaling actions using cron
expressions".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EXPRESSION = re.compile(r"(?P<kind>at|rate|cron)\((?P<value>[^()]*)\)")
RATE = re.compile(r"(\d+) (minute|hour|day)s?")

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS: Sequence[tuple[int, int, tuple[str, ...]]] = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, MONTHS),
    (1, 7, DAYS),
    (1970, 2199, ()),
)
"""The range and the names of each field: minute, hour, day of month, month, day of week, year."""

LONGEST_LOOK_BACK = timedelta(hours=1)
"""Minutes before this are not made up for, such as those in which the machine slept."""


class InvalidSchedule(ValueError):
    """A schedule that Application Auto Scaling does not have."""


class Schedule(Protocol):
    """When something is due."""

    def __call__(self, after: datetime, until: datetime) -> bool:
        """Whether it is due later than `after` and not later than `until`, both in UTC."""


def parse_schedule(text: str, timezone: str | None, start: datetime) -> Schedule:
    """Returns the schedule of an expression; rates count from `start`. Raises InvalidSchedule."""
    match = EXPRESSION.fullmatch(text.strip())
    if match is None:
        raise InvalidSchedule(f"{text!r} is not at(...), rate(...) or cron(...)")
    try:
        zone = ZoneInfo(timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidSchedule(f"{timezone!r} is not a time zone") from error
    value = match["value"].strip()
    match match["kind"]:
        case "at":
            return _at(value, zone)
        case "rate":
            return _rate(value, start)
        case _:
            return _cron(value, zone)


def _at(value: str, zone: ZoneInfo) -> Schedule:
    try:
        moment = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=zone)
    except ValueError as error:
        raise InvalidSchedule(f"{value!r} is not a time such as 2026-01-31T08:00:00") from error
    return lambda after, until: after < moment <= until


def _rate(value: str, start: datetime) -> Schedule:
    match = RATE.fullmatch(value)
    if match is None or not int(match[1]):
        raise InvalidSchedule(f"{value!r} is not a rate such as 5 minutes")
    period = timedelta(**{f"{match[2]}s": int(match[1])})
    return lambda after, until: (until - start) // period > max((after - start) // period, 0)


def _cron(value: str, zone: ZoneInfo) -> Schedule:
    texts = value.split()
    if len(texts) != len(FIELDS):
        raise InvalidSchedule(f"{value!r} has not six fields")
    minute, hour, day, month, weekday, year = (
        _field(text, *field) for text, field in zip(texts, FIELDS, strict=True)
    )

    def is_due(after: datetime, until: datetime) -> bool:
        first = max(after, until - LONGEST_LOOK_BACK).replace(second=0, microsecond=0)
        moment = first + timedelta(minutes=1)
        while moment <= until:
            local = moment.astimezone(zone)
            if (
                minute(local.minute)
                and hour(local.hour)
                and day(local.day)
                and month(local.month)
                and weekday(local.isoweekday() % 7 + 1)
                and year(local.year)
            ):
                return True
            moment += timedelta(minutes=1)
        return False

    return is_due


def _field(text: str, low: int, high: int, names: tuple[str, ...]) -> Callable[[int], bool]:
    """Returns what tells the values of one field: `*`, lists, ranges and steps."""
    allowed: set[int] = set()
    for item in text.upper().split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        if span in ("*", "?"):
            start, end = low, high
        else:
            start = _number(first, names, low)
            end = _number(last, names, low) if last else high if step else start
        if not (low <= start <= end <= high) or (step and not step.isdigit()) or step == "0":
            raise InvalidSchedule(f"{item!r} is not in {low} to {high}")
        allowed.update(range(start, end + 1, int(step or 1)))
    return allowed.__contains__


def _number(text: str, names: tuple[str, ...], low: int) -> int:
    if text in names:
        return names.index(text) + low
    if not text.isdigit():
        raise InvalidSchedule(f"{text!r} is not a number")
    return int(text)


def utc(moment: datetime) -> datetime:
    """Returns a naive time of the endpoint's clock as what it is, UTC."""
    return moment.replace(tzinfo=UTC)
