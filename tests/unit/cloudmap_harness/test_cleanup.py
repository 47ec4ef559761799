# SPDX-License-Identifier: Apache-2.0
"""Resources are removed in reverse order, whatever fails, and again while they are in use."""

import pytest

from cloudmap_harness import cleanup as module
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.errors import AwsError


@pytest.fixture(autouse=True)
def short_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 1.0)
    monkeypatch.setattr(module, "RETRY_INTERVAL", 0.01)


def test_the_last_is_removed_first_even_when_the_block_fails() -> None:
    gone: list[str] = []
    with pytest.raises(KeyboardInterrupt), CleanupStack() as cleanup:
        cleanup.add("first", lambda: gone.append("first"))
        cleanup.add("last", lambda: gone.append("last"))
        raise KeyboardInterrupt
    assert gone == ["last", "first"]


def test_a_failure_is_noted_and_the_rest_is_removed() -> None:
    gone: list[str] = []

    def refuse() -> None:
        raise AwsError("DeleteCluster", "AccessDenied", "no")

    with CleanupStack() as cleanup:
        cleanup.add("first", lambda: gone.append("first"))
        cleanup.add("the cluster", refuse)
    assert gone == ["first"]
    assert cleanup.notes == ["not removed: the cluster: DeleteCluster: AccessDenied: no"]


def test_a_resource_in_use_is_tried_again() -> None:
    refusals = ["ResourceInUse", "DependencyViolation"]

    def remove() -> None:
        if refusals:
            raise AwsError("Delete", refusals.pop(), "in use")

    with CleanupStack() as cleanup:
        cleanup.add("it", remove)
    assert (refusals, cleanup.notes) == ([], [])


def test_a_resource_that_stays_in_use_is_noted() -> None:
    def refuse() -> None:
        raise AwsError("Delete", "ResourceInUse", "by others")

    with CleanupStack() as cleanup:
        cleanup.add("it", refuse)
    [note] = cleanup.notes
    assert "not removed: it" in note and "by others" in note


def test_a_resource_that_is_gone_already_counts_as_removed() -> None:
    def gone() -> None:
        raise AwsError("Delete", "NamespaceNotFound", "gone")

    with CleanupStack() as cleanup:
        cleanup.add("it", gone)
    assert cleanup.notes == []
