# SPDX-License-Identifier: Apache-2.0
"""The timeline: what happens is told once, in its order, with what joins the layers."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import dns.message
import dns.query
import pytest

from localaws.server import Endpoint
from localaws.timeline import stream
from localaws.timeline.stream import STREAM, Stream
from tests.endpoint.localaws.account import NAMESPACE, SERVICE, Account, Turns
from tests.endpoint.localaws.vpc.test_bastion import group
from tests.support.waiting import eventually

Events = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def nothing_told_before(aws: Account) -> Iterator[None]:
    STREAM.begin()
    yield


def timeline(endpoint: Endpoint) -> dict[str, Any]:
    with urllib.request.urlopen(f"{endpoint.url}/_localaws/timeline", timeout=20) as reply:
        document: dict[str, Any] = json.load(reply)
        return document


def told(endpoint: Endpoint, layer: str) -> Events:
    return [event for event in timeline(endpoint)["events"] if event["layer"] == layer]


def test_the_document_says_what_it_is(endpoint: Endpoint) -> None:
    document = timeline(endpoint)
    about = {name: document[name] for name in ("form", "source", "resolution", "target")}
    assert about == {"form": 1, "source": "events", "resolution": None, "target": "local"}
    assert document["began"] <= document["ended"]


def test_a_task_is_told_from_its_first_state_to_its_last(endpoint: Endpoint, aws: Account) -> None:
    aws.ecs_service(aws.service(aws.namespace()), desired=1)
    aws.steady(1)
    [task] = {event["task"] for event in told(endpoint, "task")}
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    eventually(lambda: told(endpoint, "interface")[-1]["what"], lambda what: what == "went")
    states = [event["what"] for event in told(endpoint, "task")]
    assert states == [
        *("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"),
        *("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"),
    ]
    chain = [
        (event["layer"], event["what"])
        for event in timeline(endpoint)["events"]
        if event.get("task") == task and event["layer"] != "task"
    ]
    assert chain == [
        *(("interface", "came"), ("instance", "came"), ("instance", "HEALTHY"), ("record", "came")),
        *(("instance", "went"), ("record", "went"), ("interface", "went")),
    ]
    assert [event["count"] for event in told(endpoint, "service") if "count" in event] == [1, 0]
    times = [event["at"] for event in timeline(endpoint)["events"]]
    assert times == sorted(times)


def test_a_record_is_told_with_all_that_a_zone_lists(endpoint: Endpoint, aws: Account) -> None:
    namespace = aws.namespace()
    service = aws.service(namespace)
    aws.register(service, "i-1", AWS_INSTANCE_IPV4="10.0.8.9")
    [record] = [each for each in told(endpoint, "record") if each["type"] == "A"]
    assert record == {
        **{name: record[name] for name in ("at", "account")},
        **{"layer": "record", "what": "came", "region": aws.region, "task": "i-1"},
        **{"zone": aws.zone_id(namespace), "name": f"{SERVICE}.{NAMESPACE}", "type": "A"},
        **{"ttl": 300, "values": ["10.0.8.9"], "healthy": True},
    }


def test_a_record_whose_health_changes_comes_anew_and_has_not_gone(
    endpoint: Endpoint, aws: Account
) -> None:
    service = aws.service(aws.namespace())
    aws.register(service, "i-1", AWS_INSTANCE_IPV4="10.0.8.9")
    aws.cloud_map.update_instance_custom_health_status(
        ServiceId=service, InstanceId="i-1", Status="UNHEALTHY"
    )
    records = [each for each in told(endpoint, "record") if each["type"] == "A"]
    assert [(each["what"], each["healthy"]) for each in records] == [
        ("came", True),
        ("came", False),
    ]
    states = [each["what"] for each in told(endpoint, "instance")]
    assert states == ["came", "HEALTHY", "UNHEALTHY"]


def test_a_users_zone_is_told_too(endpoint: Endpoint, aws: Account) -> None:
    zone = aws.route53.create_hosted_zone(Name="x.example", CallerReference="1")["HostedZone"]["Id"]
    record: Any = {
        **{"Name": "a.x.example", "Type": "A", "TTL": 5},
        "ResourceRecords": [{"Value": "10.0.0.1"}],
    }
    for action in ("CREATE", "DELETE"):
        aws.route53.change_resource_record_sets(
            HostedZoneId=zone,
            ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
        )
    aws.route53.delete_hosted_zone(Id=zone)
    records = [(each["what"], each["type"]) for each in told(endpoint, "record")]
    assert sorted(records[:2]) == [("came", "NS"), ("came", "SOA")]
    assert records[2:4] == [("came", "A"), ("went", "A")]
    assert sorted(records[4:]) == [("went", "NS"), ("went", "SOA")]


def test_what_dns_and_http_answer_is_told(endpoint: Endpoint, aws: Account) -> None:
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group(aws, "10.0.0.0/16")]
    aws.ecs_service(aws.service(aws.namespace()), desired=1, networkConfiguration=network)
    aws.steady(1)
    name = f"{SERVICE}.{NAMESPACE}"
    query = dns.message.make_query(name, "A")
    dns.query.udp(query, "127.0.0.1", port=endpoint.dns_port, timeout=20)
    [answered] = told(endpoint, "dns")
    task = told(endpoint, "task")[0]
    assert (answered["name"], answered["status"], answered["vpc"]) == (name, "NOERROR", aws.vpc)
    assert answered["values"] == [task["address"]]
    proxy = urllib.request.ProxyHandler({"http": endpoint.bastion_url})
    urllib.request.build_opener(proxy).open(f"http://{name}/", timeout=20).close()
    [answered] = told(endpoint, "http")
    assert (answered["name"], answered["status"]) == (name, 200)
    assert (answered["task"], answered["address"]) == (task["task"], task["address"])


def test_calls_that_may_change_something_are_told(endpoint: Endpoint, aws: Account) -> None:
    aws.ecs.create_cluster(clusterName="c")
    aws.ecs.describe_clusters(clusters=["c"])
    aws.route53.list_hosted_zones()
    [call] = told(endpoint, "call")
    assert (call["api"], call["what"], call["status"]) == ("ecs", "CreateCluster", 200)


def test_faults_are_told(endpoint: Endpoint) -> None:
    url = f"{endpoint.url}/_localaws/faults"
    body = json.dumps({"kind": "unhealthy"}).encode()
    for method, data in (("POST", body), ("DELETE", None)):
        urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=20).close()
    began, ended = told(endpoint, "fault")
    assert (began["what"], ended["what"]) == ("began", "ended")
    assert began["message"] == ended["message"]


def test_a_deleted_service_went(endpoint: Endpoint, aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    aws.inactive()
    last = [each for each in told(endpoint, "service") if each["what"] != "event"][-1]
    assert (last["what"], last["service"]) == ("went", "httpd")


def test_what_is_asked_often_does_not_push_out_what_happened_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "KEPT_ASKED", 3)
    kept = Stream()
    kept.tell("task", "RUNNING", {"task": "t"})
    for number in range(10):
        kept.tell("dns", "answered", {"name": str(number)})
    events = kept.document()["events"]
    assert [each.get("name") for each in events] == [None, "7", "8", "9"]


def test_a_slow_reader_is_told_that_it_has_lost_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_WAITING", 3)
    kept = Stream()
    with kept.followed() as (_, reader):
        kept.tell("task", "PENDING", {})
        read = reader.take()
        assert read is not None and [event.what for event in read] == ["PENDING"]
        for _ in range(5):
            kept.tell("task", "RUNNING", {})
        assert reader.take() is None
        assert reader.take() == []


def test_tasks_in_a_turn_are_told_without_a_service(
    endpoint: Endpoint, aws: Account, turns: Turns
) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    aws.ecs.run_task(
        cluster="handson",
        taskDefinition=aws.task_definition(),
        launchType="FARGATE",
        networkConfiguration=aws.network(),
    )
    turns(3)
    events = told(endpoint, "task")
    assert [event["what"] for event in events][-1] == "RUNNING"
    assert not any("service" in event for event in events)
