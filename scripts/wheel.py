# SPDX-License-Identifier: Apache-2.0
"""`make wheel` and `make test-wheel`: builds the wheel, and tries it as somebody who has only that.

The example runs with the wheel in an environment of its own outside this checkout, once in one
process and once in two. Terraform's provider is the set-up's.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cloudmap_harness.live_line import doing, shown_on
from scripts.with_progress import run

CHECKOUT = Path(__file__).resolve().parent.parent
DIST = CHECKOUT / ".state" / "dist"
UV = CHECKOUT / ".venv" / "bin" / "uv"
EXAMPLE = CHECKOUT / "examples" / "plain-hcl"
LOCK = CHECKOUT / "requirements.lock"


def build() -> Path:
    """Builds the wheel; returns its path."""
    shutil.rmtree(DIST, ignore_errors=True)
    # The build backend is the set-up's, pinned by its lock file.
    options = ["--quiet", "--no-build-isolation", "--python", sys.executable, "--wheel"]
    _run("building the wheel", [UV, "build", *options, "--out-dir", DIST, CHECKOUT], CHECKOUT)
    (wheel,) = DIST.glob("*.whl")
    return wheel


def try_out(wheel: Path, folder: Path) -> None:
    """Installs the wheel below an empty folder and runs the example's tests there."""
    python = folder / "venv" / "bin" / "python"
    venv: list[str | Path] = [UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"]
    _run("making an environment", venv, folder)
    # The versions are those that the other tests have run with.
    install: list[str | Path] = [UV, "pip", "install", "--quiet", "--system-certs"]
    install += ["--python", python]
    _run("installing the wheel", [*install, "--constraint", LOCK, wheel, "pytest-xdist"], folder)
    example = folder / "example"
    shutil.copytree(EXAMPLE, example)
    pytest: list[str | Path] = [folder / "venv" / "bin" / "pytest", "-q"]
    _run("the example's tests", pytest, example)
    _run("the example's tests in two processes", [*pytest, "-n", "2"], example)


def _run(what: str, argv: Sequence[str | Path], cwd: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHON", "HANDSON_"))}
    configuration = CHECKOUT / ".state" / "terraform.rc"
    if configuration.is_file():
        kept["TF_CLI_CONFIG_FILE"] = str(configuration)
    code = run(what, argv, cwd=cwd, environ=kept)
    if code:
        sys.exit(code if code > 128 else 1)


def main() -> int:
    """Builds the wheel, and with the argument `test` tries it."""
    if not UV.is_file():
        sys.exit("wheel: no uv in .venv: remove .venv and run `make setup` where PyPI answers")
    wheel = build()
    print(f"built {wheel.relative_to(CHECKOUT)}", flush=True)
    if sys.argv[1:] == ["test"]:
        with (
            shown_on(sys.stdout),
            doing("removing the environment"),  # When the inner commands have ended.
            tempfile.TemporaryDirectory(prefix="cloudmap-wheel-") as folder,
        ):
            try_out(wheel, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
