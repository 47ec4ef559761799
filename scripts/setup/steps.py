# SPDX-License-Identifier: Apache-2.0
"""The set-up's steps: the virtual environment, the CDKTF command line, the Terraform provider.

The last act of a step is to write a stamp with the hash of its inputs. A step runs again, from an
empty folder, when its stamp has another hash or is missing because the step was interrupted. Steps
do not need one another: they run side by side.
"""

import fcntl
import hashlib
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cloudmap_harness.live_line import doing, shown_on
from scripts.setup.package_counts import NodePackages, PythonPackages, is_progress
from scripts.setup.programs import Programs
from scripts.setup.provider import VERSION, Provider, provide
from scripts.setup.tools import NODE, NPM, SetupError, find, terraform, venv_problems

CDKTF_STAMP = Path("node_modules", "setup-stamp")
"""In the checkout; `npm ci` begins by removing the folder."""


@dataclass(frozen=True)
class SetupStep:
    """One thing to install, and how to see that it is installed."""

    name: str
    """One of scripts.setup.STEPS."""
    title: str
    stamp: Path
    fingerprint: str
    present: Path
    """A file that the step installs; when it is missing the step runs again."""
    install: Callable[[], str]
    """Installs; returns a note for the line on the screen."""

    def is_done(self) -> bool:
        """Says whether the step was completed with the inputs that are here now."""
        if not self.present.exists() or not self.stamp.is_file():
            return False
        return self.stamp.read_text().split("\n")[0] == self.fingerprint

    def note(self) -> str:
        """Returns the note of the run that completed the step."""
        return self.stamp.read_text().split("\n")[1]

    def run(self) -> None:
        """Installs, and prints one line that ends with the seconds that it took."""
        started = time.monotonic()
        self.stamp.unlink(missing_ok=True)
        with doing(self.title):
            note = self.install()
        complete = self.stamp.with_suffix(".new")
        complete.write_text(f"{self.fingerprint}\n{note}\n")
        complete.replace(self.stamp)
        print(f"setup: {self.title}: {note}, {time.monotonic() - started:.1f} s", flush=True)


def set_up(
    checkout: Path, environ: Mapping[str, str], names: Sequence[str], *, report: bool
) -> int:
    """Runs the named steps that are not done; returns 0, or 1 after the reason on stderr.

    When every one of them is done already it prints nothing, or with ``report`` a line for each.
    """
    state = checkout / ".state"
    programs = Programs()
    try:
        steps = _steps(checkout, environ, names, programs)
        if not all(step.is_done() for step in steps):
            state.mkdir(exist_ok=True)
            with _locked(state / "setup.lock"), shown_on(sys.stdout):
                _run([step for step in steps if not step.is_done()], programs)
        elif report:
            for step in steps:
                print(f"setup: {step.title}: {step.note()}")
        _link_launchers(checkout)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(steps: Sequence[SetupStep], programs: Programs) -> None:
    """Runs the steps side by side, each to its end even when another fails.

    Raises SetupError with the messages of all that failed.
    """
    if steps:
        print(f"setup: {', '.join(step.title for step in steps)} ...", flush=True)
    failures: list[str] = []
    with ThreadPoolExecutor() as pool:
        try:
            for running in [pool.submit(step.run) for step in steps]:
                try:
                    running.result()
                except SetupError as error:
                    failures.append(str(error))
        except BaseException:
            programs.end()  # The pool waits for its threads, and they for their programs.
            raise
    if failures:
        raise SetupError("\n".join(failures))


def _steps(
    checkout: Path, environ: Mapping[str, str], names: Sequence[str], programs: Programs
) -> list[SetupStep]:
    """Returns the named steps. Raises SetupError when a program is missing or too old."""
    venv, modules, state = checkout / ".venv", checkout / "node_modules", checkout / ".state"
    venv_stamp, modules_stamp = venv / "setup-stamp", checkout / CDKTF_STAMP
    # jsii, which the DSL runs on, needs Node.js; npm installs the CDKTF command line alone.
    npm = [] if modules_stamp.exists() or "cdktf" not in names else [NPM]
    needed = [NODE, terraform(environ), *npm]
    tools = find(needed, environ, [] if venv_stamp.exists() else venv_problems())
    binary = tools["Terraform"]
    provider, providers = Provider.of(binary), state / "providers"

    def run(*command: str, on_line: Callable[[str], object] = lambda line: None) -> None:
        _checked(programs, command, checkout, environ, on_line)

    steps = [
        SetupStep(
            "python",
            "Python packages",
            venv_stamp,
            # Scripts in the environment hold its real path, and its links go to the base Python.
            _fingerprint(
                [os.path.realpath(venv), sys.base_prefix, platform.python_version()],
                [checkout / "requirements-uv.lock", checkout / "requirements.lock"],
            ),
            venv / "bin" / "python",
            lambda: _install_python(venv, run),
        ),
        SetupStep(
            "cdktf",
            "CDKTF command line",
            modules_stamp,
            # Native modules are built for one major version of Node.js.
            _fingerprint(
                [tools["Node.js"].version.split(".")[0]],
                [checkout / name for name in ("package.json", "package-lock.json", ".npmrc")],
            ),
            modules / "cdktf-cli" / "package.json",
            lambda: _install_cdktf(tools["Node.js"].version, checkout, run),
        ),
        SetupStep(
            "provider",
            f"Terraform provider hashicorp/aws {VERSION}",
            state / "provider-stamp",
            _fingerprint(
                [provider.host, provider.platform, VERSION, os.path.realpath(providers)], []
            ),
            # Where this is a link into a mirror, exists() follows it: a mirror may be removed.
            provider.folder(providers),
            lambda: "from " + provide(provider, binary.path, state, environ, programs),
        ),
    ]
    return [step for step in steps if step.name in names]


def _fingerprint(facts: list[str], files: list[Path]) -> str:
    digest = hashlib.sha256("\n".join(facts).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _install_python(venv: Path, run: Callable[..., None]) -> str:
    run(sys.executable, "-m", "venv", "--clear", str(venv))
    python = str(venv / "bin" / "python")
    hashes = "--require-hashes"
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", hashes, "-r"]
    packages = PythonPackages(venv.parent / "requirements.lock", venv)
    with doing(lambda: str(packages)):
        try:
            run(*pip, "requirements-uv.lock")
            uv = [str(venv / "bin" / "uv"), "pip", "install", "--color", "never"]
            uv += ["--python", python, "--system-certs", hashes, "-r", "requirements.lock"]
            run(*uv, on_line=packages.read)
            how = "uv"
        except SetupError:
            # Only pip reads pip's configuration (an index of one's own), and uv has no build for
            # some platforms.
            run(*pip, "requirements.lock", on_line=packages.read)
            how = "pip"
    return f"Python {platform.python_version()}, by {how}"


def _install_cdktf(version: str, checkout: Path, run: Callable[..., None]) -> str:
    packages = NodePackages(checkout / "package-lock.json")
    with doing(lambda: str(packages)):
        run("npm", "ci")
    return f"Node.js {version}"


def _checked(
    programs: Programs,
    command: Sequence[str],
    checkout: Path,
    environ: Mapping[str, str],
    on_line: Callable[[str], object],
) -> None:
    """Runs the command in the checkout. Raises SetupError with its last 20 lines when it fails."""
    try:
        ran = programs.run(command, cwd=checkout, env=environ, on_line=on_line)
    except OSError as error:
        raise SetupError(f"setup: {error}") from error
    if ran.returncode:
        printed = (ran.stdout + ran.stderr).strip().splitlines()
        printed = [line for line in printed if not is_progress(line)]
        words = "\n".join(f"  {line}" for line in printed[-20:])
        failed = f"setup: exit code {ran.returncode} from: {' '.join(command)}"
        raise SetupError(f"{failed}\n{words}")


def _link_launchers(checkout: Path) -> None:
    """Makes the commands of the activated environment, and `npx cdktf`, start those in scripts/."""
    links = [checkout / ".venv/bin" / name for name in ("cdktf", "localaws", "cloudmap-check")]
    for link in (*links, checkout / "node_modules/.bin/cdktf"):
        launcher = Path("..") / ".." / "scripts" / link.name
        if not (link.is_symlink() and link.readlink() == launcher):
            link.parent.mkdir(parents=True, exist_ok=True)
            # A rename is atomic: another set-up of this checkout may make the same link now.
            new = link.with_name(f"{link.name}.{os.getpid()}.{threading.get_ident()}")
            new.symlink_to(launcher)
            new.replace(link)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Holds the file's lock, so that two set-ups of one checkout run one after the other.

    The application locks with the filelock package, which is not installed yet here.
    """
    with file.open("w") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("setup: waiting for another set-up of this checkout", flush=True)
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
