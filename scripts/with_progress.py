# SPDX-License-Identifier: Apache-2.0
"""`python -m scripts.with_progress WHAT COMMAND ...`: a command that has no progress of its own.

On a terminal the last line says what is running and for how long; the command's output goes above
it. In a log the command runs as it is.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cloudmap_harness.live_line import doing, is_terminal, shown_on


def run(
    what: str,
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> int:
    """Runs the command to its end; returns its exit code, 128 more than the signal that ended it.

    Raises OSError when it does not start.
    """
    if is_terminal(sys.stdout):
        coloured = {"FORCE_COLOR": "1", **environ}
        with (
            shown_on(sys.stdout),
            doing(what),
            subprocess.Popen(
                argv, cwd=cwd, env=coloured, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            ) as child,
        ):
            for line in child.stdout or ():
                sys.stdout.write(line.decode("utf-8", "replace"))
        code = child.returncode
    else:
        code = subprocess.run(argv, cwd=cwd, env=environ).returncode
    return code if code >= 0 else 128 - code


def main(arguments: Sequence[str]) -> int:
    """Runs the command that follows its description."""
    if len(arguments) < 2:
        print("usage: python -m scripts.with_progress WHAT COMMAND ...", file=sys.stderr)
        return 2
    what, *argv = arguments
    try:
        return run(what, argv)
    except OSError as error:
        print(f"{what}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
