# SPDX-License-Identifier: Apache-2.0
"""An event in one line."""

import pytest

from cloudmap_harness.timeline.event import Event
from cloudmap_harness.timeline.words import describe
from tests.unit.cloudmap_harness.timeline.story import NAME, at


@pytest.mark.parametrize(("healthy", "end"), [(None, ""), (True, ""), (False, ", unhealthy")])
def test_a_record_that_comes_anew_since_it_is_unhealthy_says_so(
    healthy: bool | None, end: str
) -> None:
    came = Event(
        at=at(1),
        layer="record",
        what="came",
        task="0" * 32,
        name=NAME,
        type="A",
        ttl=60,
        values=("10.0.8.4",),
        healthy=healthy,
    )
    assert describe(came) == f"record    000000000000 10.0.8.4  came: A {NAME} TTL 60{end}"
