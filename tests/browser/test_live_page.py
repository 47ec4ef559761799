# SPDX-License-Identifier: Apache-2.0
"""The live page follows what happens in the account."""

from __future__ import annotations

import re
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.browser.conftest import OpenPage, scale, service
from tests.endpoint.localaws.account import NAMESPACE, SERVICE, Account, address_of
from tests.endpoint.localaws.vpc.test_bastion import WHOLE_VPC, Shell, group
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

NAME = f"{SERVICE}.{NAMESPACE}"
FIGURES = ("desired", "running", "instances", "records")


def card(page: Page, name: str = "httpd") -> Locator:
    return page.locator(f'[data-service="{name}"]')


def shows(page: Page, count: int) -> None:
    """The card says that number four times, and that all agree."""
    for figure in FIGURES:
        expect(card(page)).to_have_attribute(f"data-{figure}", str(count))
    expect(card(page)).to_have_attribute("data-agrees", "yes")
    expect(card(page).locator(".verdict")).to_contain_text("all agree")


def name_of(page: Page) -> Locator:
    return page.locator(f'[data-name="{NAME}"][data-type="A"]')


def test_an_empty_account_says_what_to_type(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    page = open_page(live_page)
    empty = page.get_by_role("region", name="Nothing is here yet")
    expect(empty).to_contain_text("make deploy")
    expect(empty).to_contain_text(f"AWS_ENDPOINT_URL={aws.url}")
    expect(page.get_by_role("navigation")).to_be_hidden()


def test_scaling_is_followed(aws: Account, live_page: str, open_page: OpenPage) -> None:
    service(aws, 1)
    page = open_page(live_page)
    shows(page, 1)
    scale(aws, 4)
    shows(page, 4)
    rows = card(page).get_by_role("row").filter(has=page.get_by_role("rowheader"))
    expect(rows).to_have_count(4)
    text = rows.all_inner_texts()
    for task in aws.tasks():
        [row] = [each for each in text if address_of(task) in each]
        assert "RUNNING" in row and "healthy" in row and "TTL 300" in row
    scale(aws, 0)
    shows(page, 0)
    expect(rows).to_have_count(0)
    expect(name_of(page)).to_have_attribute("data-sets", "0")


def test_a_page_that_is_opened_later_shows_the_same(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 4)
    scale(aws, 2)
    aws.steady(2)
    page = open_page(live_page)
    shows(page, 2)
    expect(page.locator("#axis .label.id")).to_have_count(4)
    expect(page.locator("#axis .end")).to_have_count(2)


def test_what_does_not_agree_is_said(aws: Account, live_page: str, open_page: OpenPage) -> None:
    registry = aws.service(aws.namespace())
    aws.ecs_service(registry, desired=2)
    aws.steady(2)
    page = open_page(live_page)
    shows(page, 2)
    aws.deregister(registry, next(iter(aws.instances(registry))))
    expect(card(page)).to_have_attribute("data-agrees", "no")
    expect(card(page).locator(".verdict")).to_contain_text(
        "1 without an instance, 1 without a record"
    )


def test_the_name_is_asked_and_eight_of_nine_come(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 9)
    page = open_page(live_page)
    shows(page, 9)
    name_of(page).get_by_role("button", name="Ask the name").click()
    reply = name_of(page).get_by_role("status")
    expect(reply).to_contain_text("8 of 9 came")
    came = name_of(page).locator('[data-came="yes"]')
    expect(came).to_have_count(8)
    expect(card(page).locator('td[data-on="answer"]')).to_have_count(8)
    marked = card(page).locator('tr:has([data-on="answer"]) .at-interface .what')
    values = {each.split()[0] for each in came.locator("span:first-child").all_inner_texts()}
    assert set(marked.all_inner_texts()) == values
    # Nothing is left to ask for.
    scale(aws, 0)
    expect(name_of(page)).to_have_attribute("data-sets", "0")
    name_of(page).get_by_role("button").click()
    expect(reply).to_contain_text("no A record")


@pytest.mark.parametrize(
    ("name", "type_", "values", "words"),
    [
        ("six", "AAAA", ["2001:db8::1", "2001:DB8:0:0::2"], "2 of 2 came"),
        ("_http._tcp", "SRV", ["1 1 80 a.test", "1 1 81 b.test."], "2 of 2 came"),
        ("other", "CNAME", ["A.test"], "1 of 1 came"),
    ],
)
def test_values_are_known_in_the_answer_however_they_are_written(
    aws: Account,
    live_page: str,
    open_page: OpenPage,
    name: str,
    type_: Any,
    values: list[str],
    words: str,
) -> None:
    zone = aws.route53.create_hosted_zone(
        Name="x.example",
        CallerReference="1",
        VPC={"VPCRegion": "ap-northeast-1", "VPCId": aws.vpc},
    )["HostedZone"]["Id"]
    records = [{"Value": value} for value in values]
    record: Any = {"Name": f"{name}.x.example", "Type": type_, "TTL": 5, "ResourceRecords": records}
    aws.route53.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
    shown = open_page(live_page).locator(f'[data-name="{name}.x.example"]')
    shown.get_by_role("button").click()
    expect(shown.get_by_role("status")).to_contain_text(words)
    expect(shown.locator('[data-came="yes"]')).to_have_count(len(values))


def test_who_answered_over_http_is_shown(
    aws: Account, endpoint: Endpoint, live_page: str, open_page: OpenPage
) -> None:
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group(aws, WHOLE_VPC)]
    service(aws, 1, networkConfiguration=network)
    page = open_page(live_page)
    shows(page, 1)
    assert Shell(endpoint.bastion_url).get(f"http://{NAME}/").status == 200
    expect(card(page).locator(".at-http .what").last).to_have_text("200")
    expect(page.locator("#lines")).to_contain_text(f"{NAME}: 200")


def test_the_timeline_has_a_lane_and_a_row_for_each_task(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 3)
    page = open_page(live_page)
    shows(page, 3)
    expect(page.locator("#axis .label.id")).to_have_count(3)
    expect(page.locator("#axis .state.RUNNING")).to_have_count(3)
    expect(page.locator("#axis .layer.record")).to_have_count(3)
    expect(page.locator("#axis .count")).to_have_text(["3"])
    page.get_by_text("The same as a table").click()
    rows = page.locator("#timeline-table tbody tr")
    expect(rows).to_have_count(3)
    for text in rows.all_inner_texts():
        assert len(re.findall(r"\d\d:\d\d:\d\d\.\d{3} to now", text)) == 3


def test_a_reset_empties_the_page(aws: Account, live_page: str, open_page: OpenPage) -> None:
    service(aws, 2)
    page = open_page(live_page)
    shows(page, 2)
    page.request.post(f"{aws.url}/moto-api/reset")
    expect(page.get_by_role("heading", name="Nothing is here yet")).to_be_visible()
    expect(card(page)).to_have_count(0)
    expect(page.locator("#records")).to_be_hidden()
    # It has another VPC than before.
    service(Account(aws.url), 1)
    shows(page, 1)


def test_a_second_account_brings_a_choice(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 1)
    page = open_page(live_page)
    shows(page, 1)
    choice = page.get_by_label("Account and region")
    expect(choice).to_be_hidden()
    other = Account(aws.url, key="999999999999")
    other.ecs_service(None, desired=2, name="elsewhere")
    expect(choice).to_be_visible()
    shows(page, 1)
    expect(card(page, "elsewhere")).to_have_count(0)
    choice.select_option(f"999999999999/{aws.region}")
    expect(card(page, "elsewhere")).to_have_attribute("data-running", "2")
    expect(card(page)).to_have_count(0)


def test_text_from_the_account_is_no_markup(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 1)
    hostile = "<img src=x onerror=alert(1)>"
    [task] = aws.tasks()
    aws.ecs.stop_task(cluster="handson", task=task["taskArn"], reason=hostile)
    zone = aws.route53.create_hosted_zone(Name="x.example", CallerReference="1")["HostedZone"]["Id"]
    record: Any = {
        **{"Name": "a.x.example", "Type": "TXT", "TTL": 5},
        "ResourceRecords": [{"Value": f'"{hostile}"'}],
    }
    aws.route53.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
    page = open_page(live_page)
    expect(page.locator("#records")).to_contain_text(hostile)
    said = page.locator("#axis title", has_text=hostile)
    expect(said.first).to_be_attached()
    expect(page.locator("img")).to_have_count(1)


def test_a_lost_connection_is_said_and_comes_back(open_page: OpenPage) -> None:
    quick = EndpointSettings(port=0, tick_seconds=0.01, task_step_seconds=0.02)
    with Endpoint(quick) as endpoint:
        port = int(endpoint.url.rpartition(":")[2])
        service(Account(endpoint.url), 1)
        page = open_page(f"{endpoint.url}/_localaws/")
        shows(page, 1)
    expect(page.get_by_role("status").first).to_contain_text("Connection lost")
    again = EndpointSettings(port=port, tick_seconds=0.01, task_step_seconds=0.02)
    with Endpoint(again) as endpoint:
        expect(page.locator("body")).to_have_attribute("data-connection", "open")
        # It is another endpoint, with nothing in it.
        expect(page.get_by_role("heading", name="Nothing is here yet")).to_be_visible()
        service(Account(endpoint.url), 2)
        shows(page, 2)


def test_a_page_that_is_closed_leaves_quietly(
    aws: Account,
    live_page: str,
    open_page: OpenPage,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handle = ThreadingMixIn.process_request_thread
    begun: list[Any] = []
    ended: list[Any] = []

    def noting(server: ThreadingMixIn, request: Any, address: Any) -> None:
        begun.append(address)
        handle(server, request, address)
        ended.append(address)

    monkeypatch.setattr(ThreadingMixIn, "process_request_thread", noting)
    page = open_page(live_page)
    expect(page.locator("body")).to_have_attribute("data-connection", "open")
    of_the_page = set(begun)
    page.close()

    def left() -> set[Any]:
        # The endpoint notices when it next has something to say to the page.
        aws.ecs.create_cluster(clusterName="c")
        return of_the_page - set(ended)

    eventually(left, lambda addresses: not addresses)
    assert capfd.readouterr().err == ""
