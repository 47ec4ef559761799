# SPDX-License-Identifier: Apache-2.0
"""A report is written where it is wanted; when that fails it is said, and nothing is raised."""

from pathlib import Path

from cloudmap_harness.report.writing import SUMMARY, publish
from tests.unit.cloudmap_harness.report.example import failed_report


def published(*files: Path, **environ: str) -> list[str]:
    return [*publish(failed_report(), files, environ)]


def test_the_file_is_written_in_a_new_folder_and_its_path_is_said(tmp_path: Path) -> None:
    file = tmp_path / "new" / "report.html"
    assert published(file) == [f"report: {file}"]
    assert file.read_text("utf-8").startswith("<!doctype html>")


def test_the_summary_is_added_to_that_of_ci(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("of an earlier step\n")
    assert published(**{SUMMARY: str(summary)}) == []
    assert summary.read_text().startswith("of an earlier step\n## ❌ make test-live")


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    lines = published(tmp_path / "file" / "report.html", **{SUMMARY: str(tmp_path)})
    assert [line.partition(":")[0] for line in lines] == [
        "the report could not be written",
        f"the summary could not be added ({SUMMARY})",
    ]


def test_the_next_file_is_written_when_the_first_cannot_be(tmp_path: Path) -> None:
    next_, not_needed = tmp_path / "next.html", tmp_path / "not.html"
    refused, said = published(tmp_path, next_, not_needed)
    assert refused.startswith("the report could not be written")
    assert said == f"report: {next_}"
    assert next_.exists() and not not_needed.exists()


def test_without_a_place_nothing_is_written(tmp_path: Path) -> None:
    assert published() == []
