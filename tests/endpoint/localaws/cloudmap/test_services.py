# SPDX-License-Identifier: Apache-2.0
"""Cloud Map services."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.endpoint.localaws.account import SERVICE, Account, error_of, refused


def test_a_service_is_created_at_once_and_shows_what_it_is(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    service = aws.cloud_map.get_service(Id=service_id)["Service"]
    assert re.fullmatch(r"srv-[a-z0-9]{16}", service["Id"])
    assert service["Arn"].endswith(f":service/{service_id}")
    assert service["NamespaceId"] == namespace_id
    assert service["Type"] == "DNS_HTTP"
    assert service["InstanceCount"] == 0
    assert service["DnsConfig"] == {
        "NamespaceId": namespace_id,
        "RoutingPolicy": "MULTIVALUE",
        "DnsRecords": [{"Type": "A", "TTL": 300}],
    }
    assert service["HealthCheckCustomConfig"] == {"FailureThreshold": 1}
    assert service["ResourceOwner"] == service["CreatedByAccount"] == "123456789012"
    assert service.keys() >= {"CreateDate", "CreatorRequestId"}
    assert aws.cloud_map.get_namespace(Id=namespace_id)["Namespace"]["ServiceCount"] == 1


def test_the_namespace_may_be_given_in_the_dns_config_alone_as_the_provider_does(
    aws: Account,
) -> None:
    namespace_id = aws.namespace()
    dns: Any = {"NamespaceId": namespace_id, "DnsRecords": [{"Type": "A", "TTL": 300}]}
    service = aws.cloud_map.create_service(Name=SERVICE, DnsConfig=dns)["Service"]
    assert service["NamespaceId"] == service["DnsConfig"].get("NamespaceId") == namespace_id


def test_a_service_that_is_created_again_has_the_same_id(aws: Account) -> None:
    namespace_id = aws.namespace()
    first = aws.service(namespace_id)
    aws.cloud_map.delete_service(Id=first)
    assert aws.service(namespace_id) == first


@pytest.mark.parametrize("name", [SERVICE, SERVICE.upper()])
def test_a_second_service_of_a_name_is_refused_whatever_its_case(aws: Account, name: str) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    with pytest.raises(ClientError) as caught:
        aws.service(namespace_id, name)
    assert error_of(caught) == ("ServiceAlreadyExists", "Service already exists.", 400)
    assert caught.value.response["ServiceId"] == service_id  # type: ignore[typeddict-item]


@pytest.mark.parametrize("types", [("A",), ("AAAA",), ("A", "AAAA"), ("SRV",)])
def test_record_types_that_go_together(aws: Account, types: tuple[str, ...]) -> None:
    aws.service(aws.namespace(), types=types)


@pytest.mark.parametrize("types", [("A", "SRV"), ("A", "CNAME"), ("A", "A")])
def test_record_types_that_do_not_go_together(aws: Account, types: tuple[str, ...]) -> None:
    with pytest.raises(ClientError) as caught:
        aws.service(aws.namespace(), types=types)
    assert error_of(caught)[0] == "InvalidInput"


def test_cname_needs_weighted_routing(aws: Account) -> None:
    namespace_id = aws.namespace()
    with pytest.raises(ClientError) as caught:
        aws.service(namespace_id, types=("CNAME",), policy="MULTIVALUE")
    assert error_of(caught)[0] == "InvalidInput"
    aws.service(namespace_id, types=("CNAME",), policy="WEIGHTED")


@pytest.mark.parametrize("ttl", [-1, 2147483648])
def test_a_ttl_out_of_range_is_invalid(aws: Account, ttl: int) -> None:
    dns: Any = {"DnsRecords": [{"Type": "A", "TTL": ttl}]}
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.create_service(Name=SERVICE, NamespaceId=aws.namespace(), DnsConfig=dns)
    assert error_of(caught)[0] == "InvalidInput"
    assert "dnsConfig.dnsRecords.1.member.tTL" in error_of(caught)[1]


def test_a_service_in_no_namespace_is_not_created(aws: Account) -> None:
    with pytest.raises(ClientError) as caught:
        aws.service("ns-0000000000000000")
    assert error_of(caught)[0] == "NamespaceNotFound"


def test_route53_health_checks_are_not_for_private_namespaces_nor_beside_custom_ones(
    aws: Account,
) -> None:
    check: Any = {"Type": "HTTP", "ResourcePath": "/"}
    namespace_id = aws.namespace()
    with pytest.raises(ClientError) as private:
        aws.cloud_map.create_service(
            Name=SERVICE, NamespaceId=namespace_id, HealthCheckConfig=check
        )
    with pytest.raises(ClientError) as both:
        aws.cloud_map.create_service(
            Name=SERVICE,
            NamespaceId=aws.http_namespace("plain"),
            HealthCheckConfig=check,
            HealthCheckCustomConfig={},
        )
    assert error_of(private)[0] == error_of(both)[0] == "InvalidInput"


def test_a_new_ttl_reaches_the_records_that_are_there(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    change: Any = {"Description": "new", "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 5}]}}
    reply = aws.cloud_map.update_service(Id=service_id, Service=change)
    operation = aws.succeeded(reply["OperationId"])
    assert operation["Type"] == "UPDATE_SERVICE"
    assert operation["Targets"] == {"SERVICE": service_id}
    assert [record["TTL"] for record in aws.record_sets(namespace_id)] == [5]
    assert aws.cloud_map.get_service(Id=service_id)["Service"]["Description"] == "new"


def test_what_an_update_leaves_out_is_deleted_but_not_the_custom_health_check(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    reply = aws.cloud_map.update_service(Id=service_id, Service={"Description": "bare"})
    aws.succeeded(reply["OperationId"])
    service = aws.cloud_map.get_service(Id=service_id)["Service"]
    assert "DnsConfig" not in service
    assert "HealthCheckCustomConfig" in service
    assert aws.record_sets(namespace_id) == []


def test_a_record_type_cannot_be_changed(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    change: Any = {"DnsConfig": {"DnsRecords": [{"Type": "AAAA", "TTL": 5}]}}
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.update_service(Id=service_id, Service=change)
    assert error_of(caught)[0] == "InvalidInput"


def test_a_service_with_instances_cannot_be_deleted(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.delete_service(Id=service_id)
    assert error_of(caught) == (
        "ResourceInUse",
        "Service contains registered instances; delete the instances before deleting the service",
        400,
    )
    aws.deregister(service_id, "one")
    aws.cloud_map.delete_service(Id=service_id)
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.delete_service(Id=service_id)
    assert error_of(caught)[0] == "ServiceNotFound"


def test_services_are_listed_by_namespace_and_in_pages(aws: Account) -> None:
    one, two = aws.namespace("one.internal"), aws.namespace("two.internal")
    in_one = {aws.service(one, f"s{number}") for number in range(3)}
    aws.service(two)
    pages = aws.cloud_map.get_paginator("list_services").paginate(
        Filters=[{"Name": "NAMESPACE_ID", "Values": [one], "Condition": "EQ"}],
        PaginationConfig={"PageSize": 2},
    )
    listed = [[service["Id"] for service in page["Services"]] for page in pages]
    assert [len(page) for page in listed] == [2, 1]
    assert {id_ for page in listed for id_ in page} == in_one


def test_service_attributes_are_kept(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    aws.cloud_map.update_service_attributes(ServiceId=service_id, Attributes={"team": "blue"})
    reply = aws.cloud_map.get_service_attributes(ServiceId=service_id)["ServiceAttributes"]
    assert reply["Attributes"] == {"team": "blue"}
    aws.cloud_map.delete_service_attributes(ServiceId=service_id, Attributes=["team"])
    reply = aws.cloud_map.get_service_attributes(ServiceId=service_id)["ServiceAttributes"]
    assert reply["Attributes"] == {}


def test_tags_are_listed_and_taken_away(aws: Account) -> None:
    namespace_id = aws.namespace(Tags=[{"Key": "team", "Value": "blue"}])
    arn = aws.cloud_map.get_namespace(Id=namespace_id)["Namespace"]["Arn"]
    aws.cloud_map.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "test"}])
    aws.cloud_map.untag_resource(ResourceARN=arn, TagKeys=["team"])
    tags = aws.cloud_map.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == [{"Key": "stage", "Value": "test"}]


def test_a_repeated_creator_request_id_gives_the_service_that_is_there(aws: Account) -> None:
    call: Any = {"Name": SERVICE, "NamespaceId": aws.namespace(), "CreatorRequestId": "once"}
    first = aws.cloud_map.create_service(**call)["Service"]
    assert aws.cloud_map.create_service(**call)["Service"]["Id"] == first["Id"]


def test_a_service_of_type_http_or_in_an_http_namespace_is_not_in_dns(aws: Account) -> None:
    in_dns = aws.cloud_map.create_service(Name=SERVICE, NamespaceId=aws.namespace(), Type="HTTP")[
        "Service"
    ]
    http = aws.http_namespace("plain")
    in_http = aws.cloud_map.create_service(Name=SERVICE, NamespaceId=http)["Service"]
    assert in_dns["Type"] == in_http["Type"] == "HTTP"
    dns: Any = {"DnsRecords": [{"Type": "A", "TTL": 300}]}
    call: Any = {"Name": "other", "NamespaceId": http, "DnsConfig": dns}
    assert refused(lambda: aws.cloud_map.create_service(**call))[0] == "InvalidInput"
    change: Any = {"Id": in_http["Id"], "Service": {"Description": "new"}}
    assert refused(lambda: aws.cloud_map.update_service(**change))[0] == "InvalidInput"


def test_an_arn_stands_for_an_id(aws: Account) -> None:
    namespace_id = aws.namespace()
    arn = aws.cloud_map.get_namespace(Id=namespace_id)["Namespace"]["Arn"]
    service = aws.cloud_map.create_service(Name=SERVICE, NamespaceId=arn)["Service"]
    assert service["NamespaceId"] == namespace_id
    assert aws.cloud_map.get_service(Id=service["Arn"])["Service"]["Id"] == service["Id"]
    filters: Any = [{"Name": "NAMESPACE_ID", "Values": [arn]}]
    (listed,) = aws.cloud_map.list_services(Filters=filters)["Services"]
    assert listed["Id"] == service["Id"]


@pytest.mark.parametrize("name", ["_http._tcp", "a", "a.b-c"])
def test_names_that_cloud_map_takes(aws: Account, name: str) -> None:
    aws.service(aws.namespace(), name, types=("SRV",))


@pytest.mark.parametrize("name", ["a" * 64, "-a", "a b", "a." * 64 + "a"])
def test_names_that_cloud_map_refuses(aws: Account, name: str) -> None:
    namespace_id = aws.namespace()
    assert refused(lambda: aws.service(namespace_id, name))[0] == "InvalidInput"


def test_record_types_and_route_53_health_checks_left_out_are_deleted(aws: Account) -> None:
    operation_id = aws.cloud_map.create_public_dns_namespace(Name="public.example")["OperationId"]
    namespace_id = aws.succeeded(operation_id)["Targets"]["NAMESPACE"]
    dns: Any = {"DnsRecords": [{"Type": "A", "TTL": 300}, {"Type": "AAAA", "TTL": 300}]}
    check: Any = {"Type": "HTTP", "ResourcePath": "/"}
    service_id = aws.cloud_map.create_service(
        Name=SERVICE, NamespaceId=namespace_id, DnsConfig=dns, HealthCheckConfig=check
    )["Service"]["Id"]
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4", AWS_INSTANCE_IPV6="fd00::4")
    change: Any = {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 5}]}}
    reply = aws.cloud_map.update_service(Id=service_id, Service=change)
    aws.succeeded(reply["OperationId"])
    service = aws.cloud_map.get_service(Id=service_id)["Service"]
    assert "HealthCheckConfig" not in service
    assert [record["Type"] for record in aws.record_sets(namespace_id)] == ["A"]
