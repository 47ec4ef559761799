# SPDX-License-Identifier: Apache-2.0
"""`make handson`: the hands-on for a person to watch, on an endpoint and in a folder of its own.

By code the three stacks are deployed by Terraform, by cli the article's commands do it all; the
looks in between are the same.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import jmespath
from rich.console import Console

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.errors import HarnessError
from cloudmap_harness.terraform.deployment import Deployment
from cloudmap_harness.terraform.signals import Interrupted, deferred, interruptible
from handson.article.runner import Outcome, Session
from handson.article.step import Step
from handson.article.steps import BY_CLI, DISCOVERED, GONE, KEPT, SPREAD
from handson.context import SYNTHESIS, confirmed_environment, settings_with
from handson.health import EndpointError, Running
from handson.local_endpoint import ON_FREE_PORTS, STATE, down, up
from handson.stack_outputs import COUNTED, count_variable
from stacks.errors import SettingsError
from stacks.settings import Settings

MOST_LINES = 24
"""Of a reply; the rest is cut."""
HTTP_PORT = 80
_EVENTS = re.compile(r": (Creation|Modifications|Destruction) complete|complete! Resources:")
"""The lines of Terraform's that are worth a look."""


class Show:
    """What the person sees: a command, its reply, a line on what that shows, perhaps a pause."""

    def __init__(self, *, pause: bool) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._pause = pause

    def say(self, text: str = "", style: str = "") -> None:
        """A line or more, at once: CI reads a pipe."""
        self._console.print(text, style=style, markup=False)
        self._console.file.flush()

    def command(self, text: str) -> None:
        self.say(f"$ {text}", "bold")

    def reply(self, text: str) -> None:
        """The beginning of a reply, and how much more there is."""
        lines = text.strip().splitlines()
        for line in lines[:MOST_LINES]:
            self.say(f"  {line}", "dim")
        if len(lines) > MOST_LINES:
            self.say(f"  ... and {len(lines) - MOST_LINES} lines more", "dim")

    def shows(self, text: str) -> None:
        """End a step."""
        self.say(f"-> {text}\n", "green")
        if self._pause:
            self._console.print("Enter goes on, Ctrl-C ends ", end="")
            sys.stdin.readline()


def watch(show: Show, session: Session, steps: Sequence[Step]) -> None:
    """Do the steps, each shown before and after it is run."""
    for step in steps:
        if step.file:
            show.command(f"cat {step.file}")
            show.reply(session.file(step))
        show.command(session.command(step))
        outcome = session.run(step)
        show.reply("\n".join(_excerpt(step, outcome)) if step.excerpt else outcome.output)
        again = f" ({len(outcome.replies)} times asked)" if len(outcome.replies) > 1 else ""
        show.shows(step.shows + again)


def _excerpt(step: Step, outcome: Outcome) -> Iterator[str]:
    """What matters in the reply, a line for each thing; as in the article `...` is the rest."""
    for reply in outcome.replies if step.every_reply else [outcome.reply]:
        found = jmespath.search(step.excerpt, reply)
        for each in found if isinstance(found, list) else [found]:
            yield f"... {json.dumps(each)} ..."


def by_cli(show: Show, endpoint: Running, settings: Settings, folder: Path) -> None:
    """The article's own commands, which name everything as the article does."""
    watch(show, Session(folder, endpoint, settings.region, KEPT), BY_CLI)


def by_code(show: Show, endpoint: Running, settings: Settings, folder: Path) -> None:
    """The three stacks, and the article's looks at what they made."""
    show.say("The make commands stand for what is done here; typed, they do it to your own.\n")

    def echo(stack: str, line: str) -> None:
        if _EVENTS.search(line):
            show.say(f"  {stack:>14} | {line}", "dim")

    environ = confirmed_environment(
        Target.LOCAL, os.environ, endpoint=endpoint.url, region=settings.region
    )
    deployment = Deployment(folder / "cdktf.out", environ, SYNTHESIS, echo=echo)
    show.command("make synth")
    deployment.synth(count_variable(1))
    for stack in deployment.stacks():
        show.reply(f"{stack.name}: {len(stack.configuration().get('resource', {}))} resource types")
    show.shows("Terraform JSON for three stacks, the same for every target.")

    show.command("make deploy DESIRED=1")
    deployment.deploy(count_variable(1))
    show.shows("Namespace and service; security group, cluster, task definition, ECS service.")

    discovery = deployment.output()["discovery"]
    port = "" if settings.port == HTTP_PORT else f":{settings.port}"
    kept = {
        "name": discovery["service_fqdn"],
        "port": port,
        "service": discovery["service_id"],
        "namespace": discovery["namespace_id"],
    }
    session = Session(folder, endpoint, settings.region, kept)
    watch(show, session, DISCOVERED)

    show.command("make scale DESIRED=4")
    deployment.deploy(count_variable(4), only=COUNTED)
    show.shows("One number changed: the ECS service wants four tasks.")
    watch(show, session, SPREAD)

    show.command("make destroy")
    deployment.destroy()
    show.shows("What the stacks made is gone, dependants first.")
    watch(show, session, GONE)


WAYS: dict[str, Callable[[Show, Running, Settings, Path], None]] = {
    "code": by_code,
    "cli": by_cli,
}


@contextmanager
def own_endpoint(folder: Path) -> Iterator[Running]:
    """An endpoint that goes with everything on it, however the block ends."""
    try:
        yield up({**os.environ, **ON_FREE_PORTS}, folder)
    finally:
        with deferred():
            down(folder)


def main(arguments: Sequence[str]) -> int:
    """0: all was as it should be; 1: something failed; 2: wrong use; 128 and more: a signal."""
    parser = argparse.ArgumentParser(prog="handson", description="The hands-on, to watch.")
    parser.add_argument("--by", choices=WAYS, default="code", help="make: BY=cli")
    parser.add_argument("--pause", action="store_true", help="Enter between steps; make: PAUSE=1")
    options = parser.parse_args(arguments)
    show = Show(pause=options.pause)
    try:
        settings = settings_with(None, os.environ)
        STATE.mkdir(exist_ok=True)
        with (
            interruptible(),
            tempfile.TemporaryDirectory(prefix="handson-", dir=STATE) as folder,
            own_endpoint(Path(folder)) as endpoint,
        ):
            show.say(
                f"This runs on an endpoint ({endpoint.url}) and in a folder of its own, which go\n"
                "when it ends: what you have deployed is not touched.\n"
            )
            WAYS[options.by](show, endpoint, settings, Path(folder))
    except SettingsError as error:
        return _fail(str(error), 2)
    except (EndpointError, HarnessError) as error:
        return _fail(str(error), 1)
    except Interrupted as signal:
        return _fail(f"{signal}: endpoint and folder are removed", signal.exit_code)
    return 0


def _fail(message: str, code: int) -> int:
    print(f"\nhandson: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
