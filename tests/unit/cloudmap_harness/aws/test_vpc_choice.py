# SPDX-License-Identifier: Apache-2.0
"""One VPC is chosen of those that a health page lists, or an error lists them."""

from typing import Any

import pytest

from cloudmap_harness.aws.health import EndpointHealth
from cloudmap_harness.aws.vpc_choice import VpcAddresses, choose_vpc, vpcs_of
from cloudmap_harness.errors import AwsError, VpcNotChosen

TOKYO, DUBLIN = "ap-northeast-1", "eu-west-1"
FIRST, SECOND = "111111111111", "222222222222"


def vpc(id_: str, name: str | None = None, *, at: str = TOKYO, of: str = FIRST) -> VpcAddresses:
    return VpcAddresses(id_, of, at, name, "10.0.0.0/16", "127.0.0.1:53", "http://127.0.0.1:80")


ARTICLE = vpc("vpc-1", "article")
SHOP = vpc("vpc-2", "shop", at=DUBLIN)
OTHER_ARTICLE = vpc("vpc-3", "article", of=SECOND)
NAMELESS = vpc("vpc-4", of=SECOND)
ALL = (ARTICLE, SHOP, OTHER_ARTICLE, NAMELESS)


def health(**page: Any) -> EndpointHealth:
    return EndpointHealth("http://127.0.0.1:1", "", page=page)


def test_the_page_s_vpcs_are_read_in_its_order() -> None:
    entry = {
        "dns": "127.0.0.1:53",
        "bastion": "http://127.0.0.1:80",
        "account": FIRST,
        "region": TOKYO,
        "name": "article",
        "cidr": "10.0.0.0/16",
        "more": "is not known yet",
    }
    page = {"vpc-9": {**entry, "name": None}, "vpc-1": entry}
    assert vpcs_of(health(vpcs=page)) == (vpc("vpc-9"), ARTICLE)


def test_an_endpoint_that_lists_none_has_none() -> None:
    assert vpcs_of(health(edition="pro")) == ()


@pytest.mark.parametrize("page", [[], {"vpc-1": {}}, {"vpc-1": None}, "vpc-1"])
def test_a_list_of_another_form_is_an_error(page: Any) -> None:
    with pytest.raises(AwsError, match="its list of VPCs"):
        vpcs_of(health(vpcs=page))


@pytest.mark.parametrize("wanted", ["vpc-2", "shop"])
def test_an_id_and_a_name_choose(wanted: str) -> None:
    assert choose_vpc(ALL, wanted, preferred_name="article") == SHOP


def test_without_a_wish_it_is_the_first_with_the_preferred_name() -> None:
    assert choose_vpc(ALL, preferred_name="article") == ARTICLE


@pytest.mark.parametrize("preferred", [None, "article"])
def test_else_it_is_the_only_one(preferred: str | None) -> None:
    assert choose_vpc([SHOP], preferred_name=preferred) == SHOP


def test_an_account_and_a_region_narrow_the_choice() -> None:
    assert choose_vpc(ALL, account=SECOND, preferred_name="article") == OTHER_ARTICLE
    assert choose_vpc(ALL, account=FIRST, region=DUBLIN, preferred_name="article") == SHOP
    with pytest.raises(VpcNotChosen) as caught:
        choose_vpc(ALL, "shop", account=SECOND)
    assert caught.value.vpcs == (OTHER_ARTICLE, NAMELESS)


@pytest.mark.parametrize(
    ("vpcs", "wanted", "words", "listed"),
    [
        (ALL, None, "say the id or the Name", ALL),
        (ALL, "article", "several VPCs have this Name", (ARTICLE, OTHER_ARTICLE)),
        (ALL, "vpc-5", "no VPC to look into has this id or Name", ALL),
        ((), None, "from its first private zone or task on", ()),
        ((), "shop", "^shop: no VPC to look into", ()),
    ],
)
def test_an_error_lists_what_there_is(
    vpcs: tuple[VpcAddresses, ...],
    wanted: str | None,
    words: str,
    listed: tuple[VpcAddresses, ...],
) -> None:
    with pytest.raises(VpcNotChosen, match=words) as caught:
        choose_vpc(vpcs, wanted)
    assert caught.value.vpcs == listed
    assert [each.id in str(caught.value) for each in vpcs] == [each in listed for each in vpcs]
