# SPDX-License-Identifier: Apache-2.0
"""The words of a test that has failed, without its traceback and the values in it."""

from typing import Any


def words_of(report: Any) -> str:
    """Returns an error's own words, of pytest's report of a phase of a test.

    A traceback has the arguments of functions, environments with keys among them.
    """
    crash = getattr(report.longrepr, "reprcrash", None)
    words = crash.message if crash is not None else report.longreprtext
    return str(words).removeprefix("Failed: ").strip()
