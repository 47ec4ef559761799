# SPDX-License-Identifier: Apache-2.0
"""`cloudmap-check`: runs the command so that each end of it is told in one line at most.

Imports next to nothing at import time: Ctrl-C may come while the rest is imported.
"""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper

INTERRUPTED = 128 + 2
"""Ended by SIGINT."""
NOT_WRITTEN = 1


def main() -> int:
    """Returns the exit code of the command; does not return after Ctrl-C."""
    try:
        from cloudmap_harness.terraform.signals import interruptible

        with interruptible():
            return _run()
    except KeyboardInterrupt:
        return _end_at_once(INTERRUPTED)


def _run() -> int:
    # A stream that the caller has closed is None, and the exit code says enough.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    try:
        from cloudmap_harness.check_command.command import run

        try:
            code = run()
        except SystemExit as ended:  # argparse's, after --help or for a wrong option.
            code = int(ended.code or 0)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt as interrupt:
        return _end_at_once(getattr(interrupt, "exit_code", INTERRUPTED))
    except OSError as error:
        # The interpreter flushes once more at its end, which must not fail again.
        with _nowhere() as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        # The reader may have gone on purpose, as in `cloudmap-check | head`.
        if not isinstance(error, BrokenPipeError):
            with suppress(OSError):
                sys.stderr.write(f"cloudmap-check: {error}\n")
        return NOT_WRITTEN


def _nowhere() -> TextIOWrapper:
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _end_at_once(code: int) -> int:
    """Ends the process without the calls that are being repeated.

    The interpreter would wait for their threads, for up to a minute.
    """
    with suppress(OSError, KeyboardInterrupt):
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
