# SPDX-License-Identifier: Apache-2.0
"""The set-up's steps: the virtual environment, the CDKTF command line, the Terraform provider.

Each leaves a stamp with the hash of what it was made from, as its last act. A step whose stamp says
otherwise, or is missing because the step was interrupted, is done again from an empty folder.
"""

import fcntl
import hashlib
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.setup.provider import VERSION, Provider, provide
from scripts.setup.tools import NODE, NPM, SetupError, find, terraform, venv_problems

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Step:
    """One thing to install, and how to know that it is already."""

    title: str
    stamp: Path
    fingerprint: str
    present: Path
    """A file without which the step is undone, whatever the stamp says."""
    run: Callable[[], str]
    """Does it; returns what to add to the line on the screen."""

    def is_done(self) -> bool:
        """Was it done from exactly what is here now?"""
        if not self.present.exists() or not self.stamp.is_file():
            return False
        return self.stamp.read_text().split("\n")[0] == self.fingerprint

    def note(self) -> str:
        """What `run` returned when it was done."""
        return self.stamp.read_text().split("\n")[1]

    def perform(self) -> None:
        """Do it, with one line on the screen that ends in the seconds that it took."""
        print(f"setup: {self.title} ...", end="", flush=True)
        started = time.monotonic()
        self.stamp.unlink(missing_ok=True)
        try:
            note = self.run()
        except BaseException:
            print()  # The message gets a line of its own.
            raise
        complete = self.stamp.with_suffix(".new")
        complete.write_text(f"{self.fingerprint}\n{note}\n")
        complete.replace(self.stamp)
        print(f" {note}, {time.monotonic() - started:.1f} s")


def set_up(environ: Mapping[str, str], *, report: bool) -> int:
    """Do what is not done yet; the exit code. With `report`, say so when that was nothing."""
    state = CHECKOUT / ".state"
    try:
        steps = _steps(state, environ)
        if not all(step.is_done() for step in steps):
            state.mkdir(exist_ok=True)
            with _alone(state / "setup.lock"):
                for step in steps:
                    if not step.is_done():
                        step.perform()
        elif report:
            for step in steps:
                print(f"setup: {step.title}: {step.note()}")
        _link_launcher()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("setup: interrupted; the next run begins that step again", file=sys.stderr)
        return 130
    return 0


def _steps(state: Path, environ: Mapping[str, str]) -> list[Step]:
    """All of them, in order. Raises SetupError when a program is missing or too old."""
    venv, modules = CHECKOUT / ".venv", CHECKOUT / "node_modules"
    venv_stamp, modules_stamp = venv / "setup-stamp", modules / "setup-stamp"
    needed = [NODE, terraform(environ)] + ([] if modules_stamp.exists() else [NPM])
    tools = find(needed, environ, [] if venv_stamp.exists() else venv_problems())
    binary = tools["Terraform"]
    provider, providers = Provider.of(binary), state / "providers"
    return [
        Step(
            "Python packages",
            venv_stamp,
            # The real path, because the scripts in there hold it; the base, because links go there.
            _fingerprint(
                [os.path.realpath(venv), sys.base_prefix, platform.python_version()],
                ["requirements-uv.lock", "requirements.lock"],
            ),
            venv / "bin" / "python",
            lambda: _install_python(venv, environ),
        ),
        Step(
            "CDKTF command line",
            modules_stamp,
            # The major version, because native modules are built for it.
            _fingerprint(
                [tools["Node.js"].version.split(".")[0]],
                ["package.json", "package-lock.json", ".npmrc"],
            ),
            modules / "cdktf-cli" / "package.json",
            lambda: _install_node(tools["Node.js"].version, environ),
        ),
        Step(
            f"Terraform provider hashicorp/aws {VERSION}",
            state / "provider-stamp",
            _fingerprint(
                [provider.host, provider.platform, VERSION, os.path.realpath(providers)], []
            ),
            # Through the link, if it is one: a mirror may go away.
            provider.folder(providers),
            lambda: "from " + provide(provider, binary.path, state, environ),
        ),
    ]


def _fingerprint(facts: list[str], files: list[str]) -> str:
    digest = hashlib.sha256("\n".join(facts).encode())
    for name in files:
        digest.update((CHECKOUT / name).read_bytes())
    return digest.hexdigest()


def _install_python(venv: Path, environ: Mapping[str, str]) -> str:
    _run([sys.executable, "-m", "venv", "--clear", str(venv)], environ)
    python = str(venv / "bin" / "python")
    hashes = "--require-hashes"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", hashes, "-r"]
    try:
        _run([*pip, "requirements-uv.lock"], environ)
        uv = [str(venv / "bin" / "uv"), "pip", "install", "--quiet", "--python", python]
        _run([*uv, "--system-certs", hashes, "-r", "requirements.lock"], environ)
        how = "uv"
    except SetupError:
        # An index that only pip's own configuration knows, or a platform that uv is not built for.
        _run([*pip, "requirements.lock"], environ)
        how = "pip"
    return f"Python {platform.python_version()}, by {how}"


def _install_node(version: str, environ: Mapping[str, str]) -> str:
    _run(["npm", "ci"], environ)
    return f"Node.js {version}"


def _run(command: list[str], environ: Mapping[str, str]) -> None:
    """Run it in the checkout; SetupError with its own last words when it fails."""
    try:
        ran = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise SetupError(f"setup: {error}") from error
    if ran.returncode:
        words = "\n".join(f"  {line}" for line in ran.stdout.strip().splitlines()[-20:])
        said = f"setup: exit code {ran.returncode} from: {' '.join(command)}\n{words}"
        raise SetupError(said)


def _link_launcher() -> None:
    """Let `cdktf` in the activated environment, and `npx cdktf`, be the launcher."""
    launcher = Path("..") / ".." / "scripts" / "cdktf"
    for link in (CHECKOUT / ".venv/bin/cdktf", CHECKOUT / "node_modules/.bin/cdktf"):
        if not (link.is_symlink() and link.readlink() == launcher):
            # In one step, since another set-up of this checkout may do the same now.
            new = link.with_name(f"{link.name}.{os.getpid()}")
            new.symlink_to(launcher)
            new.replace(link)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait for any other set-up of this checkout to end."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("setup: waiting for another set-up of this checkout", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
