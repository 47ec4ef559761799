# SPDX-License-Identifier: Apache-2.0
"""The files of a run: its figures as JSON, and a picture of each service."""

import json
from pathlib import Path

from handson.lesson.drawing import draw
from handson.lesson.figures import Figures
from handson.lesson.run import LessonRun

FIGURES = "figures.json"


def write_results(run: LessonRun, folder: Path) -> None:
    """Writes the files into the folder, in place of those of an earlier run."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.svg"):
        stale.unlink()
    for service in run.services:
        (folder / f"{service.service}.svg").write_text(draw(service), encoding="utf-8")
    figures = json.dumps(run.figures().as_json(), indent=1)
    (folder / FIGURES).write_text(figures + "\n", encoding="utf-8")


def read_figures(folder: Path) -> Figures:
    """Returns the figures that a run has written."""
    return Figures.from_json(json.loads((folder / FIGURES).read_text(encoding="utf-8")))
