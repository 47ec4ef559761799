# SPDX-License-Identifier: Apache-2.0
"""Runs a verb of the application in this checkout's own Python."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def run_verb(verb: str, arguments: Sequence[str] = ()) -> None:
    """Exits with the verb's exit code; replaces this process by .venv's Python when elsewhere."""
    venv = CHECKOUT / ".venv"
    python = venv / "bin" / "python"
    if Path(sys.prefix).resolve() != venv.resolve():
        script = Path(sys.argv[0])
        if not os.access(python, os.X_OK):
            sys.exit(f"{script.name}: run `make setup` in {CHECKOUT} first")
        os.execv(python, [str(python), str(script.absolute()), *sys.argv[1:]])
    from handson.cli import main  # Its packages are in .venv.

    sys.exit(main([verb, *arguments]))
