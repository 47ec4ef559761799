# SPDX-License-Identifier: Apache-2.0
"""Facts that two packages state, because neither may import the other, are the same in both."""

from __future__ import annotations

from localaws.ecs.fargate_sizes import FARGATE_MEMORY
from stacks import settings


def test_the_stacks_and_the_endpoint_have_the_same_fargate_sizes() -> None:
    assert FARGATE_MEMORY == settings.FARGATE_MEMORY
