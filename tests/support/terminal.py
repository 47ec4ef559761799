# SPDX-License-Identifier: Apache-2.0
"""A pseudo-terminal: what a person would see, and when."""

import fcntl
import os
import pty
import re
import struct
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, cast

ERASE = "\r\x1b[K"


class Terminal:
    """The program's end is `stream`; all that came out at the other one is `written`."""

    def __init__(self, columns: int = 80) -> None:
        self._user, program = pty.openpty()
        fcntl.ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.stream = cast(TextIO, os.fdopen(program, "w", encoding="utf-8"))
        self.written = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                some = os.read(self._user, 65536)
            except OSError:  # Linux's way to say that nobody has the other end open.
                return
            if not some:
                return
            self.written += some.decode("utf-8", "replace")

    @property
    def screen(self) -> list[str]:
        """The lines as they stand, without colours; a line that is written over has gone."""
        lines = re.sub(r"\x1b\[[0-9;]*m", "", self.written.replace("\r\n", "\n")).split("\n")
        return [line.rsplit(ERASE, 1)[-1] for line in lines]

    def close(self) -> None:
        """Closes both ends, when all has been read."""
        self.stream.close()
        self._reader.join()
        os.close(self._user)


@contextmanager
def terminal(columns: int = 80) -> Iterator[Terminal]:
    """A terminal of the test's own."""
    opened = Terminal(columns)
    try:
        yield opened
    finally:
        opened.close()
