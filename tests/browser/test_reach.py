# SPDX-License-Identifier: Apache-2.0
"""The live page says who may reach whom by security group, and why not."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, service
from tests.endpoint.localaws.account import Account
from tests.endpoint.localaws.vpc.test_bastion import WHOLE_VPC, group


def test_who_may_reach_whom_has_its_reason(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    group_id = group(aws)
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group_id]
    service(aws, 1, networkConfiguration=network)
    page = open_page(live_page)
    ways = page.locator("#ways tbody tr")
    bastion = ways.filter(has_text="bastion of")
    expect(bastion).to_have_attribute("data-open", "no")
    expect(bastion).to_contain_text("✕ no")
    expect(bastion.locator(".why")).to_contain_text(group_id)
    aws.ec2.authorize_security_group_ingress(
        GroupId=group_id, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp=WHOLE_VPC
    )
    expect(bastion).to_have_attribute("data-open", "yes")


def test_services_of_one_name_are_told_apart_by_their_clusters(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 1)
    aws.ecs_service(None, desired=1, cluster="green")
    ways = open_page(live_page).locator("#ways tbody tr")
    expect(ways.filter(has_text="green/httpd").first).to_be_visible()
    expect(ways.filter(has_text="handson/httpd").first).to_be_visible()
