# SPDX-License-Identifier: Apache-2.0
"""`make clean`: removes what was generated, unless that is still needed to end a deployment."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

_STATES = ("terraform.*.tfstate", ".state/live/*/terraform.*.tfstate")
"""The deployment's, and those that a live test kept or could not end."""

_GENERATED = (
    ".venv",
    "node_modules",
    ".state",
    "cdktf.out",
    "cdktf.log",
    "terraform.*.tfstate*",
    "junit*.xml",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "*/**/__pycache__",
    "__pycache__",
)


def main() -> int:
    """0 when all is removed; 1, with nothing removed, while something is still deployed."""
    states = [path for pattern in _STATES for path in CHECKOUT.glob(pattern)]
    held = {str(path.relative_to(CHECKOUT)): n for path in states if (n := _held(path))}
    if held:
        for name, number in held.items():
            print(f"clean: {name} still holds {number} resources", file=sys.stderr)
        print("clean: nothing removed; `make destroy` first", file=sys.stderr)
        return 1
    if (CHECKOUT / ".state" / "localaws.pid").exists():
        down = [".venv/bin/python", "-m", "handson.local_endpoint", "down"]
        if subprocess.run(down, cwd=CHECKOUT).returncode:
            return 1
    for pattern in _GENERATED:
        for path in CHECKOUT.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    return 0


def _held(state: Path) -> int:
    """How many resources that Terraform manages are in that state; an unreadable one counts."""
    try:
        resources = json.loads(state.read_text())["resources"]
        return sum(resource["mode"] == "managed" for resource in resources)
    except (ValueError, KeyError):
        return 1


if __name__ == "__main__":
    sys.exit(main())
