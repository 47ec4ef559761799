# SPDX-License-Identifier: Apache-2.0
"""An event in one line for people: the same words in `make watch` and in the report."""

from cloudmap_harness.timeline.event import Event

_ID = 12  # Of an id's characters, as in the table of the check.


def subject(event: Event) -> str:
    """Returns who or what an event is about, short."""
    if event.layer == "service":
        return f"{event.cluster or '?'}/{event.service or '?'}"
    if event.layer in ("task", "interface", "instance"):
        address = f" {event.address}" if event.address else ""
        return f"{short(event.task) or event.id or '?'}{address}"
    if event.layer == "record":
        values = " ".join(event.values or ())
        return f"{short(event.task)} {values}".strip() if event.task else event.name or "?"
    if event.layer == "call":
        return event.api or "?"
    return event.name or event.account or ""


def predicate(event: Event) -> str:
    """Returns what has happened to it."""
    match event.layer, event.what:
        case "service", "desired":
            return f"desired count is {event.count}"
        case "service", "event":
            return event.message or "?"
        case "service", "went":
            return "inactive"
        case "record", _:
            ttl = "" if event.ttl is None else f" TTL {event.ttl}"
            health = ", unhealthy" if event.healthy is False else ""
            return f"{event.what}: {event.type or '?'} {event.name or '?'}{ttl}{health}"
        case "dns", _:
            values = ", ".join(event.values or ()) or "no address"
            return f"{event.type or 'A'} {event.status or '?'}: {values}"
        case "http", _:
            who = f" from {event.address}" if event.address else ""
            return _more(f"{event.status or 'no answer'}{who}", event)
        case "call", action:
            return _more(f"{action} {'' if event.status is None else event.status}".strip(), event)
        case "interface", what:
            return f"{what}: {event.id}" if event.id else what
        case "instance", what:
            return f"{what}: {event.name}" if event.name else what
        case _, what:
            return _more(what, event)


def describe(event: Event) -> str:
    """Returns the event as one line: layer, who, what."""
    who = subject(event)
    return " ".join(f"{event.layer:<9} {f'{who}  ' if who else ''}{predicate(event)}".split("\n"))


def short(id_: str | None) -> str:
    """Returns the beginning of an id."""
    return (id_ or "")[:_ID]


def _more(text: str, event: Event) -> str:
    seconds = f", {event.seconds:.2f} s" if event.seconds is not None else ""
    message = f": {event.message}" if event.message else ""
    return f"{text}{seconds}{message}"
