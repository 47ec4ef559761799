# SPDX-License-Identifier: Apache-2.0
"""`make handson`: the hands-on for a person to watch, on an endpoint and in a folder of its own.

With BY=code Terraform deploys the three stacks, with BY=cli the article's commands do it all; the
commands that look at the result are the same.
"""

import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import jmespath
from rich.console import Console

from cloudmap_harness.live_line import doing
from cloudmap_harness.terraform.deployment import Deployment
from cloudmap_harness.terraform.signals import Interrupted, deferred
from handson.article.runner import Outcome, Session
from handson.article.stack_steps import DEPLOY, DESTROY, SCALE, SYNTH
from handson.article.step import Step
from handson.article.steps import BY_CLI, DISCOVERED, GONE, KEPT, SPREAD
from handson.article.texts import LANGUAGES, explanation, said
from handson.context import Context
from handson.endpoint_lookup import LocalEndpoint
from handson.local_endpoint import ON_FREE_PORTS, Life, down, up
from handson.project import STATE, SYNTHESIS
from handson.run_report import RunReport
from handson.shared_provider import provider_for
from handson.stack_outputs import COUNTED, count_variable
from handson.variables import Variables

MOST_LINES = 24
"""The most lines of a reply that are shown."""
HTTP_PORT = 80
_EVENTS = re.compile(r": (Creation|Modifications|Destruction) complete|complete! Resources:")
"""The lines of Terraform that are shown."""


class Show:
    """Prints each step: a command, its reply and what that shows; pauses if told to.

    What a step shows is said in the given language, everything else in English.
    """

    def __init__(
        self,
        *,
        pause: bool,
        language: str,
        record: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`record` gives the context that records a step of that name."""
        self.record = record
        self._console = Console(highlight=False, soft_wrap=True)
        self._pause = pause
        self._language = language

    def say(self, text: str = "", style: str = "") -> None:
        """Prints lines at once: CI reads a pipe."""
        self._console.print(text, style=style, markup=False)
        self._console.file.flush()

    def command(self, text: str) -> None:
        self.say(f"$ {text}", "bold")

    def reply(self, text: str) -> None:
        """Prints the beginning of a reply, and how much more there is."""
        lines = text.strip().splitlines()
        for line in lines[:MOST_LINES]:
            self.say(f"  {line}", "dim")
        if len(lines) > MOST_LINES:
            self.say(f"  ... and {len(lines) - MOST_LINES} lines more", "dim")

    def explain(self, name: str, **values: object) -> None:
        """Prints what is said besides the steps."""
        self.say(said(name, self._language, **values))

    def shows(self, step: Step, times: int = 1) -> None:
        """Prints what a step shows, which ends it, and how often its command was run."""
        text = explanation(step, self._language)
        if times > 1:
            text = said("again", self._language, text=text, times=times)
        self.say(f"-> {text}\n", "green")
        if self._pause:
            self._console.print("Enter goes on, Ctrl-C ends ", end="")
            sys.stdin.readline()


def watch(show: Show, session: Session, steps: Sequence[Step]) -> None:
    """Runs the steps and shows each before and after."""
    for step in steps:
        if step.file:
            show.command(f"cat {step.file}")
            show.reply(session.file(step))
        show.command(session.command(step))
        with show.record(step.name), doing("waiting for the reply"):
            outcome = session.run(step)
        show.reply("\n".join(_excerpt(step, outcome)) if step.excerpt else outcome.output)
        show.shows(step, len(outcome.replies))


def _excerpt(step: Step, outcome: Outcome) -> Iterator[str]:
    """Yields what matters in the reply, a line each; as in the article `...` is the rest.

    Where every reply counts, those that are the same are one line with their number.
    """
    lines: Counter[str] = Counter()
    for reply in outcome.replies if step.every_reply else [outcome.reply]:
        found = jmespath.search(step.excerpt, reply)
        for each in found if isinstance(found, list) else [found]:
            lines[f"... {json.dumps(each)} ..."] += 1
    for line, times in lines.items():
        yield f"{times} × {line}" if step.every_reply else line


@dataclass(frozen=True)
class Walk:
    """What both ways run on: an endpoint that is reached, a folder, and the report."""

    show: Show
    endpoint: LocalEndpoint
    context: Context
    environ: Mapping[str, str]
    folder: Path
    report: RunReport

    def session(self, kept: Mapping[str, str]) -> Session:
        """Returns a shell inside the VPC, which knows these names and ids."""
        region = self.context.settings.region
        return Session(self.folder, self.endpoint, region, self.environ, kept)


def by_cli(walk: Walk) -> None:
    """Runs the article's own commands, which name everything as the article does."""
    session, spread = walk.session(KEPT), BY_CLI.index(SPREAD[-1]) + 1
    watch(walk.show, session, BY_CLI[:spread])
    walk.report.recorder.look()
    watch(walk.show, session, BY_CLI[spread:])


def by_code(walk: Walk) -> None:
    """Deploys the three stacks, and runs the article's commands that look at the result."""
    show, context = walk.show, walk.context
    show.explain("by make")

    def echo(stack: str, line: str) -> None:
        if _EVENTS.search(line):
            show.say(f"  {stack:>14} | {line}", "dim")

    with provider_for(context) as provider:
        deployment = Deployment(
            walk.folder / "cdktf.out",
            context.environment,
            SYNTHESIS,
            provider=provider,
            echo=echo,
            step=walk.report.recorder.step,
        )
        _deploy_scale_destroy(walk, deployment, walk.session({}))
        walk.report.note_providers(deployment)


def _deploy_scale_destroy(walk: Walk, deployment: Deployment, session: Session) -> None:
    show, settings = walk.show, walk.context.settings
    show.command(SYNTH.command)
    with show.record(SYNTH.command):
        deployment.synth()
    for stack in deployment.stacks():
        show.reply(f"{stack.name}: {len(stack.configuration().get('resource', {}))} resource types")
    show.shows(SYNTH)

    show.command(DEPLOY.command)
    with show.record(DEPLOY.command):
        deployment.apply(count_variable(1))
    show.shows(DEPLOY)

    discovery = deployment.output()["discovery"]
    port = "" if settings.port == HTTP_PORT else f":{settings.port}"
    session.kept |= {
        "name": discovery["service_fqdn"],
        "port": port,
        "service": discovery["service_id"],
        "namespace": discovery["namespace_id"],
    }
    watch(show, session, DISCOVERED)

    show.command(SCALE.command)
    with show.record(SCALE.command):
        deployment.apply(count_variable(4), only=COUNTED)
    show.shows(SCALE)
    watch(show, session, SPREAD)
    walk.report.recorder.look()

    show.command(DESTROY.command)
    with show.record(DESTROY.command):
        deployment.destroy()
    show.shows(DESTROY)
    watch(show, session, GONE)


WAYS: dict[str, Callable[[Walk], None]] = {
    "code": by_code,
    "cli": by_cli,
}
"""The values of BY."""


@contextmanager
def own_endpoint(variables: Variables, folder: Path) -> Iterator[LocalEndpoint]:
    """Starts an endpoint on free ports and ends it with the block, however that ends."""
    try:
        yield up({**variables.environ, **ON_FREE_PORTS}, folder, Life.OWNED)
    finally:
        with deferred():
            down(folder)


def handson(variables: Variables) -> int:
    """Runs the hands-on to watch, on an endpoint and in a folder of its own."""
    way = WAYS[variables.choice("BY", tuple(WAYS))]
    language = variables.choice("HANDSON_LANG", LANGUAGES)
    pause = variables.flag("PAUSE")
    settings = variables.settings()  # A wrong setting is reported before anything starts.
    STATE.mkdir(exist_ok=True)
    report = RunReport("handson", variables, STATE)
    show = Show(pause=pause, language=language, record=report.recorder.step)
    try:
        with (
            report.written(),
            tempfile.TemporaryDirectory(prefix=f"handson-{os.getpid()}-", dir=STATE) as folder,
            own_endpoint(variables, Path(folder)) as endpoint,
        ):
            show.explain("begin", url=endpoint.url)
            own = variables.with_values({"TARGET": "local", "ENDPOINT": ""})
            context = Context.reach(own, settings, endpoint=endpoint.url)
            with report.listening(context):
                way(Walk(show, endpoint, context, variables.environ, Path(folder), report))
    except Interrupted as interrupted:
        interrupted.add_note("endpoint and folder are removed")
        raise
    return 0
