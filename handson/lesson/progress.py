# SPDX-License-Identifier: Apache-2.0
"""Shows how far the lesson is: a line for each change; on a terminal also the time that runs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from cloudmap_harness.live_line import doing
from handson.lesson.pace import Pace


@contextmanager
def progress(console: Console, pace: Pace) -> Iterator[Callable[[str, float], None]]:
    """Yields the function to call with what happens, and for how many seconds on AWS it goes on."""

    def tell(what: str, seconds: float) -> None:
        here = pace.here(seconds)
        console.print(f"  {what:<20} {seconds:4.0f} s on AWS, {here:4.1f} s here")
        console.file.flush()  # CI reads a pipe.
        activity.say(what, time.monotonic())

    with doing("the services start") as activity:
        yield tell
