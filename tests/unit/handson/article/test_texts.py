# SPDX-License-Identifier: Apache-2.0
"""Each step is explained in every language; HANDSON_LANG chooses."""

import pytest

from handson.article.stack_steps import BY_CODE
from handson.article.steps import BY_CLI
from handson.article.texts import ENGLISH, LANGUAGES, SAID, explanation, said, sentences
from handson.cli import main

STEPS = (*BY_CLI, *BY_CODE)


def test_the_languages() -> None:
    assert LANGUAGES == ("en", "ja")


def test_each_step_has_a_name_of_its_own() -> None:
    assert len({step.name for step in STEPS}) == len(STEPS)


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != ENGLISH])
def test_a_language_has_a_sentence_for_each_step_and_no_other(language: str) -> None:
    assert [*sentences(language)] == [step.name for step in STEPS]
    assert all(explanation(step, language) != step.shows for step in STEPS)


def test_japanese_is_written_in_japanese() -> None:
    assert all(sentence.endswith("。") for sentence in sentences("ja").values())


def test_an_unknown_language_is_refused_with_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANDSON_LANG", "fr")
    assert main(["handson"]) == 2
    assert capsys.readouterr().err == "HANDSON_LANG: got 'fr', allowed: en or ja\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_besides_the_steps_is_said_in_each_language(language: str) -> None:
    for name in SAID:
        text = said(name, language, url="http://x", text="T", times=3)
        assert "{" not in text
        assert (text == SAID[name].format(url="http://x", text="T", times=3)) == (
            language == ENGLISH
        )
