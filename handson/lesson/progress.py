# SPDX-License-Identifier: Apache-2.0
"""Shows how far the lesson is: a line for each change; on a terminal also the time that runs."""

from typing import Self

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TextColumn, TimeElapsedColumn

from handson.lesson.pace import Pace


class Progress:
    """Is called with what happens, and for how many seconds on AWS it goes on."""

    def __init__(self, console: Console, pace: Pace) -> None:
        self._console = console
        self._pace = pace
        columns = TextColumn("{task.description}"), TimeElapsedColumn()
        self._bar = Bar(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._row = self._bar.add_task("the services start")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __call__(self, what: str, seconds: float) -> None:
        here = self._pace.here(seconds)
        self._console.print(f"  {what:<20} {seconds:4.0f} s on AWS, {here:4.1f} s here")
        self._console.file.flush()  # CI reads a pipe.
        self._bar.reset(self._row, description=f"  {what}")

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
