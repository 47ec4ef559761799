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
    """--desired and --target, as `make test-live` gives them."""
    group = parser.getgroup("live", "the live test")
    group.addoption("--desired", metavar="N", help="tasks to scale to, 0 to 1000 (default: 4)")
    group.addoption("--target", metavar="NAME", help="local (default), localstack or aws")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a wrong option at once, before anything is collected or started."""
    desired, target = config.getoption("--desired"), config.getoption("--target")
    if desired is None and target is None:
        return
    from cloudmap_harness.aws.targets import Target
    from cloudmap_harness.errors import TargetError  # Only for those who ask.
    from handson.context import settings_with
    from stacks.errors import SettingsError

    try:
        Target.parse(target or "local")
        settings_with(desired, os.environ)
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
