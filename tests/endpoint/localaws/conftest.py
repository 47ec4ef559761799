# SPDX-License-Identifier: Apache-2.0
"""An endpoint in this process with short delays, empty for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict

from localaws import runtime, scheduler, snapshot
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import Account, Turns
from tests.endpoint.localaws.faulty import faults as faults


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """One for the tests of a file; those of another may want moto as it is, in this process."""
    settings = EndpointSettings(
        port=0, tick_seconds=0.01, operation_seconds=0.02, task_step_seconds=0.02
    )
    with Endpoint(settings) as endpoint:
        yield endpoint


@pytest.fixture
def aws(endpoint: Endpoint) -> Iterator[Account]:
    """The default account in the default region, with nothing in it but the article's VPC.

    What a test leaves in it can be kept, whatever that is.
    """
    with runtime.LOCK:
        BackendDict.reset()
    yield Account(endpoint.url)
    with runtime.LOCK:
        snapshot.take()


@pytest.fixture
def turns(aws: Account, monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Takes so many turns of a scheduler that takes none itself; nothing has to be waited for."""
    tick = scheduler.tick
    monkeypatch.setattr(scheduler, "tick", lambda: None)
    monkeypatch.setattr(
        runtime, "settings", EndpointSettings(operation_seconds=0, task_step_seconds=0)
    )

    def take(count: int) -> None:
        for _ in range(count):
            tick()

    return take
