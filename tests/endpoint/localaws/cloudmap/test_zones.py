# SPDX-License-Identifier: Apache-2.0
"""The hosted zones of namespaces, as Route 53 shows them and guards them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.endpoint.localaws.account import NAMESPACE, SERVICE, Account, error_of, refused


def test_records_are_listed_in_pages_that_may_end_within_a_name(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    for number in range(5):
        aws.register(service_id, f"i{number}", AWS_INSTANCE_IPV4=f"10.0.8.{number + 4}")
    call: Any = {"HostedZoneId": aws.zone_id(namespace_id), "MaxItems": "4"}
    first = aws.route53.list_resource_record_sets(**call)
    assert first["IsTruncated"] is True
    assert first["NextRecordName"] == f"{SERVICE}.{NAMESPACE}."
    assert first["NextRecordType"] == "A"
    assert first["NextRecordIdentifier"] == "i2"
    second = aws.route53.list_resource_record_sets(
        **call,
        StartRecordName=first["NextRecordName"],
        StartRecordType=first["NextRecordType"],
        StartRecordIdentifier=first["NextRecordIdentifier"],
    )
    assert second["IsTruncated"] is False
    sets = first["ResourceRecordSets"] + second["ResourceRecordSets"]
    assert [each.get("SetIdentifier") for each in sets] == [
        None,
        None,
        "i0",
        "i1",
        "i2",
        "i3",
        "i4",
    ]
    with pytest.raises(ClientError) as caught:
        aws.route53.list_resource_record_sets(**call, StartRecordType="A")
    assert error_of(caught)[0] == "InvalidInput"


def test_the_zone_bears_the_namespaces_name_and_vpc_and_says_who_owns_it(aws: Account) -> None:
    id_ = aws.namespace()
    arn = aws.cloud_map.get_namespace(Id=id_)["Namespace"]["Arn"]
    reply = aws.route53.get_hosted_zone(Id=aws.zone_id(id_))
    zone = reply["HostedZone"]
    assert zone["Name"] == f"{NAMESPACE}."
    assert zone["Config"]["PrivateZone"] is True
    assert zone["Config"]["Comment"] == f"Created by AWS Cloud Map namespace with ARN {arn}"
    assert zone["LinkedService"] == {
        "ServicePrincipal": "servicediscovery.amazonaws.com",
        "Description": arn,
    }
    assert zone["ResourceRecordSetCount"] == 2
    assert reply["VPCs"] == [{"VPCRegion": aws.region, "VPCId": aws.vpc}]
    listed = aws.route53.list_hosted_zones_by_vpc(VPCId=aws.vpc, VPCRegion="ap-northeast-1")
    assert [summary["Name"] for summary in listed["HostedZoneSummaries"]] == [f"{NAMESPACE}."]
    assert listed["HostedZoneSummaries"][0]["HostedZoneId"] == aws.zone_id(id_)
    assert listed["HostedZoneSummaries"][0]["Owner"] == {"OwningAccount": "123456789012"}


def test_a_new_zone_has_ns_and_soa_as_aws_writes_them(aws: Account) -> None:
    zone_id = aws.zone_id(aws.namespace())
    ns, soa = aws.route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    assert (ns["Name"], ns["Type"], ns["TTL"]) == (f"{NAMESPACE}.", "NS", 172800)
    assert [record["Value"] for record in ns["ResourceRecords"]] == [
        "ns-1536.awsdns-00.co.uk.",
        "ns-0.awsdns-00.com.",
        "ns-1024.awsdns-00.org.",
        "ns-512.awsdns-00.net.",
    ]
    assert (soa["Type"], soa["TTL"]) == ("SOA", 900)
    assert soa["ResourceRecords"][0]["Value"] == (
        "ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    )


def test_the_soa_ttl_is_the_one_asked_for_and_can_be_changed(aws: Account) -> None:
    id_ = aws.namespace(Properties={"DnsProperties": {"SOA": {"TTL": 60}}})
    change: Any = {"Description": "new", "Properties": {"DnsProperties": {"SOA": {"TTL": 30}}}}
    zone = aws.zone_id(id_)
    before = aws.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"][1]
    reply = aws.cloud_map.update_private_dns_namespace(Id=id_, Namespace=change)
    operation = aws.succeeded(reply["OperationId"])
    after = aws.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"][1]
    assert (before["TTL"], after["TTL"]) == (60, 30)
    assert operation["Type"] == "UPDATE_NAMESPACE"
    assert aws.cloud_map.get_namespace(Id=id_)["Namespace"]["Description"] == "new"


@pytest.mark.parametrize("call", ["change", "delete", "comment"])
def test_the_zone_can_only_be_changed_through_cloud_map(aws: Account, call: str) -> None:
    id_ = aws.namespace()
    arn = aws.cloud_map.get_namespace(Id=id_)["Namespace"]["Arn"]
    zone_id = aws.zone_id(id_)
    record: Any = {
        "Name": f"mine.{NAMESPACE}",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "10.0.8.4"}],
    }
    with pytest.raises(ClientError) as caught:
        if call == "delete":
            aws.route53.delete_hosted_zone(Id=zone_id)
        elif call == "comment":
            aws.route53.update_hosted_zone_comment(Id=zone_id, Comment="mine")
        else:
            batch: Any = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
            aws.route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)
    assert error_of(caught) == (
        "AccessDenied",
        f"The resource hostedzone/{zone_id} can only be managed through AWS CloudMap ({arn})",
        403,
    )


def test_a_public_namespace_has_a_public_zone(aws: Account) -> None:
    operation_id = aws.cloud_map.create_public_dns_namespace(Name="public.example")["OperationId"]
    id_ = aws.succeeded(operation_id)["Targets"]["NAMESPACE"]
    zone = aws.route53.get_hosted_zone(Id=aws.zone_id(id_))
    assert zone["HostedZone"]["Config"]["PrivateZone"] is False
    assert "VPCs" not in zone


def test_the_zone_is_in_every_list_of_zones_with_its_owner(aws: Account) -> None:
    id_ = aws.namespace()
    arn = aws.cloud_map.get_namespace(Id=id_)["Namespace"]["Arn"]
    owner = {"ServicePrincipal": "servicediscovery.amazonaws.com", "Description": arn}
    (listed,) = aws.route53.list_hosted_zones()["HostedZones"]
    (by_name,) = aws.route53.list_hosted_zones_by_name(DNSName=NAMESPACE)["HostedZones"]
    assert listed == by_name
    assert listed["Id"] == f"/hostedzone/{aws.zone_id(id_)}"
    assert listed["LinkedService"] == owner
    assert re.fullmatch(r"[a-z0-9]{32}-[a-z0-9]{8}", listed["CallerReference"])


def test_zones_of_a_vpc_are_listed_in_pages(aws: Account) -> None:
    zones = {aws.zone_id(aws.namespace(f"n{number}.internal")) for number in range(3)}
    call: Any = {"VPCId": aws.vpc, "VPCRegion": aws.region, "MaxItems": "2"}
    first = aws.route53.list_hosted_zones_by_vpc(**call)
    second = aws.route53.list_hosted_zones_by_vpc(**call, NextToken=first["NextToken"])
    pages = [first["HostedZoneSummaries"], second["HostedZoneSummaries"]]
    assert [len(page) for page in pages] == [2, 1]
    assert {zone["HostedZoneId"] for page in pages for zone in page} == zones


def test_a_private_zone_of_the_namespaces_name_conflicts_in_route_53(aws: Account) -> None:
    zone_id = aws.zone_id(aws.namespace())
    other = aws.another_vpc()
    vpc: Any = {"VPCRegion": aws.region, "VPCId": aws.vpc}
    call: Any = {"Name": NAMESPACE, "HostedZoneConfig": {"PrivateZone": True}}
    code, message, _ = refused(
        lambda: aws.route53.create_hosted_zone(CallerReference="a", VPC=vpc, **call)
    )
    assert (code, zone_id in message) == ("ConflictingDomainExists", True)
    elsewhere = aws.route53.create_hosted_zone(
        CallerReference="b", VPC=vpc | {"VPCId": other}, **call
    )["HostedZone"]["Id"]
    code, _, _ = refused(
        lambda: aws.route53.associate_vpc_with_hosted_zone(HostedZoneId=elsewhere, VPC=vpc)
    )
    assert code == "ConflictingDomainExists"


def test_names_in_the_zone_are_in_lower_case(aws: Account) -> None:
    namespace_id = aws.namespace("Shop.Internal")
    web = aws.service(namespace_id, "Web", types=("SRV",))
    aws.register(web, "One", AWS_INSTANCE_IPV4="10.0.8.4", AWS_INSTANCE_PORT="80")
    assert {
        (each["Type"], each["Name"], each["SetIdentifier"], each["ResourceRecords"][0]["Value"])
        for each in aws.record_sets(namespace_id)
    } == {
        ("A", "one.web.shop.internal.", "One", "10.0.8.4"),
        ("SRV", "web.shop.internal.", "One", "1 1 80 one.web.shop.internal."),
    }
    zone = aws.route53.get_hosted_zone(Id=aws.zone_id(namespace_id))["HostedZone"]
    assert zone["Name"] == "shop.internal."
    assert aws.cloud_map.get_namespace(Id=namespace_id)["Namespace"]["Name"] == "Shop.Internal"
    assert aws.cloud_map.get_service(Id=web)["Service"]["Name"] == "Web"
    (found,) = aws.cloud_map.discover_instances(NamespaceName="Shop.Internal", ServiceName="Web")[
        "Instances"
    ]
    assert (found["ServiceName"], found["InstanceId"]) == ("Web", "One")
