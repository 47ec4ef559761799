# SPDX-License-Identifier: Apache-2.0
"""A step of the hands-on is typed into a real shell, repeated as told, and its failure shown."""

import os
from pathlib import Path
from string import Template

import pytest

from cloudmap_harness.errors import WaitTimeout
from handson.article import runner
from handson.article.runner import TEMPLATES, CommandFailed, Session
from handson.article.step import Says, Step, everyone_has_answered, it_works
from handson.article.steps import BY_CLI, KEPT
from handson.endpoint_lookup import LocalEndpoint
from handson.project import BIN

ENDPOINT = LocalEndpoint(
    "http://127.0.0.1:4566", 1, "moto 5", "127.0.0.1:5353", "http://127.0.0.1:3128", 0
)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(runner, "INTERVAL_SECONDS", 0.0)
    return Session(tmp_path, ENDPOINT, "ap-northeast-1", os.environ, {"count": "2"})


def test_a_later_step_has_what_an_earlier_one_kept(session: Session) -> None:
    outcome = session.run(
        Step("one", """echo '{"Vpcs": [{"VpcId": "vpc-1"}]}'""", "", keeps={"vpc": "Vpcs[0].VpcId"})
    )
    assert outcome.reply == {"Vpcs": [{"VpcId": "vpc-1"}]}
    outcome = session.run(Step("two", "echo $vpc $count", ""))
    assert (outcome.command, outcome.output) == ("echo vpc-1 2", "vpc-1 2\n")
    assert outcome.reply == "vpc-1 2\n"


def test_a_command_stands_inside_the_vpc(session: Session) -> None:
    step = Step("who", "echo $$http_proxy $$AWS_ENDPOINT_URL; command -v aws", "")
    told = session.run(step).output.splitlines()
    assert told == [f"{ENDPOINT.bastion} {ENDPOINT.url}", str(BIN / "aws")]


def test_the_file_is_written_with_its_ids(session: Session, tmp_path: Path) -> None:
    session.kept |= {
        "revision": 7,
        "service_arn": "arn:aws:s",
        "subnet_1": "subnet-1",
        "subnet_2": "subnet-2",
        "security_group": "sg-1",
    }
    step = Step("file", "cat service-definition.json", "", file="service-definition.json")
    reply = session.run(step).reply
    assert reply["taskDefinition"] == "httpd-task:7"
    assert reply["serviceRegistries"] == [{"registryArn": "arn:aws:s"}]
    network = reply["networkConfiguration"]["awsvpcConfiguration"]
    assert network["subnets"] == ["subnet-1", "subnet-2"]
    assert network["securityGroups"] == ["sg-1"]
    assert session.file(step) == (tmp_path / "service-definition.json").read_text()


def test_a_command_is_repeated_until_its_reply_is_the_wanted_one(session: Session) -> None:
    count = """echo x >> n; echo "{\\"Status\\": \\"$$(wc -l < n | tr -d ' ')\\"}" """
    outcome = session.run(Step("poll", count, "", until=Says("Status == '3'")))
    assert [reply["Status"] for reply in outcome.replies] == ["1", "2", "3"]


def test_a_command_that_is_too_early_is_typed_again(session: Session) -> None:
    early = "[ -e n ] || { touch n; echo 'An error occurred (TooEarly) when' >&2; exit 254; }; echo"
    assert len(session.run(Step("again", early, "", again_on=("TooEarly",))).replies) == 1


def test_any_other_failure_is_shown_with_the_commands_words(session: Session) -> None:
    failing = "echo 'An error occurred (AccessDenied) when' >&2; exit 254"
    with pytest.raises(CommandFailed, match=r"^exit code 254 from: .*\nAn error .*AccessDenied"):
        session.run(Step("fail", failing, "", again_on=("TooEarly",)))


def test_a_reply_that_does_not_come_is_given_up_with_the_last_one(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "STEP_SECONDS", 0.0)
    with pytest.raises(WaitTimeout, match="expected the page, last seen echo 504:\n  504"):
        session.run(Step("poll", "echo 504", "the page", until=it_works))


def test_everyone_has_answered_only_when_all_have() -> None:
    kept = {"addresses": ["a", "b"]}
    assert not everyone_has_answered([{"address": "a"}, {"address": "a"}], kept)
    assert everyone_has_answered([{"address": "a"}, {"address": "b"}, {"address": "a"}], kept)
    assert not everyone_has_answered([{"address": each} for each in "abc"], kept)


def test_the_article_takes_only_what_is_kept_before() -> None:
    kept = set(KEPT)
    for step in BY_CLI:
        file = (TEMPLATES / step.file).read_text() if step.file else ""
        needed = {*Template(step.command).get_identifiers(), *Template(file).get_identifiers()}
        assert needed <= kept, step.name
        kept |= step.keeps.keys()
    assert len({step.name for step in BY_CLI}) == len(BY_CLI)
