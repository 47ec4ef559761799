# SPDX-License-Identifier: Apache-2.0
"""The pages are what `make tutorial` writes around the replies, in both languages."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from handson.project import CHECKOUT
from handson.tutorial import page as page_module
from handson.tutorial.block import Block
from handson.tutorial.page import BLOCKS, PageError, pages, render, replies_of
from handson.tutorial.run import SHOWN_BASTION_PORT, SHOWN_DNS_PORT
from handson.tutorial.shell import SHELLS

PAGES = {language: file.read_text("utf-8") for language, file in pages().items()}
each_page = pytest.mark.parametrize("language", PAGES)


@each_page
def test_a_page_is_what_its_text_and_the_steps_are(language: str) -> None:
    page = PAGES[language]
    assert render(language, replies_of(page)) == page, "`make tutorial` writes the page anew"


def test_all_pages_have_the_same_replies() -> None:
    english, *others = map(replies_of, PAGES.values())
    assert all(other == english for other in others)


def test_a_block_that_prints_something_has_its_reply() -> None:
    silent = {name for name, block in BLOCKS.items() if name not in replies_of(PAGES["en"])}
    assert silent == {
        "setup",
        "activate",
        "inside",
        "hostnames off",
        "inside again",
        "folder",
        "helpers",
        "delete-service (Cloud Map)",
        "delete-security-group",
    }


@each_page
def test_a_command_that_was_changed_by_hand_is_told(language: str) -> None:
    changed = PAGES[language].replace("make scale DESIRED=4", "make scale DESIRED=5", 1)
    with pytest.raises(PageError, match=r"other commands than block 'scale':\nmake .*=5"):
        replies_of(changed)


@each_page
def test_a_block_that_is_missing_is_told(language: str) -> None:
    before, _, _ = PAGES[language].rpartition("```sh\n")
    with pytest.raises(PageError, match="no block 'end'"):
        replies_of(before)


def test_a_text_with_blocks_in_another_order_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "TEXTS", tmp_path)
    monkeypatch.setattr(page_module, "BLOCKS", {n: Block(n, ("true",)) for n in ("a", "b")})
    (tmp_path / "handson.en.md").write_text("{{ b }}\n\n{{ a }}\n")
    with pytest.raises(PageError, match=re.escape("expected, the blocks ('b', 'a')")):
        render("en", {})
    (tmp_path / "handson.en.md").write_text("{{ a }}\n\nThen {{ b }}\n\n{{ b }}\n")
    assert render("en", {"a": "x"}) == (
        "```sh\ntrue\n```\n\n```text\nx\n```\n\nThen {{ b }}\n\n```sh\ntrue\n```\n"
    )


@each_page
def test_nothing_of_this_machine_is_on_a_page(language: str) -> None:
    page = PAGES[language]
    assert not [each for each in (CHECKOUT, Path.home(), "/tmp", ".venv/lib") if str(each) in page]
    ports = set(re.findall(r"127\.0\.0\.1:(\d+)", page))
    assert ports == {"4566", SHOWN_DNS_PORT, SHOWN_BASTION_PORT}


@each_page
def test_the_article_is_not_copied(language: str) -> None:
    assert "ns-uejictsjen2i4eeg" not in PAGES[language]
    assert "[vpc-id] に" not in PAGES[language]


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shutil.which(shell)])
def test_every_command_is_one_of_the_shell(shell: str, tmp_path: Path) -> None:
    file = tmp_path / "commands"
    file.write_text("\n".join(block.text for block in BLOCKS.values()), "utf-8")
    checked = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_commands_can_be_pasted_into_any_interactive_shell() -> None:
    """zsh takes no comments there, and an exclamation mark brings back an old command."""
    for block in BLOCKS.values():
        assert "#" not in block.text
        assert "!" not in block.text
