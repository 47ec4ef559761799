# SPDX-License-Identifier: Apache-2.0
"""What `cdktf` adds to the pinned CLI: a target's environment, and the stacks that the named ones
need. The CLI then takes this process's place, so terminal, signals and exit code are the CLI's.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cloudmap_harness.live_line import doing, shown_on
from cloudmap_harness.terraform.environment import terraform_environment
from handson.errors import HandsonError, UsageError
from handson.project import BIN, CHECKOUT, CLI_CONFIGURATION
from handson.variables import Variables

CLI = CHECKOUT / "node_modules" / "cdktf-cli" / "bundle" / "bin" / "cdktf"

_WITH_A_VALUE = {
    "app",
    "log-file-directory",
    "log-level",
    "output",
    "outputs-file",
    "parallelism",
    "terraform-parallelism",
}
_WITH_VALUES = {"var", "var-file"}
_REACH_AWS = {"deploy", "apply", "destroy", "diff", "plan", "watch"}

Graph = Mapping[str, Sequence[str]]
"""Each stack with the stacks that it depends on."""


@dataclass(frozen=True)
class Call:
    """A command line of the CLI, as far as the wrapper has to know it."""

    words: tuple[str, ...]
    """The command and the stacks that it names."""
    options: Mapping[str, str]
    """The options' values by long name in kebab case; empty for a flag."""
    arguments: tuple[str, ...]
    """The whole command line as typed."""

    @classmethod
    def of(cls, arguments: Sequence[str]) -> "Call":
        """Splits a command line into words and options as the CLI's parser does."""
        words: list[str] = []
        options: dict[str, str] = {}
        awaiting = ""
        for argument in arguments:
            if argument.startswith("-"):
                name, equals, value = argument.lstrip("-").partition("=")
                name = re.sub(r"[A-Z]", lambda letter: "-" + letter[0].lower(), name)
                name = {"a": "app", "o": "output", "h": "help"}.get(name, name)
                options[name] = value
                awaiting = "" if equals else name
            elif awaiting in _WITH_VALUES:
                continue  # They take every word up to the next option.
            elif awaiting in _WITH_A_VALUE:
                options[awaiting], awaiting = argument, ""
            elif argument not in ("true", "false"):  # Those belong to a flag.
                words.append(argument)
        return cls(tuple(words), options, tuple(arguments))

    @property
    def command(self) -> str:
        """`deploy`, `destroy` and so on; empty when there is none, or for help."""
        wants_help = self.options.keys() & {"help", "version"}
        return self.words[0] if self.words and not wants_help else ""

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stack names and patterns after the command."""
        return self.words[1:]

    def value(self, option: str, environ: Mapping[str, str]) -> str:
        """Returns an option's value, from where the CLI takes it; empty when it is not given."""
        return self.options.get(option) or environ.get(_variable(option), "")

    def flag(self, option: str, environ: Mapping[str, str]) -> bool:
        """Says whether the flag is given."""
        given = self.options.get(option, environ.get(_variable(option), "false"))
        return given in ("", "true", "1")

    def adding(self, *more: str) -> list[str]:
        """Returns the arguments with more right after the command, where no option takes them."""
        at = self.arguments.index(self.words[0]) + 1
        return [*self.arguments[:at], *more, *self.arguments[at:]]


def _variable(option: str) -> str:
    return "CDKTF_" + option.replace("-", "_").upper()


def required_stacks(command: str, named: set[str], graph: Graph) -> list[str]:
    """Returns the stacks to add: what the named ones need; for destroy, what needs them."""
    if command == "destroy":
        graph = {name: [n for n, needs in graph.items() if name in needs] for name in graph}
    reached: set[str] = set()
    rest = list(named)
    while rest:
        stack = rest.pop()
        if stack not in reached:
            reached.add(stack)
            rest += graph.get(stack, ())
    return [name for name in graph if name in reached - named]


def cdktf(variables: Variables, arguments: Sequence[str]) -> int:
    """Runs the pinned CDKTF command line with what it lacks; it takes this process's place."""
    if not CLI.is_file():
        raise HandsonError(f"cdktf: run `make setup` in {CHECKOUT} first")
    call = Call.of(arguments)
    environ = _tool_environment(variables.environ)
    arguments = with_stacks(call, environ)
    if call.command in _REACH_AWS:
        with shown_on(sys.stderr), doing("cdktf: reaching the target"):
            environ = _reach_target(Variables(environ), call.command)
    try:
        os.execvpe("node", ["node", str(CLI), *arguments], environ)
    except OSError as error:
        raise HandsonError(f"node does not start: {error}") from error


def _tool_environment(given: Mapping[str, str]) -> dict[str, str]:
    environ = terraform_environment(given, cli_configuration=CLI_CONFIGURATION)
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    environ |= {
        # `terraform providers lock` ignores mirrors; the lock file would be in an ignored folder.
        "CDKTF_SKIP_PROVIDER_LOCK": "true",
        # The app's `python` is this checkout's, also when the environment is not activated.
        "PATH": os.pathsep.join([str(BIN), environ.get("PATH", "")]),
        # Nothing in the user's home folder, and no question to npm about newer versions.
        "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "true",
        "DISABLE_VERSION_CHECK": "true",
    }
    if not sys.stdout.isatty():
        # In a log the CLI would draw its spinner again and again, line after line.
        environ.setdefault("CI", "true")
    if "CDKTF_OUTDIR" in environ:
        # An app reads this name; the CLI, which sets it for the app, reads the other.
        environ.setdefault("CDKTF_OUTPUT", environ["CDKTF_OUTDIR"])
    return environ


def _reach_target(variables: Variables, command: str) -> dict[str, str]:
    """Returns the environment with which the CLI reaches TARGET, whose local endpoint then runs.

    A target must have what a deployment needs before anything is deployed there.
    """
    from handson.context import Context  # Imports boto3, which other commands need not wait for.
    from handson.preflight import require_capabilities

    # The CLI's app reads the setting HANDSON_DESIRED_COUNT; DESIRED is a variable of make's.
    settings = variables.with_values({"DESIRED": ""}).settings()
    context = Context.reach(variables, settings)
    if command in ("deploy", "apply"):
        require_capabilities(context)
    return dict(context.environment)


def with_stacks(call: Call, environ: Mapping[str, str]) -> list[str]:
    """Returns the CLI's arguments, with every stack on a bare deploy or destroy."""
    command = {"apply": "deploy"}.get(call.command, call.command)
    config = Path("cdktf.json")
    if command not in ("deploy", "destroy") or not config.is_file():
        return list(call.arguments)
    if not call.flag("auto-approve", environ) and not sys.stdin.isatty():
        # The CLI would plan, fail to ask, and leave a locked state behind.
        raise UsageError(f"{command} asks for approval on a terminal; here it needs --auto-approve")
    if not call.stacks:
        return call.adding() if "CDKTF_STACKS" in environ else call.adding("*")
    if call.flag("ignore-missing-stack-dependencies", environ):
        return list(call.arguments)
    try:
        project = json.loads(config.read_text())
    except ValueError as error:
        raise UsageError(f"{config}: {error}") from error
    outdir = Path(call.value("output", environ) or project.get("output", "cdktf.out"))
    if call.flag("skip-synth", environ):
        skip = []
    else:
        _synthesize(call.value("app", environ) or project.get("app", ""), outdir, environ)
        skip = ["--skip-synth"]
    graph = _graph(outdir)
    more = required_stacks(command, _matching(call.stacks, graph), graph)
    if more:
        print(f"cdktf: {command} takes {', '.join(more)} along", file=sys.stderr)
    return call.adding(*more, *skip)


def _synthesize(app: str, outdir: Path, environ: Mapping[str, str]) -> None:
    """Runs the app as the CLI would, to know what depends on what; the CLI then skips it."""
    outcome = subprocess.run(app, shell=True, env={**environ, "CDKTF_OUTDIR": str(outdir)})
    if outcome.returncode:
        raise UsageError(f"exit code {outcome.returncode} from: {app}")


def _graph(outdir: Path) -> Graph:
    manifest = outdir / "manifest.json"
    try:
        stacks = json.loads(manifest.read_text())["stacks"]
    except FileNotFoundError as error:
        raise UsageError(f"{manifest} is not there: nothing was synthesized") from error
    return {name: stack["dependencies"] for name, stack in stacks.items()}


def _matching(patterns: Sequence[str], graph: Graph) -> set[str]:
    """Returns the stacks that the CLI will take, by the CLI's own matcher."""
    literal = {pattern for pattern in patterns if pattern in graph}
    if len(literal) == len(set(patterns)):
        return literal
    script = (
        "const match = require(require.resolve('minimatch', {paths: [process.argv[1]]}));"
        "const [patterns, names] = process.argv.slice(2).map(text => JSON.parse(text));"
        "const hit = name => patterns.some(pattern => match(name, pattern));"
        "console.log(JSON.stringify(names.filter(hit)))"
    )
    found = subprocess.run(
        ["node", "-e", script, str(CLI), json.dumps(list(patterns)), json.dumps(list(graph))],
        stdout=subprocess.PIPE,
        check=True,
    )
    return set(json.loads(found.stdout))
