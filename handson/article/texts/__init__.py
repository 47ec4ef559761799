# SPDX-License-Identifier: Apache-2.0
"""What a step shows, in the reader's language: a TOML file for each one beside English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from handson.article.step import Step

_FOLDER = Path(__file__).parent
ENGLISH = "en"
LANGUAGES = (ENGLISH, *sorted(file.stem for file in _FOLDER.glob("*.toml")))


SAID = {
    "begin": (
        "This runs on an endpoint ({url}) and in a folder of its own, which go\n"
        "when it ends: what you have deployed is not touched.\n"
    ),
    "by make": "What a make command does to your own deployment is done here to this one.\n",
    "again": "{text} ({times} times asked)",
}
"""What is said besides the steps."""


def explanation(step: Step, language: str) -> str:
    """Returns the sentence that says what the step's reply shows."""
    return step.shows if language == ENGLISH else sentences(language)[step.name]


def said(name: str, language: str, **values: object) -> str:
    """Returns what is said besides the steps, with these values."""
    words = SAID if language == ENGLISH else _file(language)["said"]
    return str(words[name]).format(**values)


def sentences(language: str) -> Mapping[str, str]:
    """Returns the sentences of a language's file, by the name of their step."""
    return {name: each for name, each in _file(language).items() if name != "said"}


@cache
def _file(language: str) -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
