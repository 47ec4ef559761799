# SPDX-License-Identifier: Apache-2.0
"""Private hosted zones of the user's own: the VPC makes them private, and several may share one."""

from __future__ import annotations

import json
from typing import Any

import dns.message
import dns.query
import pytest

from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account, refused


@pytest.fixture
def zone_id(aws: Account) -> str:
    """A zone with a VPC and, as Terraform asks for it, without the flag PrivateZone."""
    zone = aws.route53.create_hosted_zone(
        Name="own.internal", CallerReference="own", VPC=vpc(aws, aws.vpc)
    )
    assert zone["VPC"] == vpc(aws, aws.vpc)
    return zone["HostedZone"]["Id"].rsplit("/", 1)[-1]


def vpc(aws: Account, vpc_id: str) -> Any:
    return {"VPCRegion": aws.region, "VPCId": vpc_id}


def vpcs(aws: Account, zone_id: str) -> set[str]:
    return {each["VPCId"] for each in aws.route53.get_hosted_zone(Id=zone_id)["VPCs"]}


def test_a_zone_with_a_vpc_is_private(aws: Account, zone_id: str) -> None:
    zone = aws.route53.get_hosted_zone(Id=zone_id)
    assert zone["HostedZone"]["Config"]["PrivateZone"] is True
    assert zone["VPCs"] == [vpc(aws, aws.vpc)]
    assert "DelegationSet" not in zone


def test_the_comment_of_a_private_zone_is_kept(aws: Account) -> None:
    zone = aws.route53.create_hosted_zone(
        Name="noted.internal",
        CallerReference="noted",
        VPC=vpc(aws, aws.vpc),
        HostedZoneConfig={"Comment": "ours"},
    )["HostedZone"]
    assert zone["Config"] == {"Comment": "ours", "PrivateZone": True}


def test_it_is_in_several_vpcs_but_never_in_none(aws: Account, zone_id: str) -> None:
    other = aws.another_vpc()
    aws.route53.associate_vpc_with_hosted_zone(HostedZoneId=zone_id, VPC=vpc(aws, other))
    assert vpcs(aws, zone_id) == {aws.vpc, other}
    aws.route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone_id, VPC=vpc(aws, aws.vpc))
    assert vpcs(aws, zone_id) == {other}
    code, _, _ = refused(
        lambda: aws.route53.disassociate_vpc_from_hosted_zone(
            HostedZoneId=zone_id, VPC=vpc(aws, other)
        )
    )
    assert code == "LastVPCAssociation"


def test_the_resolver_answers_it_in_its_vpcs_only(
    aws: Account, endpoint: Endpoint, zone_id: str
) -> None:
    record: Any = {"Name": "db.own.internal", "Type": "A", "TTL": 60}
    record["ResourceRecords"] = [{"Value": "10.0.8.9"}]
    aws.route53.change_resource_record_sets(
        HostedZoneId=zone_id,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )

    def answers() -> list[str]:
        query = dns.message.make_query("db.own.internal", "A")
        reply = dns.query.udp(query, "127.0.0.1", port=endpoint.dns_port, timeout=20)
        return [str(item) for answer in reply.answer for item in answer]

    assert answers() == ["10.0.8.9"]
    other = aws.another_vpc()
    aws.route53.associate_vpc_with_hosted_zone(HostedZoneId=zone_id, VPC=vpc(aws, other))
    aws.route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone_id, VPC=vpc(aws, aws.vpc))
    assert answers() == []


def change(aws: Account, zone_id: str, action: str, name: str, address: str = "10.0.8.9") -> None:
    record: Any = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": address}]}
    changes: Any = [{"Action": action, "ResourceRecordSet": record}]
    aws.route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


def records(aws: Account, zone_id: str) -> list[tuple[str, str]]:
    """The name and the first value of each A record."""
    listed = aws.route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return [
        (each["Name"], each["ResourceRecords"][0]["Value"])
        for each in listed
        if each["Type"] == "A"
    ]


def test_names_are_kept_in_lower_case(aws: Account, zone_id: str) -> None:
    zone = aws.route53.create_hosted_zone(Name="Other.Internal", CallerReference="other")
    assert zone["HostedZone"]["Name"] == "other.internal."
    named = aws.route53.list_hosted_zones_by_name(DNSName="OTHER.internal")["HostedZones"]
    assert [each["Name"] for each in named] == ["other.internal."]
    listed = aws.route53.list_resource_record_sets(HostedZoneId=zone["HostedZone"]["Id"])
    assert {each["Name"] for each in listed["ResourceRecordSets"]} == {"other.internal."}
    change(aws, zone_id, "CREATE", "CName.Own.internal")
    assert records(aws, zone_id) == [("cname.own.internal.", "10.0.8.9")]


def test_a_record_set_is_found_whatever_its_case(aws: Account, zone_id: str) -> None:
    change(aws, zone_id, "CREATE", "db.own.internal")
    change(aws, zone_id, "UPSERT", "DB.own.internal", "10.0.8.10")
    assert records(aws, zone_id) == [("db.own.internal.", "10.0.8.10")]
    first = aws.route53.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName="DB.OWN.internal", StartRecordType="A", MaxItems="1"
    )["ResourceRecordSets"]
    assert [each["Name"] for each in first] == ["db.own.internal."]
    change(aws, zone_id, "DELETE", "Db.Own.Internal", "10.0.8.10")
    assert records(aws, zone_id) == []
    code, _, _ = refused(lambda: change(aws, zone_id, "CREATE", "db.other.internal"))
    assert code == "InvalidChangeBatch"


def test_a_record_set_is_deleted_by_its_name_type_and_identifier(
    aws: Account, zone_id: str
) -> None:
    """Names of one zone often have the same identifiers, such as blue and green."""

    def weighted(action: str, name: str, identifier: str) -> Any:
        values = [{"Value": "10.0.8.9"}]
        record: Any = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": values}
        return {
            "Action": action,
            "ResourceRecordSet": record | {"SetIdentifier": identifier, "Weight": 1},
        }

    def carry_out(*changes: Any) -> None:
        batch: Any = {"Changes": [*changes]}
        aws.route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)

    names = ("web.own.internal", "api.own.internal")
    carry_out(*(weighted("CREATE", n, i) for n in names for i in ("blue", "green")))
    carry_out(
        weighted("DELETE", "Web.own.internal.", "blue"),
        weighted("CREATE", "db.own.internal", "blue"),
        weighted("DELETE", "api.own.internal", "green"),
    )
    listed = aws.route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    left = {(each["Name"], each.get("SetIdentifier")) for each in listed if each["Type"] == "A"}
    assert left == {
        ("web.own.internal.", "green"),
        ("api.own.internal.", "blue"),
        ("db.own.internal.", "blue"),
    }


def test_a_name_that_only_ends_like_the_zones_is_outside(aws: Account, zone_id: str) -> None:
    code, message, _ = refused(lambda: change(aws, zone_id, "CREATE", "notown.internal"))
    assert (code, "is not permitted in zone" in message) == ("InvalidChangeBatch", True)


def test_cloudformation_s_names_are_kept_in_lower_case(aws: Account, zone_id: str) -> None:
    record: Any = {"Type": "A", "TTL": "60", "ResourceRecords": ["10.0.8.9"]}
    record |= {"Name": "Db.Own.Internal.", "HostedZoneName": "OWN.internal."}
    template = {"Resources": {"Db": {"Type": "AWS::Route53::RecordSet", "Properties": record}}}
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="db", TemplateBody=json.dumps(template))
    assert records(aws, zone_id) == [("db.own.internal.", "10.0.8.9")]
    cloudformation.delete_stack(StackName="db")
    assert records(aws, zone_id) == []
