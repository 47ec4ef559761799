# SPDX-License-Identifier: Apache-2.0
"""An endpoint in this process with short delays, empty for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict

from localaws import runtime
from localaws.server import Endpoint
from localaws.settings import Settings
from tests.unit.localaws.account import Aws


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    settings = Settings(port=0, tick_seconds=0.01, operation_seconds=0.02, task_step_seconds=0.02)
    with Endpoint(settings) as endpoint:
        yield endpoint


@pytest.fixture
def aws(endpoint: Endpoint) -> Aws:
    """The default account in the default region, with nothing in it but the article's VPC."""
    with runtime.LOCK:
        BackendDict.reset()
    return Aws(endpoint.url)
