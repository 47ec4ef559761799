# SPDX-License-Identifier: Apache-2.0
"""What `cloudmap-check` prints and ends with, the calls it makes, and its options."""

import json
import re

import pytest

from cloudmap_harness.check_command import command, progress
from cloudmap_harness.discovery.check import Look
from cloudmap_harness.errors import AwsError
from tests.endpoint.cloudmap_harness.check_command.conftest import (
    THROTTLED,
    Check,
    Shop,
    faulty,
    without_progress,
)
from tests.endpoint.localaws.account import Account
from tests.support.paths import CHECKOUT


def test_a_healthy_service_has_no_problem(
    shop: Shop, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy the machine is, no progress is said.
    monkeypatch.setattr(progress, "QUIET", 3600.0)
    ran = check()
    assert ran.code == 0
    assert "handson/web in web.shop.internal" in ran.out
    assert "converged" in ran.out
    assert re.search(r"1 service, 0 problems; \d+ calls\n", ran.out)
    assert ran.err == ""
    assert max(map(len, ran.out.splitlines())) <= 80


def test_it_waits_until_the_layers_agree(shop: Shop, check: Check) -> None:
    shop.aws.ecs.update_service(cluster="handson", service="web", desiredCount=4)
    ran = check("--wait", "30")
    assert ran.code == 0
    shop.aws.register(shop.registry, "nobody", AWS_INSTANCE_IPV4="10.0.8.200")
    assert check("--wait", "0.2").code == 1


def test_zero_is_a_count_like_any_other(shop: Shop, check: Check) -> None:
    shop.aws.ecs.update_service(cluster="handson", service="web", desiredCount=0)
    assert check("--wait", "30").code == 0


def test_services_without_a_registry_are_said_and_do_not_fail(shop: Shop, check: Check) -> None:
    shop.aws.ecs_service(None, desired=1, name="batch")
    ran = check()
    assert ran.code == 0
    assert "without a service registry, not checked: handson/batch" in ran.out
    named = check("--service", "batch")
    assert named.code == 0
    assert "it has no service registry" in named.out
    assert check("--json").json["without_registry"] == [{"cluster": "handson", "service": "batch"}]


def test_srv_and_http_services_are_checked_too(aws: Account, check: Check) -> None:
    namespace = aws.namespace("shop.internal")
    srv = aws.service(namespace, "srv", types=("SRV",))
    arn = aws.cloud_map.get_service(Id=srv)["Service"]["Arn"]
    port = [{"registryArn": arn, "containerName": "httpd-container", "containerPort": 80}]
    aws.ecs_service(None, desired=2, name="srv", serviceRegistries=port)
    http = aws.cloud_map.create_service(Name="http", NamespaceId=aws.http_namespace("calls"))
    aws.ecs_service(http["Service"]["Id"], desired=1, name="http")
    ran = check("--wait", "30", "--json")
    assert ran.code == 0, ran.out
    found = {each["service"]: each["registries"][0] for each in ran.json["services"]}
    records = found["srv"]["records"]
    assert sorted(each["type"] for each in records) == ["A", "A", "SRV", "SRV"]
    assert {each["port"] for each in found["srv"]["instances"]} == {80}
    assert found["srv"]["routing_policy"] == "MULTIVALUE"
    assert found["http"]["routing_policy"] is None
    assert found["http"]["records"] == []
    assert found["http"]["discovered"] == [each["id"] for each in found["http"]["instances"]]
    assert "discovered" in check("--service", "http").out


def test_it_makes_the_calls_of_the_documented_policy_and_no_other(shop: Shop, check: Check) -> None:
    """The policy in docs/cloudmap-check.md allows what the command calls, which only reads."""
    http = shop.aws.cloud_map.create_service(
        Name="http", NamespaceId=shop.aws.http_namespace("calls")
    )
    shop.aws.ecs_service(http["Service"]["Id"], desired=1, name="http")
    made = check("--wait", "30", "--json").json["calls"]["by_action"]
    page = (CHECKOUT / "docs" / "cloudmap-check.md").read_text()
    (block,) = re.findall(r"```json\n(\{\s*\"Version\".*?)```", page, re.DOTALL)
    (statement,) = json.loads(block)["Statement"]
    assert statement["Effect"] == "Allow"
    assert sorted(made) == sorted(statement["Action"])
    assert all(re.match(r"\w+:(List|Describe|Get|Discover)", action) for action in made)


def test_a_zone_is_read_once_for_all_its_services(shop: Shop, check: Check) -> None:
    for number in range(12):
        registry = shop.aws.service(shop.namespace, f"s{number}")
        shop.aws.ecs_service(registry, desired=1, name=f"s{number}")
        shop.aws.steady(1, f"s{number}")
    calls = check("--json").json["calls"]["by_action"]
    assert calls["route53:ListResourceRecordSets"] == 1
    assert calls["ecs:DescribeServices"] == 2
    assert calls["ecs:DescribeTasks"] == 1
    assert calls["servicediscovery:ListServices"] == 1


def test_throttles_are_waited_out_and_counted(shop: Shop, check: Check) -> None:
    """GIVEN an endpoint that refuses every fourth call
    WHEN the service is checked
    THEN the calls are repeated, and their number is told beside that of the calls.
    """
    fault = {"kind": "call", "every": 4, **THROTTLED}
    with faulty(shop.aws.url, fault):
        ran = check()
    assert ran.code == 0, ran.err
    (repeated,) = re.findall(r"\d+ calls and (\d+) repetitions\n", ran.out)
    assert int(repeated) >= 2


def test_progress_is_told_while_the_first_call_is_repeated(
    shop: Shop, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a first call whose reply is lost, and late when it is repeated
    WHEN the service is checked, with standard error in a log
    THEN a line tells of the repetition before any call is answered.
    """
    monkeypatch.setattr(progress, "QUIET", 0.01)
    monkeypatch.setattr(progress, "LOG_INTERVAL", 0.05)
    first = {"kind": "call", "operation": "ListClusters"}
    with (
        faulty(shop.aws.url, {**first, "attempt": 1, "drop": True}),
        faulty(shop.aws.url, {**first, "attempt": 2, "latency": 1000}),
    ):
        ran = check("--json")
    assert ran.code == 0
    assert "reading: finding the services, 1 call and 1 repetition sent\n" in ran.err
    assert ran.json["calls"]["repeated"] == 1
    assert ran.json["calls"]["total"] == sum(ran.json["calls"]["by_action"].values())
    assert ran.json["calls"]["by_action"]["ecs:ListClusters"] == 1


def test_a_service_that_does_not_exist_is_an_error(shop: Shop, check: Check) -> None:
    ran = check("--service", "nobody")
    assert ran.code == 1
    words = "there is no active ECS service nobody in any cluster of the region; there are: web"
    assert words in ran.err
    ran = check("--cluster", "nowhere")
    assert ran.code == 1
    assert "there is no ECS cluster nowhere in the region; there are: handson" in ran.err


def test_services_that_share_a_registry_are_told_apart(shop: Shop, check: Check) -> None:
    shop.aws.ecs_service(shop.registry, desired=3, name="canary")
    ran = check("--wait", "30", "--json")
    assert ran.code == 0, ran.out
    counts = {
        each["service"]: len(each["registries"][0]["instances"]) for each in ran.json["services"]
    }
    assert counts == {"canary": 3, "web": 2}


def test_an_account_is_named_by_the_access_key(
    shop: Shop, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "999999999999")
    ran = check()
    assert ran.code == 0
    assert "0 services, 0 problems" in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--wait", "soon"],
        ["--wat"],
        ["--wait", "1", "--watch"],
        ["--cluster", ""],
        ["--cluster=handson", "--service= "],
    ],
)
def test_wrong_use_ends_with_two(arguments: list[str], check: Check) -> None:
    with pytest.raises(SystemExit) as ended:
        check(*arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize("option", ["--cluster", "--service"])
def test_an_empty_variable_of_a_shell_is_no_name(
    option: str, check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        check(option, "")
    words = f"argument {option}: '': a name is wanted; leave the option out for all\n"
    assert capsys.readouterr().err.endswith(words)


def test_the_version_is_that_of_the_wheel(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        check("--version")
    assert ended.value.code == 0
    assert re.fullmatch(
        r"cloudmap-check of cloudmap-handson (\d\S+|from a checkout)\n", capsys.readouterr().out
    )


def test_a_watch_tells_an_error_that_lasts_once(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN an endpoint that is away for three looks, and throttles the fourth
    WHEN it is watched
    THEN each error is told once, and that it is over.
    """
    away = AwsError("http://127.0.0.1:9", "EndpointConnectionError", "away")
    throttled = AwsError("ListClusters", "ThrottlingException", "slower", 400)
    looks: list[AwsError | Look] = [away, away, away, throttled, Look((), {}), Look((), {})]
    looks += [away]

    def look(*_: object, **__: object) -> Look:
        seen = looks.pop(0)
        if isinstance(seen, AwsError):
            raise seen
        return seen

    monkeypatch.setattr(command, "look", look)
    monkeypatch.setattr(command, "every", lambda _: iter(range(len(looks))))
    ran = check("--watch", "--json")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 1
    assert without_progress(ran.err) == [
        f"cloudmap-check: {away}; trying again",
        f"cloudmap-check: {throttled}; trying again",
        "cloudmap-check: the calls are answered again",
        f"cloudmap-check: {away}; trying again",
    ]
