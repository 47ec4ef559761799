# SPDX-License-Identifier: Apache-2.0
"""The pages that begin, list and end faults: LocalStack's Chaos API, and ours for what it lacks.

LocalStack documents them under "Chaos API": GET lists, POST replaces, PATCH adds, DELETE removes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from localaws.error_replies import read_body, reply
from localaws.faults.active import ACTIVE
from localaws.faults.call_faults import FaultError, call_fault, latency_of
from localaws.faults.task_faults import TaskFault, task_fault
from localaws.timeline.stream import STREAM

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RULES, EFFECTS, OWN = "/_localstack/chaos/faults", "/_localstack/chaos/effects", "/_localaws/faults"


class FaultPages:
    """A WSGI application that serves the pages itself."""

    def __init__(self, application: WSGIApplication):
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"].rstrip("/"), environ["REQUEST_METHOD"]
        if path not in (RULES, EFFECTS) and not f"{path}/".startswith(f"{OWN}/"):
            return self._application(environ, start_response)
        before = ACTIVE.sentences
        try:
            status, page = _answer(path, method, environ)
        except FaultError as error:
            status, page = 400, {"error": str(error)}
        _tell_changes(before, ACTIVE.sentences)
        return reply(start_response, status, "application/json", json.dumps(page) + "\n")


def _tell_changes(before: list[str], after: list[str]) -> None:
    for sentence in (Counter(before) - Counter(after)).elements():
        STREAM.tell("fault", "ended", {"message": sentence})
    for sentence in (Counter(after) - Counter(before)).elements():
        STREAM.tell("fault", "began", {"message": sentence})


def _answer(path: str, method: str, environ: WSGIEnvironment) -> tuple[int, Any]:
    page = {RULES: _rules, EFFECTS: _effects, OWN: _own}.get(path)
    if page is None:
        return _one(path.removeprefix(f"{OWN}/"), method)
    return page(method, environ)


def _body(environ: WSGIEnvironment) -> Any:
    try:
        return json.loads(read_body(environ) or b"null")
    except (ValueError, RecursionError) as error:
        raise FaultError(f"the body is not JSON: {error}") from error


def _rules(method: str, environ: WSGIEnvironment) -> tuple[int, Any]:
    """LocalStack's rules: an array, of which the first that matches a call hits it."""
    if method in ("POST", "PATCH", "DELETE"):
        asked = _body(environ)
        if method == "DELETE" and asked is None:
            asked = [dict(each.asked) for each in ACTIVE.rules]
        if not isinstance(asked, list):
            raise FaultError("an array of rules is wanted")
        if method == "DELETE":
            ACTIVE.rules = tuple(each for each in ACTIVE.rules if each.asked not in asked)
        else:
            before = ACTIVE.rules if method == "PATCH" else ()
            ACTIVE.rules = (*before, *map(call_fault, asked))
    elif method != "GET":
        return _not_allowed("GET, POST, PATCH, DELETE")
    return 200, [dict(each.asked) for each in ACTIVE.rules]


def _effects(method: str, environ: WSGIEnvironment) -> tuple[int, Any]:
    """LocalStack's network effects: a latency of all calls, in milliseconds."""
    if method == "POST":
        ACTIVE.latency = latency_of(_body(environ))
    elif method == "DELETE":
        ACTIVE.latency = 0.0
    elif method != "GET":
        return _not_allowed("GET, POST, DELETE")
    return 200, {"latency": ACTIVE.latency}


def _own(method: str, environ: WSGIEnvironment) -> tuple[int, Any]:
    """Our faults: of tasks by their kind; those of calls have the kind `call`."""
    if method == "POST":
        asked = _body(environ)
        if isinstance(asked, dict) and asked.get("kind") == "call":
            id_ = ACTIVE.add(call_fault({n: v for n, v in asked.items() if n != "kind"}))
        else:
            id_ = ACTIVE.add(task_fault(asked))
        return 200, _shown(id_)
    if method == "DELETE":
        ACTIVE.clear()
    elif method != "GET":
        return _not_allowed("GET, POST, DELETE")
    return 200, [_shown(id_) for id_ in ACTIVE.own]


def _one(id_: str, method: str) -> tuple[int, Any]:
    if method == "GET" and id_ in ACTIVE.own:
        return 200, _shown(id_)
    if method == "DELETE" and ACTIVE.remove(id_):
        return 200, [_shown(each) for each in ACTIVE.own]
    if method not in ("GET", "DELETE"):
        return _not_allowed("GET, DELETE")
    return 404, {"error": f"no fault {id_} is on"}


def _shown(id_: str) -> dict[str, Any]:
    fault = ACTIVE.own[id_]
    kind = {} if isinstance(fault, TaskFault) else {"kind": "call"}
    return {"id": id_, **kind, **fault.asked, "sentence": fault.sentence}


def _not_allowed(allowed: str) -> tuple[int, Any]:
    return 405, {"error": f"there are: {allowed}"}
