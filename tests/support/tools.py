# SPDX-License-Identifier: Apache-2.0
"""Tools that a test needs and a machine may lack."""

import os
from typing import NoReturn

import pytest


def lacking(why: str) -> NoReturn:
    """Skips the test for that reason; fails it under HANDSON_REQUIRE_TOOLS=1, as make sets it."""
    if os.environ.get("HANDSON_REQUIRE_TOOLS") == "1":
        pytest.fail(why, pytrace=False)
    pytest.skip(why)
