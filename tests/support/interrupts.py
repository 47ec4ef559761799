# SPDX-License-Identifier: Apache-2.0
"""A fixture for the tiers whose tests start processes or deploy: an interrupt unwinds in order."""

from collections.abc import Iterator

import pytest

from cloudmap_harness.terraform.signals import interruptible


@pytest.fixture(scope="session", autouse=True)
def orderly_interrupts() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP unwind as Ctrl-C does, so that what a test began is taken down."""
    with interruptible():
        yield
