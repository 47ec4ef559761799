# SPDX-License-Identifier: Apache-2.0
"""Runs a verb of the application in this checkout's own Python."""

import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def enter() -> None:
    """Replaces this process by the same command in .venv's Python, when it runs in another."""
    venv = CHECKOUT / ".venv"
    python = venv / "bin" / "python"
    if Path(sys.prefix).resolve() != venv.resolve():
        script = Path(sys.argv[0])
        if not os.access(python, os.X_OK):
            sys.exit(f"{script.name}: run `make setup` in {CHECKOUT} first")
        os.execv(python, [str(python), str(script.absolute()), *sys.argv[1:]])


def install_cdktf() -> None:
    """Installs the CDKTF command line at its first use; exits with the set-up's code on failure.

    What the command itself prints may be piped somewhere: the set-up speaks on stderr.
    """
    from scripts.setup.signals import exit_code
    from scripts.setup.steps import CDKTF_STAMP, set_up

    if (CHECKOUT / CDKTF_STAMP).is_file():
        return
    with redirect_stdout(sys.stderr):
        code = exit_code(
            lambda: set_up(CHECKOUT, os.environ, ["cdktf"], report=False),
            "cdktf: interrupted; run it again to go on with the set-up",
        )
    if code:
        sys.exit(code)


def name_endpoint() -> None:
    """Names this checkout's endpoint to what comes next, unless another one is named already."""
    from handson.background_process import read_pid_file  # Its packages are in .venv.
    from handson.project import STATE

    recorded = read_pid_file(STATE)
    if recorded is not None:
        os.environ.setdefault("AWS_ENDPOINT_URL", recorded[1])


def run_verb(verb: str, arguments: Sequence[str] = ()) -> None:
    """Exits with the verb's exit code."""
    from handson.cli import main  # Its packages are in .venv.

    sys.exit(main([verb, *arguments]))
