# SPDX-License-Identifier: Apache-2.0
"""How a script of this checkout gets into the checkout's own Python, whichever one started it."""

import importlib
import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def run(module: str) -> None:
    """Exit with what the module's `main(arguments)` returns, in .venv: by exec when elsewhere."""
    venv = CHECKOUT / ".venv"
    python = venv / "bin" / "python"
    if Path(sys.prefix).resolve() != venv.resolve():
        script = Path(sys.argv[0])
        if not os.access(python, os.X_OK):
            sys.exit(f"{script.name}: run `make setup` in {CHECKOUT} first")
        os.execv(python, [str(python), str(script.absolute()), *sys.argv[1:]])
    try:
        sys.exit(importlib.import_module(module).main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
