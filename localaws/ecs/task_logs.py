# SPDX-License-Identifier: Apache-2.0
"""What the containers of a task write, in CloudWatch Logs: the log driver `awslogs`.

Source: ECS developer guide, "Send Amazon ECS logs to CloudWatch".
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import time
from typing import Any

from moto.logs.models import LogsBackend, logs_backends

GROUP_MISSING = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried "
    "1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log "
    "group does not exist."
)
"""AWS's words when a container's log group does not exist."""


class LogGroupMissing(Exception):
    """A container's log group does not exist, and the container is not to create it."""


@dataclass(frozen=True)
class LogStream:
    """Where a container writes."""

    region: str
    group: str
    name: str
    creates_group: bool


class TaskLogs:
    """The streams of a task's containers; what is written waits for the next turn."""

    def __init__(
        self,
        definitions: Sequence[Mapping[str, Any]],
        *,
        account_id: str,
        region: str,
        task_id: str,
    ):
        self._account_id = account_id
        self._streams = {
            definition["name"]: stream
            for definition in definitions
            if (stream := _stream(definition, region, task_id))
        }
        self._waiting: deque[tuple[LogStream, dict[str, Any]]] = deque()
        """Filled by the containers' servers, emptied by the scheduler's thread."""

    def _backend(self, stream: LogStream) -> LogsBackend:
        return logs_backends[self._account_id][stream.region]

    def open(self) -> None:
        """Creates the streams. Raises LogGroupMissing."""
        for stream in self._streams.values():
            backend = self._backend(stream)
            if stream.creates_group:
                backend.ensure_log_group(stream.group)
            if stream.group not in backend.groups:
                raise LogGroupMissing(stream.group)
            backend.ensure_log_stream(stream.group, stream.name)

    def write(self, container: str, message: str) -> None:
        """Writes a line of a container; it is dropped when the container has no stream."""
        if stream := self._streams.get(container):
            event = {"timestamp": int(time() * 1000), "message": message}
            self._waiting.append((stream, event))

    def flush(self) -> None:
        """Puts what was written into CloudWatch Logs, unless somebody has deleted the stream."""
        if not self._waiting:
            return
        written: dict[LogStream, list[dict[str, Any]]] = defaultdict(list)
        while self._waiting:
            stream, event = self._waiting.popleft()
            written[stream].append(event)
        for stream, events in written.items():
            group = self._backend(stream).groups.get(stream.group)
            if group and stream.name in group.streams:
                group.put_log_events(stream.name, events)


def _stream(definition: Mapping[str, Any], region: str, task_id: str) -> LogStream | None:
    """Returns a container's stream `<prefix>/<container>/<task id>`, or None without awslogs."""
    configuration = definition.get("logConfiguration") or {}
    options = configuration.get("options") or {}
    if configuration.get("logDriver") != "awslogs" or not options.get("awslogs-group"):
        return None
    prefix, name = options.get("awslogs-stream-prefix"), definition["name"]
    return LogStream(
        region=options.get("awslogs-region") or region,
        group=options["awslogs-group"],
        # Without a prefix the stream has the id of the container, which Docker makes.
        name=f"{prefix}/{name}/{task_id}" if prefix else f"{task_id}-{name}",
        creates_group=options.get("awslogs-create-group") == "true",
    )
