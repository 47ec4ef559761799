# SPDX-License-Identifier: Apache-2.0
"""Terraform's commands in the folder of a synthesized stack.

python-terraform writes the command lines; process.py runs them, because python-terraform's own
processes have no time limit, get the terminal's Ctrl-C and show nothing until they end.
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

from cloudmap_harness.errors import TerraformError, ToolMissing, describe_exit
from cloudmap_harness.live_line import Activity, doing
from cloudmap_harness.terraform.environment import terraform_binary
from cloudmap_harness.terraform.process import Child, Completed, ProcessTimeout, run_all
from cloudmap_harness.terraform.waits import Waits

STACK_FILE = "cdk.tf.json"
LOCK_TIMEOUT = "30s"
TIMEOUTS = {"init": 300.0, "output": 60.0, "plan": 600.0, "apply": 1800.0, "destroy": 1800.0}
"""Seconds per command; the provider itself waits up to 20 minutes for an ECS service."""
_ERROR_LINES = 60  # Of Terraform's output, the last lines that an error repeats.

Echo = Callable[[str, str], None]
"""Called with a stack's name and a line that Terraform wrote."""

StackVariables = Mapping[str, Mapping[str, str]]
"""The values of Terraform variables, by stack and name."""


class _CommandLines(python_terraform.Terraform):  # type: ignore[misc]  # It has no types.
    """python-terraform's verbs; each returns its command line instead of running it."""

    def cmd(self, cmd: str, *args: str, **options: Any) -> list[str]:
        return list(self.generate_cmd_string(cmd, *args, **options))


@dataclass(frozen=True)
class Command:
    """A Terraform command that is ready to run; the output of a `quiet` one is not echoed."""

    stack: "Terraform"
    verb: str
    argv: Sequence[str]
    success: frozenset[int] = frozenset({0})
    quiet: bool = False

    def start(self, on_line: Callable[[str, str], None]) -> Child:
        """Starts the command, of which `on_line` gets each line, quiet or not.

        Raises ToolMissing when there is no Terraform.
        """
        stack = self.stack
        echo = None if self.quiet else stack.echo

        def read(line: str) -> None:
            on_line(stack.name, line)
            if echo is not None:
                echo(stack.name, line)

        try:
            return Child(self.argv, cwd=stack.folder, env=stack.environment, on_line=read)
        except FileNotFoundError as error:
            advice = "install Terraform, or set TERRAFORM_BINARY_NAME to the program to run"
            raise ToolMissing(self.argv[0], advice) from error


@dataclass(frozen=True)
class Terraform:
    """Terraform for one synthesized stack, which has the name of its folder."""

    folder: Path
    environment: Mapping[str, str]
    echo: Echo | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    def apply(self, variables: Mapping[str, str] | None = None) -> None:
        """Applies without asking. Raises TerraformError."""
        argv = self._command_lines.apply(
            skip_plan=True, lock_timeout=LOCK_TIMEOUT, var=_assignments(variables or {})
        )
        run([Command(self, "apply", argv)])

    def destroy(self, variables: Mapping[str, str] | None = None) -> None:
        """Destroys without asking. Raises TerraformError."""
        options = {
            # python-terraform's default, -force, was removed in Terraform 1.0.
            "force": IsNotFlagged,
            "auto_approve": IsFlagged,
            "lock_timeout": LOCK_TIMEOUT,
            "var": _assignments(variables or {}),
        }
        run([Command(self, "destroy", self._command_lines.destroy(**options))])

    def configuration(self) -> dict[str, Any]:
        """Returns the stack as synthesized."""
        stack: dict[str, Any] = json.loads((self.folder / STACK_FILE).read_text("utf-8"))
        return stack

    def state_file(self) -> Path | None:
        """Returns the path of the local backend's state; None for another backend."""
        local = self.configuration()["terraform"].get("backend", {}).get("local")
        return None if local is None else (self.folder / local["path"]).resolve()

    def state(self) -> dict[str, Any] | None:
        """Returns the local backend's state; None for another backend, or when there is none."""
        file = self.state_file()
        if file is None or not file.is_file():
            return None
        state: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return state

    @property
    def _command_lines(self) -> _CommandLines:
        lines = _CommandLines(terraform_bin_path=terraform_binary(self.environment))
        lines.variables = None  # Its default, {}, becomes an empty -var-file.
        return lines


def _assignments(variables: Mapping[str, str]) -> list[str]:
    """Returns the values of the options -var."""
    return [f"{name}={value}" for name, value in variables.items()]


def init(stacks: Sequence[Terraform]) -> None:
    """Initializes the stacks that need it, side by side. Raises TerraformError.

    Of an init that succeeds one line is echoed: what Terraform says is the same each time.

    A stack is skipped when its `terraform` block, the binary and the CLI configuration are those of
    its last init and its provider is installed.
    """
    commands = []
    for stack in stacks:
        if not _is_initialized(stack):
            argv = stack._command_lines.init(reconfigure=IsNotFlagged, backend=None)
            commands.append(Command(stack, "init", argv, quiet=True))
    run(commands)
    for command in commands:
        if command.stack.echo is not None:
            command.stack.echo(command.stack.name, "Terraform is initialized")
        file = _fingerprint_file(command.stack)
        file.parent.mkdir(exist_ok=True)
        file.write_text(_fingerprint(command.stack))


def plan(stacks: Sequence[Terraform], variables: StackVariables | None = None) -> dict[str, str]:
    """Plans the stacks side by side; returns, by stack, the plans that have changes.

    Raises TerraformError.
    """
    commands = [
        Command(
            stack,
            "plan",
            stack._command_lines.plan(
                lock_timeout=LOCK_TIMEOUT, var=_assignments((variables or {}).get(stack.name, {}))
            ),
            success=frozenset({0, 2}),  # -detailed-exitcode: 2 for a plan with changes.
        )
        for stack in stacks
    ]
    return {
        command.stack.name: done.out
        for command, done in zip(commands, run(commands), strict=True)
        if done.code == 2
    }


def output(stacks: Sequence[Terraform]) -> dict[str, dict[str, Any]]:
    """Returns the outputs in the states, by stack and name; {} for a stack that is not applied.

    A local state is read as the file that it is, without Terraform, which takes half a second to
    show it. Raises TerraformError.
    """
    outputs = {
        stack.name: (stack.state() or {}).get("outputs", {})
        for stack in stacks
        if stack.state_file() is not None
    }
    outputs |= _shown_outputs([stack for stack in stacks if stack.name not in outputs])
    return {
        stack.name: {name: each["value"] for name, each in outputs[stack.name].items()}
        for stack in stacks
    }


def _shown_outputs(stacks: Sequence[Terraform]) -> dict[str, dict[str, Any]]:
    """Returns what `terraform output` shows, by stack and name."""
    init(stacks)
    commands = [
        Command(
            stack,
            "output",
            stack._command_lines.cmd("output", json=IsFlagged, no_color=IsFlagged),
            quiet=True,
        )
        for stack in stacks
    ]
    return {
        command.stack.name: json.loads(done.out)
        for command, done in zip(commands, run(commands), strict=True)
    }


def run(commands: Sequence[Command]) -> list[Completed]:
    """Runs commands of one verb side by side. Raises TerraformError and ToolMissing.

    When Interrupted is raised, every Terraform has saved its state and released its lock.
    """
    if not commands:
        return []
    verb, first = commands[0].verb, commands[0].stack.name
    several = f"{len(commands)} stacks" if len(commands) > 1 else first
    try:
        with doing(idle := f"{several}: terraform {verb}") as activity:
            on_line = partial(_follow, Waits(), activity, idle)
            starts = [partial(command.start, on_line) for command in commands]
            ended = run_all(starts, TIMEOUTS[verb])
    except ProcessTimeout as late:
        outcome = f"stopped after {late.timeout:.0f} s, {describe_exit(late.completed.code)}"
        raise _failure(commands[late.index], outcome, late.completed) from late
    for command, completed in zip(commands, ended, strict=True):
        if completed.code not in command.success:
            raise _failure(command, describe_exit(completed.code), completed)
    return ended


def _follow(waits: Waits, activity: Activity, idle: str, stack: str, line: str) -> None:
    """Says what Terraform waits for since it has written this line."""
    waits.read(stack, line)
    activity.say(*(waits.now() or (idle,)))


def _failure(command: Command, outcome: str, completed: Completed) -> TerraformError:
    out, err = completed.out.strip(), completed.err.strip()
    # What was not echoed has not been seen yet.
    words = [out, err] if command.quiet else [err or out]
    text = "\n".join(filter(None, words)) or "(Terraform wrote nothing)"
    lines = [*text.splitlines()[-_ERROR_LINES:], *_lock_advice(command, text)]
    return TerraformError(command.stack.name, command.verb, outcome, "\n".join(lines))


def _lock_advice(command: Command, text: str) -> list[str]:
    """Returns what to do about a locked state; a Terraform that is killed leaves its lock."""
    lock = re.search(r"^\W*ID:\s+(\S+)", text, re.MULTILINE)
    if lock is None or "acquiring the state lock" not in text:
        return []
    stack, binary = command.stack, command.argv[0]
    return [
        "Another Terraform has locked this state, and nothing was changed: wait until it ends.",
        "If it was killed (see Who and Created above), release its lock and try again:",
        f"  {shlex.join([binary, f'-chdir={stack.folder}', 'force-unlock', '-force', lock[1]])}",
    ]


def _fingerprint_file(stack: Terraform) -> Path:
    return stack.folder / ".terraform" / "cloudmap-harness-init"


def _is_initialized(stack: Terraform) -> bool:
    file = _fingerprint_file(stack)
    if not file.is_file() or file.read_text() != _fingerprint(stack):
        return False
    # The provider may be a link into a mirror that was removed.
    return any(file.parent.glob("providers/*/*/*/*/*/terraform-provider-*"))


def _fingerprint(stack: Terraform) -> str:
    """Returns a digest of all that an init depends on."""
    digest = hashlib.sha256(json.dumps(stack.configuration()["terraform"]).encode())
    digest.update(terraform_binary(stack.environment).encode())
    cli_configuration = Path(stack.environment.get("TF_CLI_CONFIG_FILE", ""))
    if cli_configuration.is_file():
        digest.update(cli_configuration.read_bytes())
    return digest.hexdigest()
