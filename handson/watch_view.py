# SPDX-License-Identifier: Apache-2.0
"""What `make watch` shows: in a terminal a picture that moves, elsewhere a line per change."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from cloudmap_harness.timeline.event import Event
from cloudmap_harness.timeline.lanes import CHAIN, RUNNING
from cloudmap_harness.timeline.present import Present, PresentService, PresentTask
from cloudmap_harness.timeline.words import describe, short

RECENT = 8
"""The most of the last events that the picture has."""
WIDTH = 80
_LEAST_TASKS = 3
"""The fewest lines for tasks, in however low a terminal."""


class View(Protocol):
    """Shows the present and what changes."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
    def begin(self, present: Present, past: Sequence[Event]) -> None: ...
    def change(self, present: Present, events: Sequence[Event]) -> None: ...
    def say(self, text: str) -> None: ...


def view_for(console: Console, title: str) -> View:
    """Returns the picture for a terminal, lines for a pipe or a file.

    FORCE_COLOR makes no terminal of a log, and a dumb one cannot be drawn on.
    """
    can_draw = console.file.isatty() and not console.is_dumb_terminal
    return Picture(console, title) if can_draw else Lines(console, title)


class Lines:
    """A line for each change, without escape codes."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title

    def __enter__(self) -> Self:
        self._line(self._title)
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def begin(self, present: Present, past: Sequence[Event]) -> None:
        """Prints a line for each service, as it is now."""
        for service in present.services():
            self.say(f"{name_of(service)}  {counts(service)}")
        if not present.services():
            self.say("no service yet")

    def change(self, present: Present, events: Sequence[Event]) -> None:
        for event in events:
            self._line(timed(event))

    def say(self, text: str) -> None:
        self._line(f"{datetime.now():%H:%M:%S}  {text}")

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class Picture:
    """The services with their tasks, and the last events, drawn anew at each change."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._recent: deque[str] = deque(maxlen=RECENT)
        self._live = Live(console=console, auto_refresh=False, vertical_overflow="crop")
        self._present = Present()

    def __enter__(self) -> Self:
        try:
            self._live.start()
            self._live.update(Text(self._title, "bold"), refresh=True)
        except BaseException:  # A Ctrl-C here would leave the terminal without its cursor.
            self._live.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def begin(self, present: Present, past: Sequence[Event]) -> None:
        self._present = present
        self._recent.extend(timed(event) for event in past[-RECENT:])
        self._draw()

    def change(self, present: Present, events: Sequence[Event]) -> None:
        self._present = present
        self._recent.extend(timed(event) for event in events[-RECENT:])
        self._draw()

    def say(self, text: str) -> None:
        self._recent.append(f"{datetime.now():%H:%M:%S}  {text}")
        self._draw()

    def _draw(self) -> None:
        width, height = min(self._console.width, WIDTH), self._console.height
        lines = picture(self._present, self._title, [*self._recent], height)
        for line in lines:
            line.truncate(width, overflow="ellipsis")
        self._live.update(Text("\n", no_wrap=True).join(lines), refresh=True)


def picture(present: Present, title: str, recent: Sequence[str], height: int) -> list[Text]:
    """Returns the lines of the picture, so few that they fit a terminal of that height."""
    services = present.services()
    room = max(height - 2 * len(services) - len(recent) - 6, _LEAST_TASKS)
    # A task on its way is what one looks for.
    tasks = sorted(
        present.tasks.values(), key=lambda task: (is_whole(task), task.service or (), task.id)
    )
    shown = {id(task) for task in tasks[:room]}
    lines = [Text(title, "bold"), Text()]
    for service in services:
        lines.append(Text(name_of(service), "bold"))
        lines.append(Text(f"  {counts(service)}", "" if is_settled(service) else "yellow"))
        key = (service.account, service.cluster, service.name)
        lines += [_line(task) for task in tasks if task.service == key and id(task) in shown]
    there = {(service.account, service.cluster, service.name) for service in services}
    others = [task for task in tasks if task.service not in there and id(task) in shown]
    if others:
        lines += [Text("of no service"), *map(_line, others)]
    if len(tasks) > room:
        lines.append(Text(f"  and {len(tasks) - room} tasks more", "dim"))
    if not services and not tasks:
        lines.append(Text("no service yet", "dim"))
    return [*lines, Text(), *(Text(line, "dim") for line in recent)]


def name_of(service: PresentService) -> str:
    return f"{service.cluster}/{service.name}"


def counts(service: PresentService) -> str:
    """Returns how many there are of each."""
    return (
        f"desired {service.desired}  running {service.running}  "
        f"instances {service.instances}  records {service.records}"
    )


def is_settled(service: PresentService) -> bool:
    """Whether every layer has as many as are desired; a service without registry has none."""
    found = {service.running, service.instances, service.records}
    return found <= {service.desired, 0} and service.running == service.desired


def is_whole(task: PresentTask) -> bool:
    """Whether a task runs and has all of its chain."""
    return task.state == RUNNING and all(task.has.values())


def timed(event: Event) -> str:
    """Returns an event with its time of day, as the reader's clock has it."""
    return f"{event.at.astimezone():%H:%M:%S}  {describe(event)}"


def _line(task: PresentTask) -> Text:
    chain = " > ".join(layer for layer in CHAIN if task.has[layer]) or "-"
    health = f" {task.health}" if task.health == "UNHEALTHY" else ""
    state = task.state or "no task"
    style = {RUNNING: "green"}.get(task.state, "yellow")
    line = Text(f"  {short(task.id):<12}  {task.address:<15}  ")
    line.append(f"{state:<14}", style)
    return line.append(f"  {chain}{health}")
