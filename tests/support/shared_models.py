# SPDX-License-Identifier: Apache-2.0
"""A fixture for the tiers whose tests make many AWS clients: botocore's models are read once."""

from collections.abc import Iterator
from functools import cache

import botocore.session
import pytest


@pytest.fixture(scope="session", autouse=True)
def shared_models() -> Iterator[None]:
    """Lets all sessions read the models by one loader, which remembers them.

    Each session has a loader of its own by default; EC2's model alone takes 0.3 s to read.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield
