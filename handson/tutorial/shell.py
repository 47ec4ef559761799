# SPDX-License-Identifier: Apache-2.0
"""A real shell in which commands are typed one after the other, as a reader does it."""

import re
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Self, cast

import psutil

from cloudmap_harness.errors import describe_exit
from cloudmap_harness.terraform.signals import deferred
from handson.errors import HandsonError
from handson.tutorial.block import Block

COMMAND_SECONDS = 600.0
GRACE_SECONDS = 30.0
"""How long a command that is ended early has to end what it has started."""
SHELLS: Mapping[str, Sequence[str]] = {
    "bash": ("bash", "--noprofile", "--norc"),
    "zsh": ("zsh", "--no-rcs"),
}
"""The shells of Linux and macOS, without the start-up files of whoever runs this."""

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class BlockFailed(HandsonError):
    """A command of the tutorial did not end as its page says."""

    def __init__(self, block: Block, command: str, ended: str, output: str) -> None:
        wanted = "to fail" if block.fails else "exit code 0"
        super().__init__(
            f"tutorial, block {block.name!r}: {ended}, expected {wanted}, from:\n"
            f"{command}\n{output.strip()}"
        )


@dataclass(frozen=True)
class _Ran:
    code: int
    output: str


class Shell:
    """A shell that ends with the `with` block, and all that it has started in its session."""

    def __init__(self, name: str, *, folder: Path, scratch: Path, environ: Mapping[str, str]):
        """Starts the shell in `folder`; `scratch` is for files that its reader does not see.

        Raises HandsonError when there is no such shell.
        """
        self._typed = scratch / "typed.sh"
        self._end = secrets.token_hex(16)
        # On a terminal curl shows no progress for a page, and in a pipe it does.
        (scratch / ".curlrc").write_text("silent\nshow-error\n")
        try:
            self._process = subprocess.Popen(
                SHELLS[name],
                cwd=folder,
                env={**environ, "CURL_HOME": str(scratch)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise HandsonError(f"{name} is not on PATH: the tutorial's commands need it") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with deferred():
            self._end_all()
            self._process.wait()

    def run(self, block: Block) -> str:
        """Types the commands of a block and returns what they print, without colours.

        Raises BlockFailed when a command ends otherwise than the block says, or not in time.
        """
        output = ""
        for command in block.commands:
            ran = self._run(block, command)
            fails = block.fails and command == block.commands[-1]
            if (ran.code != 0) is not fails:
                raise BlockFailed(block, command, describe_exit(ran.code), ran.output)
            output += ran.output
        return output

    def _run(self, block: Block, command: str) -> _Ran:
        # From a file, because what is typed must not be the input of what is run.
        self._typed.write_text(f"{command}\n", "utf-8")
        stdin, stdout = cast(IO[str], self._process.stdin), cast(IO[str], self._process.stdout)
        timer = Timer(COMMAND_SECONDS, self._end_all)
        timer.start()
        printed = []
        try:
            stdin.write(f". '{self._typed}' < /dev/null; echo \"{self._end} $?\"\n")
            stdin.flush()
            for line in stdout:
                before, end, code = line.partition(self._end)
                printed.append(before)
                if end:
                    return _Ran(int(code), _ANSI.sub("", "".join(printed)))
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
        ended = f"the shell ended, or {COMMAND_SECONDS:.0f} seconds have passed"
        raise BlockFailed(block, command, ended, "".join(printed))

    def _end_all(self) -> None:
        """Ends the shell and what it runs; commands of ours have time to end what they run."""
        try:
            shell = psutil.Process(self._process.pid)
            running = shell.children(recursive=True)
            shell.kill()
        except psutil.NoSuchProcess:
            return
        for process in running:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        for process in psutil.wait_procs(running, timeout=GRACE_SECONDS)[1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
