# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM end a command of the set-up with one line and no traceback.

This file parses on any Python 3.6, as __main__.py does, which needs it.
"""

import signal
import sys
from typing import Any, Callable  # noqa: UP035 - collections.abc.Callable[...] needs 3.9.


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived; the subprocess module then ends children as it does on Ctrl-C."""


def exit_code(work: Callable[[], int], interrupted: str) -> int:
    """Returns what ``work`` returns; on Ctrl-C or SIGTERM prints a line, returns 128 + the signal.

    SIGTERM unwinds the stack as Ctrl-C does, so that no child process outlives the command.
    """
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        return work()
    except Terminated:
        number = signal.SIGTERM
    except KeyboardInterrupt:
        number = signal.SIGINT
    finally:
        signal.signal(signal.SIGTERM, before)
    sys.stderr.write(interrupted + "\n")
    return 128 + int(number)


def _terminate(*_: Any) -> None:
    raise Terminated
