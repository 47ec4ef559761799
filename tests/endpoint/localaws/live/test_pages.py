# SPDX-License-Identifier: Apache-2.0
"""The live page's own pages: the stream, DNS answers, who may reach whom; none changes anything."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from localaws import runtime
from localaws.live.messages import TOGETHER_SECONDS
from localaws.live.present import present
from localaws.live.reach import reach
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from localaws.timeline.stream import STREAM
from tests.endpoint.localaws.account import NAMESPACE, SERVICE, Account, refused
from tests.endpoint.localaws.test_strangers import ask
from tests.endpoint.localaws.vpc.test_bastion import group

PAGES = ("/_localaws/", "/_localaws", "/_localaws/timeline", "/_localaws/events", "/_localaws/ask")
Message = tuple[str, Any]


@pytest.fixture(autouse=True)
def nothing_told_before(aws: Account) -> Iterator[None]:
    STREAM.begin()
    yield


@contextmanager
def stream_of(endpoint: Endpoint) -> Iterator[Iterator[Message]]:
    """The messages of a stream, each with its kind, until the end of the block."""
    connection = http.client.HTTPConnection(urlsplit(endpoint.url).netloc, timeout=20)
    connection.request("GET", "/_localaws/events")
    reply = connection.getresponse()
    assert reply.headers["Content-Type"] == "text/event-stream"

    def messages() -> Iterator[Message]:
        kind = ""
        for line in reply:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)

    try:
        yield messages()
    finally:
        connection.close()


def following(messages: Iterator[Message], kind: str) -> Any:
    """The next message of a kind."""
    return next(data for each, data in messages if each == kind)


def answer(endpoint: Endpoint, query: str) -> tuple[int, Any]:
    reply = ask(endpoint.url, f"/_localaws/ask?{query}")
    return reply.status, json.loads(reply.body)


def test_the_stream_begins_with_what_was_and_what_there_is(
    endpoint: Endpoint, aws: Account
) -> None:
    service = aws.service(aws.namespace())
    aws.ecs_service(service, desired=2)
    aws.steady(2)
    with stream_of(endpoint) as messages:
        (first, past), (second, now) = next(messages), next(messages)
    assert (first, second) == ("past", "present")
    assert [e["what"] for e in past["events"] if e["layer"] == "task"].count("RUNNING") == 2
    of_tasks = sorted((e["layer"], e["what"]) for e in now["events"] if "task" in e)
    assert of_tasks == [
        *[("instance", "HEALTHY")] * 2,
        *[("instance", "came")] * 2,
        *[("interface", "came")] * 2,
        *[("record", "came")] * 2,
        *[("task", "RUNNING")] * 2,
    ]
    assert [e["count"] for e in now["events"] if e["layer"] == "service"] == [2]


def test_the_stream_goes_on_with_each_change(endpoint: Endpoint, aws: Account) -> None:
    with stream_of(endpoint) as messages:
        following(messages, "present")
        aws.ecs.create_cluster(clusterName="c")
        events = following(messages, "changes")["events"]
    assert [(e["layer"], e["what"]) for e in events] == [("call", "CreateCluster")]


def test_what_happens_in_one_turn_comes_in_one_message(endpoint: Endpoint, aws: Account) -> None:
    with stream_of(endpoint) as messages:
        following(messages, "present")
        with runtime.LOCK:
            STREAM.tell("fault", "began", {"message": "first"})
            # Longer than what is collected for one message.
            time.sleep(3 * TOGETHER_SECONDS)
            STREAM.tell("fault", "ended", {"message": "last"})
        events = following(messages, "changes")["events"]
    assert [each["message"] for each in events] == ["first", "last"]


def test_after_a_reset_the_stream_says_what_there_is(endpoint: Endpoint, aws: Account) -> None:
    aws.service(aws.namespace())
    with stream_of(endpoint) as messages:
        assert following(messages, "present")["events"]
        assert ask(endpoint.url, "/moto-api/reset", method="POST").status == 200
        changes = following(messages, "changes")["events"]
        assert ("account", "reset") in [(e["layer"], e["what"]) for e in changes]
        assert following(messages, "present") == {"events": []}


def test_a_stream_ends_with_its_endpoint() -> None:
    with Endpoint(EndpointSettings(port=0)) as endpoint, stream_of(endpoint) as messages:
        following(messages, "present")
        endpoint.__exit__(None, None, None)
        assert all(kind != "changes" for kind, _ in messages)


def test_a_task_is_there_since_it_came_into_its_state(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    with runtime.LOCK:
        [task] = [event for event in present() if event.layer == "task"]
    started = aws.tasks()[0]["startedAt"]
    assert task.what == "RUNNING"
    assert abs(task.at - started.timestamp()) < 0.001


def test_a_name_is_asked_for_as_in_the_vpc(endpoint: Endpoint, aws: Account) -> None:
    service = aws.service(aws.namespace())
    for number in range(9):
        aws.register(service, f"i-{number}", AWS_INSTANCE_IPV4=f"10.0.8.{number + 10}")
    status, found = answer(endpoint, f"name={SERVICE}.{NAMESPACE}.&type=a")
    assert (status, found["status"], found["ttl"], found["of"]) == (200, "NOERROR", 300, 9)
    assert len(found["values"]) == 8 and len(set(found["values"])) == 8
    assert (found["vpc"], found["account"]) == (aws.vpc, "123456789012")


@pytest.mark.parametrize(
    ("query", "status"),
    [(f"name=nobody.{NAMESPACE}", "NXDOMAIN"), (f"name={NAMESPACE}&type=AAAA", "NOERROR")],
)
def test_a_negative_answer_has_no_values(
    endpoint: Endpoint, aws: Account, query: str, status: str
) -> None:
    aws.namespace()
    code, found = answer(endpoint, query)
    assert (code, found["status"], found["values"], found["of"]) == (200, status, [], 0)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "name=NAME is wanted, a DNS name"),
        ("name=a..b", "name=NAME is wanted, a DNS name"),
        (f"name={'x' * 64}.internal", "name=NAME is wanted, a DNS name"),
        ("name=a.b&type=NONE", "type=NONE: a record type such as A, AAAA or SRV is wanted"),
    ],
)
def test_a_wrong_question_is_said(endpoint: Endpoint, aws: Account, query: str, error: str) -> None:
    assert answer(endpoint, query) == (400, {"error": error})


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("name=a.b", "no VPC has a private zone with the name a.b"),
        ("name=a.b&vpc=vpc-1", "no VPC vpc-1 has a private zone with the name a.b"),
        ("name=a.b&zone=Z1", "no VPC of the zone Z1 has a private zone with the name a.b"),
    ],
)
def test_a_question_that_nobody_answers_is_said(
    endpoint: Endpoint, aws: Account, query: str, error: str
) -> None:
    """Not as an HTTP error: a browser's console would have it as one of the page's."""
    assert answer(endpoint, query) == (200, {"error": error})


def test_of_two_zones_of_one_name_the_one_that_is_named_is_asked(
    endpoint: Endpoint, aws: Account
) -> None:
    other = aws.another_vpc("10.1.0.0/16", hostnames=True)
    for vpc, address in ((aws.vpc, "10.0.8.9"), (other, "10.1.0.9")):
        namespace = aws.namespace(vpc=vpc)
        aws.register(aws.service(namespace), "one", AWS_INSTANCE_IPV4=address)
        zone = aws.zone_id(namespace)
        _, found = answer(endpoint, f"name={SERVICE}.{NAMESPACE}&zone={zone}")
        assert (found["vpc"], found["values"]) == (vpc, [address])


def test_a_record_set_of_a_user_s_zone_is_no_task(aws: Account) -> None:
    zone = aws.route53.create_hosted_zone(
        Name="own.internal",
        CallerReference="own",
        VPC={"VPCRegion": "ap-northeast-1", "VPCId": aws.vpc},
    )["HostedZone"]["Id"]
    record: Any = {"Name": "w.own.internal", "Type": "A", "SetIdentifier": "blue", "Weight": 1}
    target: Any = {"HostedZoneId": zone.rsplit("/", 1)[-1], "DNSName": "to.own.internal."}
    target["EvaluateTargetHealth"] = False
    changes: Any = [{"Action": "CREATE", "ResourceRecordSet": record | {"AliasTarget": target}}]
    aws.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    with runtime.LOCK:
        [told] = [e.shown() for e in present() if e.shown().get("name") == "w.own.internal"]
    assert (told["set"], told["alias"]) == ("blue", "to.own.internal")
    assert not {"task", "ttl"} & told.keys()


def test_a_reset_that_is_refused_is_not_told(endpoint: Endpoint) -> None:
    STREAM.begin()
    assert ask(endpoint.url, "/moto-api/reset").status == 400
    assert STREAM.document()["events"] == []


def test_who_may_reach_whom(aws: Account) -> None:
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group(aws, "10.0.0.0/16")]
    aws.ecs_service(None, desired=1, name="web", networkConfiguration=network)
    aws.ecs_service(None, desired=1, name="api")
    aws.steady(1, "web")
    aws.steady(1, "api")
    with runtime.LOCK:
        found = reach()
    ends = [end.get("service", "bastion") for end in found["ends"]]
    assert ends == ["web", "api", "bastion"]
    ways = {(ends[w["from"]], ends[w["to"]]): w for w in found["ways"]}
    assert ways["bastion", "web"]["open"] and ways["api", "web"]["open"]
    assert not ways["bastion", "api"]["open"]
    assert "no ingress rule of" in ways["bastion", "api"]["reason"]
    assert ways["api", "web"]["port"] == 80


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_pages_only_read(endpoint: Endpoint, path: str, method: str) -> None:
    assert ask(endpoint.url, path, method=method).status == 405


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_for_no_other_site(endpoint: Endpoint, path: str) -> None:
    assert ask(endpoint.url, path, Origin="http://evil.example").status == 403
    assert ask(endpoint.url, path, Host="evil.example").status == 403
    assert ask(endpoint.url, path, Sec_Fetch_Site="cross-site").status == 403


def test_the_page_takes_nothing_from_elsewhere(endpoint: Endpoint) -> None:
    page = ask(endpoint.url, "/_localaws/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';") and "http" not in policy
    assert "frame-ancestors 'none'" in policy


def test_no_file_but_the_pages_own_is_served(endpoint: Endpoint) -> None:
    for path in ("/_localaws/page/../server.py", "/_localaws/page/%2e%2e/server.py"):
        assert ask(endpoint.url, path).status not in (200, 500)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_that_does_not_exist_is_no_buckets(endpoint: Endpoint, method: str) -> None:
    reply = ask(endpoint.url, "/_localaws/none", method=method)
    assert (reply.status, reply.body) == (404, b"localaws: there is no page /_localaws/none\n")


def test_reading_the_pages_is_no_call(endpoint: Endpoint, aws: Account) -> None:
    for path in ("/_localaws/", "/_localaws/timeline"):
        assert ask(endpoint.url, path).status == 200
    assert STREAM.document()["events"] == []
    assert refused(lambda: aws.ecs.delete_cluster(cluster="nobody"))[2] == 400
    [call] = STREAM.document()["events"]
    assert (call["what"], call["status"]) == ("DeleteCluster", 400)
