# SPDX-License-Identifier: Apache-2.0
"""`make tutorial`: which replies the pages get."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from handson.cli import main
from handson.tutorial import page, write
from handson.tutorial.block import Block

TASK, OTHER = "7d18281e9ed04b6b6c01fb5a02481a32", "949aa24584d14b6b6c01fb5a02481a32"


class Typist:
    """Replies to each block with the text that the test gives it."""

    def __init__(self, replies: Mapping[str, str]) -> None:
        self._replies = replies

    def type(self, block: Block) -> str:
        return self._replies.get(block.name, "")


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose tutorial has two blocks, `look` and `leave`; returns its folder of pages."""
    blocks = {"look": Block("look", ("ls",)), "leave": Block("leave", ("cd ..",))}
    monkeypatch.setattr(page, "BLOCKS", blocks)
    monkeypatch.setattr(write, "BLOCKS", blocks)
    monkeypatch.setattr(page, "CHECKOUT", tmp_path)
    monkeypatch.setattr(write, "CHECKOUT", tmp_path)
    monkeypatch.setattr(write, "STATE", tmp_path)
    monkeypatch.setattr(page, "TEXTS", tmp_path)
    for language in ("en", "ja"):
        (tmp_path / f"handson.{language}.md").write_text("{{ look }}\n\n{{ leave }}\n")
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


def replying(monkeypatch: pytest.MonkeyPatch, replies: Mapping[str, str]) -> None:
    @contextmanager
    def reader(shell: str, folder: Path, environ: Mapping[str, str]) -> Iterator[Typist]:
        yield Typist(replies)

    monkeypatch.setattr(write, "reader", reader)


def test_both_pages_are_written_with_the_replies_of_a_run(
    docs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replying(monkeypatch, {"look": f"task {TASK}"})
    assert main(["tutorial"]) == 0
    expected = f"```sh\nls\n```\n\n```text\ntask {TASK}\n```\n\n```sh\ncd ..\n```\n"
    assert (docs / "handson.md").read_text() == (docs / "handson.ja.md").read_text() == expected
    out = capsys.readouterr().out.splitlines()
    assert out[-2:] == ["docs/handson.md: written", "docs/handson.ja.md: written"]


def test_replies_that_differ_by_chance_only_change_nothing(
    docs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replying(monkeypatch, {"look": f"task {TASK}"})
    main(["tutorial"])
    replying(monkeypatch, {"look": f"task {OTHER}"})
    assert main(["tutorial"]) == 0
    assert TASK in (docs / "handson.md").read_text()
    assert capsys.readouterr().out.endswith("docs/handson.ja.md: as it was\n")
    replying(monkeypatch, {"look": f"no task {OTHER}"})
    main(["tutorial"])
    assert f"no task {OTHER}" in (docs / "handson.md").read_text()


def test_a_changed_text_is_written_without_a_run(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replying(monkeypatch, {"look": "a file"})
    main(["tutorial"])
    replying(monkeypatch, {"look": "not asked"})
    (docs.parent / "handson.ja.md").write_text("見ます。\n\n{{ look }}\n\n{{ leave }}\n")
    monkeypatch.setenv("REPLIES", "kept")
    assert main(["tutorial"]) == 0
    japanese = (docs / "handson.ja.md").read_text()
    assert japanese.startswith("見ます。\n\n```sh\nls\n```\n\n```text\na file\n```\n")


def test_replies_cannot_be_kept_when_the_commands_are_others(
    docs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (docs / "handson.md").write_text("```sh\ncat\n```\n")
    monkeypatch.setenv("REPLIES", "kept")
    assert main(["tutorial"]) == 1
    assert capsys.readouterr().err == (
        "docs/handson.md: the page has other commands than block 'look':\ncat\n"
        "`make tutorial` writes it anew\n"
    )


def test_a_wrong_choice_is_told_before_anything_runs(
    docs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REPLIES", "old")
    assert main(["tutorial"]) == 2
    assert capsys.readouterr().err == "REPLIES: got 'old', allowed: new or kept\n"


def test_a_program_that_a_block_needs_has_to_be_there(
    docs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needy = {"look": Block("look", ("ls",), needs="no-such-program"), "leave": Block("leave", ())}
    monkeypatch.setattr(page, "BLOCKS", needy)
    monkeypatch.setattr(write, "BLOCKS", needy)
    assert main(["tutorial"]) == 1
    assert capsys.readouterr().err.startswith("not on PATH: no-such-program; ")
