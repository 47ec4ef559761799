# SPDX-License-Identifier: Apache-2.0
"""The rules for every test: its folder names its tier, which sets its marker and its time limit.

The live tier's options are here because pytest asks only its first conftest files for options.
"""

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TIERS = {"unit": 60, "endpoint": 120, "browser": 120, "live": 1200, "terraform": 1200}
"""Each tier's folder, and the seconds after which a test of it is taken to hang."""
SLOW_TARGET_SECONDS = 7200
"""The limit of a live test on another target than local: AWS takes minutes to start a task."""


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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Gives interrupted workers time to take down what their tests began; 10 s by default."""
    from xdist.workermanage import NodeManager  # There only when tests run side by side.

    NodeManager.EXIT_TIMEOUT = 120


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks each test with its tier and the tier's time limit; refuses tests outside the tiers."""
    strays = [item.nodeid for item in items if _tier(item) is None]
    if strays:
        raise pytest.UsageError(f"tests outside the tiers' folders: {', '.join(strays)}")
    for item in items:
        tier = _tier(item) or ""
        item.add_marker(getattr(pytest.mark, tier))
        own_limit = item.get_closest_marker("timeout") or config.getoption("--timeout") is not None
        if not own_limit:
            item.add_marker(pytest.mark.timeout(_limit(tier)))


def _tier(item: pytest.Item) -> str | None:
    return next((tier for tier in TIERS if TESTS / tier in item.path.parents), None)


def _limit(tier: str) -> int:
    is_slow = tier == "live" and os.environ.get("TARGET") not in (None, "", "local")
    return SLOW_TARGET_SECONDS if is_slow else TIERS[tier]
