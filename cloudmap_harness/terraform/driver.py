# SPDX-License-Identifier: Apache-2.0
"""Terraform working directories, driven through python-terraform.

python-terraform builds the command lines. The processes are ours: its own have no timeout, share
the terminal's Ctrl-C with their parent and are silent until they end.
"""

import hashlib
import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import python_terraform
from python_terraform import IsFlagged, IsNotFlagged

from cloudmap_harness.errors import TerraformError, ToolMissing, how_it_ended
from cloudmap_harness.terraform.environment import terraform_binary
from cloudmap_harness.terraform.process import Child, Completed, ProcessTimeout, run_all

STACK_FILE = "cdk.tf.json"
LOCK_TIMEOUT = "30s"
TIMEOUTS = {"init": 300.0, "output": 60.0, "plan": 600.0, "apply": 1800.0, "destroy": 1800.0}
"""Seconds a command may take; the provider itself gives an ECS service 20 minutes."""
_WORDS = 60  # The lines of Terraform's that an error repeats.

Echo = Callable[[str, str], None]
"""Takes a stack's name and a line that Terraform wrote."""


class _CommandLines(python_terraform.Terraform):  # type: ignore[misc]  # It has no types.
    """python-terraform's verbs and options; each gives its command line instead of running it."""

    def cmd(self, cmd: str, *args: str, **options: Any) -> list[str]:
        return list(self.generate_cmd_string(cmd, *args, **options))


@dataclass(frozen=True)
class Command:
    """A Terraform command that is ready to run."""

    stack: "Terraform"
    verb: str
    line: Sequence[str]
    good: frozenset[int] = frozenset({0})
    quiet: bool = False

    def start(self) -> Child:
        """Start it. Raises ToolMissing when there is no Terraform."""
        stack = self.stack
        echo = None if stack.echo is None or self.quiet else partial(stack.echo, stack.name)
        try:
            return Child(self.line, cwd=stack.folder, env=stack.environment, on_line=echo)
        except FileNotFoundError as error:
            advice = "install Terraform 1.11 or name another with TERRAFORM_BINARY_NAME"
            raise ToolMissing(self.line[0], advice) from error


@dataclass(frozen=True)
class Terraform:
    """The Terraform of one synthesized stack; its folder's name is the stack's."""

    folder: Path
    environment: Mapping[str, str]
    echo: Echo | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    def apply(self) -> None:
        """Apply without asking. Raises TerraformError."""
        line = self._lines.apply(skip_plan=True, lock_timeout=LOCK_TIMEOUT)
        run([Command(self, "apply", line)])

    def destroy(self) -> None:
        """Destroy without asking. Raises TerraformError."""
        # python-terraform's own default, -force, is gone since Terraform 1.0.
        options = {"force": IsNotFlagged, "auto_approve": IsFlagged, "lock_timeout": LOCK_TIMEOUT}
        run([Command(self, "destroy", self._lines.destroy(**options))])

    def configuration(self) -> dict[str, Any]:
        """The stack as synthesized."""
        stack: dict[str, Any] = json.loads((self.folder / STACK_FILE).read_text("utf-8"))
        return stack

    def state_file(self) -> Path | None:
        """Where the local backend keeps the state; None for another backend."""
        local = self.configuration()["terraform"].get("backend", {}).get("local")
        return None if local is None else (self.folder / local["path"]).resolve()

    @property
    def _lines(self) -> _CommandLines:
        lines = _CommandLines(terraform_bin_path=terraform_binary(self.environment))
        lines.variables = None  # Its default, {}, becomes an empty -var-file.
        return lines


def init(stacks: Sequence[Terraform]) -> None:
    """Initialize the stacks that need it, side by side. Raises TerraformError.

    A stack needs it when its `terraform` block, the binary or the CLI configuration is not that of
    its last init, or when the provider is not there: the second time costs nothing.
    """
    commands = []
    for stack in stacks:
        if not _is_initialized(stack):
            line = stack._lines.init(reconfigure=IsNotFlagged, backend=None)
            commands.append(Command(stack, "init", line))
    run(commands)
    for command in commands:
        stamp = _stamp_file(command.stack)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(_stamp(command.stack))


def plan(stacks: Sequence[Terraform]) -> dict[str, str]:
    """Plan the stacks side by side: by stack, what Terraform wrote of those that would change."""
    commands = [
        Command(
            stack,
            "plan",
            stack._lines.plan(lock_timeout=LOCK_TIMEOUT),
            good=frozenset({0, 2}),
        )
        for stack in stacks
    ]
    return {
        command.stack.name: done.out
        for command, done in zip(commands, run(commands), strict=True)
        if done.code == 2
    }


def output(stacks: Sequence[Terraform]) -> dict[str, dict[str, Any]]:
    """The outputs in the states, by stack and name; {} for a stack that is not applied."""
    commands = [
        Command(
            stack,
            "output",
            stack._lines.cmd("output", json=IsFlagged, no_color=IsFlagged),
            quiet=True,
        )
        for stack in stacks
    ]
    return {
        command.stack.name: {name: out["value"] for name, out in json.loads(done.out).items()}
        for command, done in zip(commands, run(commands), strict=True)
    }


def run(commands: Sequence[Command]) -> list[Completed]:
    """Run commands of one verb side by side; every exit code but a good one is a TerraformError.

    An interrupted Terraform has saved its state and released its lock when Interrupted is raised.
    """
    if not commands:
        return []
    try:
        ended = run_all([command.start for command in commands], TIMEOUTS[commands[0].verb])
    except ProcessTimeout as late:
        ended_how = f"stopped after {late.timeout:.0f} s, {how_it_ended(late.completed.code)}"
        raise _failure(commands[late.index], ended_how, late.completed) from late
    for command, completed in zip(commands, ended, strict=True):
        if completed.code not in command.good:
            raise _failure(command, how_it_ended(completed.code), completed)
    return ended


def _failure(command: Command, ended: str, completed: Completed) -> TerraformError:
    words = completed.err.strip() or completed.out.strip() or "(Terraform wrote nothing)"
    tail = "\n".join([*words.splitlines()[-_WORDS:], *_about_a_lock(command, words)])
    return TerraformError(command.stack.name, command.verb, ended, tail)


def _about_a_lock(command: Command, words: str) -> list[str]:
    """What to do when the state is locked: the lock of a Terraform that was killed stays."""
    lock = re.search(r"^\W*ID:\s+(\S+)", words, re.MULTILINE)
    if lock is None or "acquiring the state lock" not in words:
        return []
    stack, binary = command.stack, command.line[0]
    return [
        "Another Terraform works on this state, and nothing was changed: wait for it.",
        "If it was killed (see Who and Created above), release its lock and try again:",
        f"  {shlex.join([binary, f'-chdir={stack.folder}', 'force-unlock', '-force', lock[1]])}",
    ]


def _stamp_file(stack: Terraform) -> Path:
    return stack.folder / ".terraform" / "handson-init"


def _is_initialized(stack: Terraform) -> bool:
    # The provider may be a link into a mirror that has gone.
    provider = "providers/*/*/*/*/*/terraform-provider-*"
    stamp = _stamp_file(stack)
    return (
        stamp.is_file() and stamp.read_text() == _stamp(stack) and any(stamp.parent.glob(provider))
    )


def _stamp(stack: Terraform) -> str:
    digest = hashlib.sha256(json.dumps(stack.configuration()["terraform"]).encode())
    digest.update(terraform_binary(stack.environment).encode())
    cli_configuration = Path(stack.environment.get("TF_CLI_CONFIG_FILE", ""))
    if cli_configuration.is_file():
        digest.update(cli_configuration.read_bytes())
    return digest.hexdigest()
