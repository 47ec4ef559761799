# SPDX-License-Identifier: Apache-2.0
"""What `make handson` shows of a step, and how it ends."""

import io
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from handson import walkthrough as handson
from handson.article.runner import Session
from handson.article.step import Step, everyone_has_answered
from handson.cli import main
from handson.endpoint_lookup import LocalEndpoint
from handson.errors import EndpointError
from handson.local_endpoint import Life
from handson.walkthrough import MOST_LINES, Show, watch

ENDPOINT = LocalEndpoint(
    "http://127.0.0.1:4566", 1, "moto 5", "127.0.0.1:5353", "http://127.0.0.1:3128", 0
)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path, ENDPOINT, "ap-northeast-1", os.environ, {"addresses": ["a"]})


def watched(session: Session, step: Step, capsys: pytest.CaptureFixture[str]) -> list[str]:
    watch(Show(pause=False, language="en"), session, [step])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    return out.splitlines()


def test_a_step_is_its_command_its_reply_and_what_that_shows(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    step = Step("one", "echo '[red]'", "Shows it.")
    assert watched(session, step, capsys) == ["$ echo '[red]'", "  [red]", "-> Shows it.", ""]


def test_what_it_shows_is_said_in_the_readers_language(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    watch(Show(pause=False, language="ja"), session, [Step("scale", "echo 4", "Four.")])
    assert capsys.readouterr().out.splitlines() == [
        "$ echo 4",
        "  4",
        "-> 変わったのは数字 1 つです。ECS サービスの必要なタスク数が 4 になりました。",
        "",
    ]


def test_a_long_reply_is_cut(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    lines = watched(session, Step("long", "seq 100", "Numbers."), capsys)
    assert lines[MOST_LINES] == f"  {MOST_LINES}"
    assert lines[MOST_LINES + 1] == f"  ... and {100 - MOST_LINES} lines more"


def test_an_excerpt_is_a_line_for_each_thing(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    step = Step("part", """echo '{"A": [{"B": 1}, {"B": 2}]}'""", "Two.", excerpt="A")
    assert watched(session, step, capsys)[1:3] == ['  ... {"B": 1} ...', '  ... {"B": 2} ...']


def test_every_reply_is_shown_where_each_counts(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    step = Step(
        "all",
        """echo '{"address": "a"}'""",
        "All.",
        until=everyone_has_answered,
        excerpt="address",
        every_reply=True,
    )
    assert watched(session, step, capsys)[1:] == ['  1 × ... "a" ...', "-> All.", ""]


def test_a_pause_waits_for_enter_and_goes_on_at_the_end_of_input(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entered = io.StringIO("\nrest")
    monkeypatch.setattr("sys.stdin", entered)
    watch(Show(pause=True, language="en"), session, [Step("one", "true", "Nothing.")])
    assert entered.read() == "rest"
    watch(Show(pause=True, language="en"), session, [Step("one", "true", "Nothing.")])
    assert capsys.readouterr().out.count("Enter goes on, Ctrl-C ends") == 2


@pytest.fixture
def no_endpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The endpoint cannot be had; returns the state folder."""

    def refuse(environ: Mapping[str, str], state: Path, life: Life) -> LocalEndpoint:
        assert life is Life.OWNED
        assert environ["LOCALAWS_PORT"] == environ["LOCALAWS_DNS_PORT"] == "0"
        raise EndpointError("no endpoint here")

    monkeypatch.setattr(handson, "up", refuse)
    monkeypatch.setattr(handson, "STATE", tmp_path / ".state")
    return tmp_path / ".state"


def test_a_failure_is_a_line_and_a_report_and_its_folder_goes(
    no_endpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["handson"]) == 1
    said = capsys.readouterr()
    assert said.err == "no endpoint here\n"
    assert [each.name for each in no_endpoint.iterdir()] == ["reports"]
    (report,) = (no_endpoint / "reports").iterdir()
    assert said.out == f"report: {report}\n"
    assert "no endpoint here" in report.read_text()


def test_a_failure_has_a_report_where_the_wanted_one_cannot_be_written(
    no_endpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REPORT", str(tmp_path))
    assert main(["handson"]) == 1
    refused, said = capsys.readouterr().out.splitlines()
    assert refused.startswith("the report could not be written")
    (report,) = (no_endpoint / "reports").iterdir()
    assert said == f"report: {report}"


def test_a_wrong_setting_is_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANDSON_DNS_TTL", "soon")
    monkeypatch.setenv("BY", "cli")
    assert main(["handson"]) == 2
    assert "HANDSON_DNS_TTL" in capsys.readouterr().err
