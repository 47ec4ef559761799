# SPDX-License-Identifier: Apache-2.0
"""The messages that users see, as one reviewed snapshot: a change of wording is one diff.

After a change, `.venv/bin/python -m pytest tests/unit/test_messages.py --snapshot-update` writes
`__snapshots__/test_messages.ambr` anew; read the diff before you commit it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from cloudmap_harness import errors
from cloudmap_harness.aws.account import AccountNotConfirmed, Caller, RootNotAllowed
from cloudmap_harness.aws.health import EndpointHealth, localstack_advice
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.aws.vpc_lookup import VpcNetwork, VpcNotFound, address_shortage
from cloudmap_harness.discovery.differences import Differences
from cloudmap_harness.discovery.ecs_services import EcsService, NoSuchCluster, NoSuchService
from cloudmap_harness.discovery.observation import (
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTask,
)
from cloudmap_harness.discovery.registries import Registry
from cloudmap_harness.discovery.vpc_access import VpcExpectation
from cloudmap_harness.discovery.vpc_client import DnsAnswer, HttpReply
from cloudmap_harness.errors import HarnessError
from cloudmap_harness.preflight.capabilities import Capability
from cloudmap_harness.preflight.results import (
    CapabilityMissing,
    CapabilityResult,
    PreflightReport,
    Verdict,
)
from cloudmap_harness.timeline.event import TimelineError
from handson import cli, stack_verbs
from handson.account import PRICES
from handson.article.runner import CommandFailed
from handson.errors import HandsonError
from handson.live_run import LiveRun
from handson.stack_outputs import NotDeployed
from handson.stack_verbs import EndpointGone
from handson.variables import Variables
from localaws.settings import load_endpoint_settings
from stacks.errors import SynthesisError
from tests.support.paths import CHECKOUT

ONE, TWO, FAR = map(IPv4Address, ("10.0.8.4", "10.0.9.4", "192.0.2.1"))
NAME = "web.example.internal"
OBSERVED = Observation(
    (
        ObservedTask("t-1", "RUNNING", ONE, "eni-1", "a"),
        ObservedTask("t-2", "PENDING", TWO, "eni-2", "b"),
    ),
    (ObservedInstance("t-9", ONE), ObservedInstance("t-3", FAR)),
    (ObservedRecord(f"other.{NAME}.", ONE, 60, "t-8", False),),
)
DIFFERENCES = Differences(
    2,
    EcsService("c", "web", 2, ("arn",), (), ("subnet-1",), (), ()),
    (IPv4Network("10.0.8.0/23"),),
    Registry("srv-1", "arn", "web", "example.internal", "Z1", {"A": 300}, True, True, "example"),
    OBSERVED,
)
EXPECTATION = VpcExpectation(NAME, (ONE, TWO), 300, 80, "It works!")
NETWORK = VpcNetwork(
    "vpc-1",
    "10.0.0.0/16",
    ("subnet-1", "subnet-2"),
    (IPv4Network("10.0.8.0/24"), IPv4Network("10.0.9.0/24")),
    502,
)
REPORT = PreflightReport(
    "localstack (http://localhost:4566)",
    "LocalStack pro 4.14.0",
    (
        CapabilityResult(Capability.VPC, Verdict.HOLDS, "vpc-1"),
        CapabilityResult([*Capability][-1], Verdict.MISSING, "what was seen"),
    ),
    ("what to do",),
)
CALLER = Caller("123456789012", "arn:aws:iam::123456789012:root")
LOCALSTACK = EndpointHealth(
    "http://localhost:4566", "", "community", "4.14.0", {"ec2": "running"}, False, {}
)

ERRORS: tuple[Exception, ...] = (
    HarnessError("the text"),
    errors.TargetError("TARGET", "foo", ", ".join(Target)),
    errors.ToolMissing("terraform", "install it"),
    errors.SynthError(1, "the program's own words"),
    errors.SynthError(3, ""),
    errors.SynthError(-9, ""),
    errors.UnknownStack(["ap"], ["network-inputs", "discovery", "compute"]),
    errors.UnknownVariable("compute", ["desired_count"]),
    errors.TerraformError("compute", "apply", "exit code 1", "Terraform's own words"),
    errors.PlanNotEmpty("compute", "Terraform's plan"),
    errors.DestroyError("the reason", [Path("terraform.compute.tfstate")]),
    errors.AwsError("CreateService", "AccessDenied", "AWS's own words", 400),
    errors.VpcNotChosen("several VPCs", ["vpc-1 (web) in eu-west-1 of 123456789012", "vpc-2"]),
    errors.WaitTimeout("2 of each", OBSERVED, ["one problem"], 180.0, ["12:00:00 an event"]),
    errors.VpcAccessFailed(NAME, [f"problem {number}" for number in range(25)]),
    AccountNotConfirmed(CALLER, None),
    RootNotAllowed(CALLER),
    VpcNotFound("0 VPCs named v, and one is needed"),
    CapabilityMissing(REPORT),
    NoSuchService(None, "web"),
    NoSuchService("shop", "wep", ["api", "web"]),
    NoSuchCluster("shp", ["shop"]),
    TimelineError("events[3].at", "yesterday", "a time such as 2026-11-28T09:00:04.120Z"),
    NotDeployed("compute"),
    EndpointGone(LiveRun(Target.LOCAL, "http://127.0.0.1:1", {})),
)

MISTAKES: Mapping[str, Callable[[], object]] = {
    "TARGET": lambda: Variables({"TARGET": "foo"}).target,
    "DESIRED": lambda: Variables({"DESIRED": "four"}).settings(),
    "AGE": lambda: Variables({"AGE": "1w"}).age,
    "KEEP": lambda: Variables({"KEEP": "yes"}).flag("KEEP"),
    "BY": lambda: Variables({"BY": "hand"}).choice("BY", ("code", "cli")),
    "a setting": lambda: Variables({"HANDSON_CPU": "300"}).settings(),
    "a setting's name": lambda: Variables({"HANDSON_DNS_TTI": "60"}).settings(),
    "no count": lambda: stack_verbs.scale(Variables({})),
    "LOCALAWS_PORT": lambda: load_endpoint_settings({"LOCALAWS_PORT": "http"}),
    "LOCALAWS_PROT": lambda: load_endpoint_settings({"LOCALAWS_PROT": "1"}),
    "an endpoint with AWS": lambda: child_environment(
        Target.AWS, {}, endpoint="http://localhost:4566", region="eu-west-1"
    ),
    "a dummy key with AWS": lambda: child_environment(
        Target.AWS, {"AWS_ACCESS_KEY_ID": "test"}, endpoint=None, region="eu-west-1"
    ),
    "AWS's URL for an endpoint": lambda: child_environment(
        Target.LOCALSTACK, {}, endpoint="https://ecs.amazonaws.com", region="eu-west-1"
    ),
}


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def test_the_text_of_every_error(snapshot: SnapshotAssertion) -> None:
    assert [f"{type(error).__name__}: {error}" for error in ERRORS] == snapshot


def test_no_error_of_the_harness_is_left_out() -> None:
    """HandsonError's texts are where they are raised; CommandFailed has the command's own words."""
    assert {*subclasses(HarnessError)} - {type(error) for error in ERRORS} == {CommandFailed}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_a_mistake_is_answered_with(mistake: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises((HarnessError, HandsonError, SynthesisError, ValueError)) as caught:
        MISTAKES[mistake]()
    assert str(caught.value).replace(str(CHECKOUT), "CHECKOUT") == snapshot


def test_what_a_failed_check_says(snapshot: SnapshotAssertion) -> None:
    lines = [f"{each.kind}: {each}; {each.advice}" for each in DIFFERENCES.problems()]
    assert lines == snapshot


def test_what_a_failed_look_from_inside_the_vpc_says(snapshot: SnapshotAssertion) -> None:
    answers = [
        DnsAnswer("NOERROR", (ONE, FAR), frozenset({60})),
        DnsAnswer("NXDOMAIN"),
        DnsAnswer(failure="no answer from 127.0.0.1:53: timed out"),
    ]
    replies = [
        HttpReply("10.0.8.4", 504, "bastion: timed out"),
        HttpReply("10.0.9.4", None, failure="no answer by way of http://127.0.0.1:1: refused"),
        HttpReply(NAME, 200, "another page"),
    ]
    assert EXPECTATION.dns_problems(answers) == snapshot
    assert EXPECTATION.http_problems(replies) == snapshot


def test_advice(snapshot: SnapshotAssertion) -> None:
    assert localstack_advice(LOCALSTACK) == snapshot
    assert address_shortage(NETWORK, 503) == snapshot
    assert PRICES.splitlines() == snapshot


def test_help(snapshot: SnapshotAssertion) -> None:
    assert cli.usage().splitlines() == snapshot
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    assert re.findall(r"^([a-z-]+):.*## (.*)$", makefile, re.MULTILINE) == snapshot
