# SPDX-License-Identifier: Apache-2.0
"""Writes a report where it is wanted. A run never fails because of that: it is said in a line."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cloudmap_harness.report.html import html
from cloudmap_harness.report.markdown import markdown
from cloudmap_harness.report.report import Report

SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable with the file to which GitHub's runners, and those like them, take Markdown."""


def publish(report: Report, files: Sequence[Path], environ: Mapping[str, str]) -> Iterator[str]:
    """Writes the HTML to the first file that can be written, and the summary to that of CI.

    Yields the lines to be said.
    """
    for file in files:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(html(report), "utf-8")
            yield f"report: {file}"
            break
        except Exception as error:  # Nothing here may stand before the run's own failure.
            yield f"the report could not be written: {error}"
    summary = environ.get(SUMMARY)
    if summary:
        try:
            with Path(summary).open("a", encoding="utf-8") as stream:
                stream.write(markdown(report))
        except Exception as error:
            yield f"the summary could not be added ({SUMMARY}): {error}"
