# SPDX-License-Identifier: Apache-2.0
"""What every test obeys: a test's folder names its tier, and the tier is its one marker."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TIERS = {TESTS / "unit": "unit", TESTS / "live": "live"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the tier of its folder; a test outside both folders is an error."""
    strays = []
    for item in items:
        tier = next((mark for folder, mark in TIERS.items() if folder in item.path.parents), None)
        if tier is None:
            strays.append(item.nodeid)
        else:
            item.add_marker(getattr(pytest.mark, tier))
    if strays:
        raise pytest.UsageError(f"tests outside tests/unit and tests/live: {', '.join(strays)}")
