# SPDX-License-Identifier: Apache-2.0
"""What a step shows, in the reader's language: a TOML file for each one beside English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from handson.article.step import Step

_FOLDER = Path(__file__).parent
ENGLISH = "en"
LANGUAGES = (ENGLISH, *sorted(file.stem for file in _FOLDER.glob("*.toml")))


def explanation(step: Step, language: str) -> str:
    """Returns the sentence that says what the step's reply shows."""
    return step.shows if language == ENGLISH else sentences(language)[step.name]


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Returns the sentences of a language's file, by the name of their step."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
