# SPDX-License-Identifier: Apache-2.0
"""What every test obeys: a test's folder names its tier, and the tier is its one marker.

The live tier's options are here because pytest asks only its first conftest files for options.
"""

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TIERS = {TESTS / tier: tier for tier in ("unit", "endpoint", "live")}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --desired and --target for those who call pytest; they set make's variables."""
    group = parser.getgroup("live", "the live test")
    group.addoption("--desired", metavar="N", help="tasks to scale to, 0 to 1000 (DESIRED)")
    group.addoption("--target", metavar="NAME", help="local, localstack or aws (TARGET)")


def pytest_configure(config: pytest.Config) -> None:
    """Refuses a wrong option before any test is collected and any endpoint started."""
    given = {
        variable: value
        for option, variable in (("--desired", "DESIRED"), ("--target", "TARGET"))
        if (value := config.getoption(option)) is not None
    }
    if not given:
        return
    from cloudmap_harness.errors import TargetError  # Imported only when an option is given.
    from handson.variables import Variables
    from stacks.errors import SettingsError

    os.environ.update(given)
    try:
        _ = Variables(os.environ).target, Variables(os.environ).settings()
    except (SettingsError, TargetError) as error:
        raise pytest.UsageError(str(error)) from None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the tier of its folder; a test outside these folders is an error."""
    strays = []
    for item in items:
        tier = next((mark for folder, mark in TIERS.items() if folder in item.path.parents), None)
        if tier is None:
            strays.append(item.nodeid)
        else:
            item.add_marker(getattr(pytest.mark, tier))
    if strays:
        raise pytest.UsageError(f"tests outside the tiers' folders: {', '.join(strays)}")
