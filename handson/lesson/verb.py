# SPDX-License-Identifier: Apache-2.0
"""`make lesson`: runs the lesson on an endpoint of its own, shows its figures and draws it."""

import os
import tempfile
from pathlib import Path

from rich.console import Console

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.discovery.vpc_client import VpcClient
from cloudmap_harness.terraform.signals import Interrupted
from handson.errors import UsageError
from handson.lesson.behaviours import BEHAVIOURS
from handson.lesson.chapter import PICTURES, with_figures
from handson.lesson.plan import INTERVAL, Plan
from handson.lesson.progress import progress
from handson.lesson.results import write_results
from handson.lesson.run import LessonRun, run_lesson
from handson.lesson.table import show
from handson.project import CHECKOUT, STATE
from handson.variables import Variables
from handson.walkthrough import own_endpoint

PAGE = CHECKOUT / "docs" / "ttl.md"


def lesson(variables: Variables) -> int:
    """Runs the lesson for every TTL, or for TTL; DOCS=1 puts its figures into docs/ttl.md."""
    plan, docs, region = _plan(variables), variables.flag("DOCS"), variables.settings().region
    if docs and plan != Plan():
        raise UsageError("DOCS=1: docs/ttl.md has the figures of every TTL: leave TTL out")
    console = Console(highlight=False)
    STATE.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=f"lesson-{os.getpid()}-", dir=STATE) as folder:
            run = _run(variables, plan, region, console, Path(folder))
    except Interrupted as interrupted:
        interrupted.add_note("the endpoint has ended; nothing is written")
        raise
    show(console, run.figures())
    console.print(_LEGEND)
    written = PAGE.parent / PICTURES if docs else STATE / "lesson"
    write_results(run, written)
    if docs:
        text = with_figures(PAGE.read_text(encoding="utf-8"), run.figures())
        PAGE.write_text(text, encoding="utf-8")
    console.print(f"The pictures: {written}/*.svg", soft_wrap=True)
    return 0


def _plan(variables: Variables) -> Plan:
    """Returns the plan for TTL, or for all of them."""
    known = Plan()
    choice = variables.choice("TTL", ("all", *map(str, known.ttls)))
    return known if choice == "all" else Plan(ttls=(int(choice),))


def _run(
    variables: Variables, plan: Plan, region: str, console: Console, folder: Path
) -> LessonRun:
    clients = (len(plan.ttls) + 1) * len(BEHAVIOURS)
    console.print(
        "What clients that cache DNS answers do while the tasks behind a name change,\n"
        "on an endpoint of its own, which goes when this ends.\n"
        f"The clock is shortened: one second here is {plan.pace.factor:g} s on AWS, "
        "for TTLs, calls and ECS\nalike. All seconds below are AWS's. "
        f"{clients} clients, of which each calls every {INTERVAL:g} s.\n"
    )
    console.file.flush()  # CI reads a pipe.
    own = variables.with_values(plan.pace.endpoint_variables)
    with own_endpoint(own, folder) as endpoint:
        environment = child_environment(
            Target.LOCAL,
            own.environ,
            endpoint=endpoint.url,
            region=region,
        )
        vpc = VpcClient.at(endpoint.dns, endpoint.bastion)
        with progress(console, plan.pace) as tell:
            return run_lesson(plan, AwsClients(environment), vpc, tell)


_LEGEND = """12/72 265 s  12 of 72 calls failed, the last one 265 s after the change
12/72 never  they still failed when the next change came
0            none failed; while there is no task, "no such name" is no failure
empty        had no task when its clients first asked: they keep "no such name",
             as after 2 → 0, for its own lifetime, whatever the records' TTL is
docs/ttl.md says what this shows, and what to do about it.
"""
