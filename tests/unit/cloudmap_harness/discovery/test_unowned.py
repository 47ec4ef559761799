# SPDX-License-Identifier: Apache-2.0
"""What a deleted ECS service has left is told, and what is somebody else's is not."""

from dataclasses import replace

from cloudmap_harness.discovery.observation import ObservedInstance
from cloudmap_harness.discovery.registries import owner_of
from cloudmap_harness.discovery.unowned import Unowned, stray_records
from tests.unit.cloudmap_harness.discovery.layers import REGISTRY, instance, record, task

SIBLINGS = {REGISTRY.record_name: REGISTRY}
ID = "0123456789abcdef0123456789abcdef"
LEFT = replace(instance("10.0.8.9"), id=ID, cluster="shop", service="web")
RECORD = replace(record("10.0.8.9"), set_identifier=ID)


def told(unowned: Unowned) -> list[str]:
    return [*map(str, unowned.problems())]


def test_the_service_with_the_nearest_name_has_a_record() -> None:
    api = replace(REGISTRY, name="api.web", arn="api")
    siblings = {**SIBLINGS, api.record_name: api}
    assert owner_of("web.example.internal.", siblings) == REGISTRY
    assert owner_of("host.web.example.internal.", siblings) == REGISTRY
    assert owner_of("api.web.example.internal.", siblings) == api
    assert owner_of("host.api.web.example.internal.", siblings) == api
    assert owner_of("example.internal.", siblings) is None


def test_a_record_of_no_service_is_an_orphan() -> None:
    other = replace(record("10.0.8.9"), name="old.example.internal.")
    assert [*map(str, stray_records([record("10.0.8.4"), other], SIBLINGS))] == [
        "10.0.8.9: orphan A record old.example.internal., no such service"
    ]


def test_an_instance_of_a_task_that_has_gone_is_stale() -> None:
    stale = f"10.0.8.9: stale instance {ID} of web.example.internal, no such task"
    assert told(Unowned(REGISTRY, [LEFT], [RECORD], {})) == [stale]
    stopped = replace(task("10.0.8.9", "STOPPED"), id=ID)
    assert told(Unowned(REGISTRY, [LEFT], [RECORD], {ID: stopped})) == [stale]


def test_an_instance_of_a_task_that_is_there_is_not() -> None:
    """Service Connect registers its tasks in Cloud Map services of its own."""
    assert told(Unowned(REGISTRY, [LEFT], [RECORD], {ID: replace(task("10.0.8.9"), id=ID)})) == []


def test_an_instance_that_somebody_else_has_registered_is_counted_only() -> None:
    database = ObservedInstance("database", LEFT.address)
    own = replace(RECORD, set_identifier="database")
    unowned = Unowned(REGISTRY, [database], [own], {})
    assert (told(unowned), unowned.others) == ([], 1)


def test_a_record_of_no_instance_is_an_orphan() -> None:
    assert told(Unowned(REGISTRY, [], [RECORD], {})) == [
        "10.0.8.9: orphan A record web.example.internal., no such instance"
    ]
