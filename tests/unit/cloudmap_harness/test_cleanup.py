# SPDX-License-Identifier: Apache-2.0
"""What was put up is taken down: last first, whatever fails, and again while it is in use."""

import pytest

from cloudmap_harness import cleanup as module
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.errors import AwsError


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 1.5)


def test_the_last_goes_first_though_the_block_fails() -> None:
    gone: list[str] = []
    with pytest.raises(KeyboardInterrupt), CleanupStack() as cleanup:
        cleanup.add("first", lambda: gone.append("first"))
        cleanup.add("last", lambda: gone.append("last"))
        raise KeyboardInterrupt
    assert gone == ["last", "first"]


def test_a_failure_is_noted_and_the_rest_goes_on() -> None:
    gone: list[str] = []

    def refuse() -> None:
        raise AwsError("DeleteCluster", "AccessDenied", "no")

    with CleanupStack() as cleanup:
        cleanup.add("first", lambda: gone.append("first"))
        cleanup.add("the cluster", refuse)
    assert gone == ["first"]
    assert cleanup.notes == ["not removed: the cluster: DeleteCluster: AccessDenied: no"]


def test_what_is_in_use_is_tried_again() -> None:
    refusals = ["ResourceInUse", "DependencyViolation"]

    def remove() -> None:
        if refusals:
            raise AwsError("Delete", refusals.pop(), "in use")

    with CleanupStack() as cleanup:
        cleanup.add("it", remove)
    assert (refusals, cleanup.notes) == ([], [])


def test_what_stays_in_use_is_noted() -> None:
    def refuse() -> None:
        raise AwsError("Delete", "ResourceInUse", "by others")

    with CleanupStack() as cleanup:
        cleanup.add("it", refuse)
    [note] = cleanup.notes
    assert "not removed: it" in note and "by others" in note


def test_what_is_gone_already_is_removed() -> None:
    def gone() -> None:
        raise AwsError("Delete", "NamespaceNotFound", "gone")

    with CleanupStack() as cleanup:
        cleanup.add("it", gone)
    assert cleanup.notes == []
