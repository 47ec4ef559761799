# SPDX-License-Identifier: Apache-2.0
"""Namespaces and their operations."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.endpoint.localaws.account import NAMESPACE, Account, error_of, refused


def test_creating_a_namespace_is_an_operation_that_passes_through_its_statuses(
    aws: Account,
) -> None:
    id_ = aws.cloud_map.create_private_dns_namespace(Name=NAMESPACE, Vpc=aws.vpc)["OperationId"]
    seen = [aws.cloud_map.get_operation(OperationId=id_)["Operation"]["Status"]]
    operation = aws.operation(id_)
    assert seen[0] in ("SUBMITTED", "PENDING")
    assert re.fullmatch(r"[a-z0-9]{32}-[a-z0-9]{8}", operation["Id"])
    assert operation["Type"] == "CREATE_NAMESPACE"
    assert operation["Status"] == "SUCCESS"
    assert operation["CreateDate"] < operation["UpdateDate"]
    assert operation["OwnerAccount"] == "123456789012"
    assert re.fullmatch(r"ns-[a-z0-9]{16}", operation["Targets"]["NAMESPACE"])


def test_a_namespace_shows_its_zone_and_its_http_name(aws: Account) -> None:
    id_ = aws.namespace(Description="hands-on")
    namespace = aws.cloud_map.get_namespace(Id=id_)["Namespace"]
    assert namespace["Name"] == NAMESPACE
    assert namespace["Type"] == "DNS_PRIVATE"
    assert namespace["Description"] == "hands-on"
    assert namespace["ServiceCount"] == 0
    assert namespace["Arn"].endswith(f":namespace/{id_}")
    assert namespace["Properties"]["HttpProperties"]["HttpName"] == NAMESPACE
    zone_id = namespace["Properties"]["DnsProperties"]["HostedZoneId"]
    assert re.fullmatch(r"Z[A-Z0-9]{20}", zone_id), "bare, without /hostedzone/"


def test_the_same_name_in_the_same_vpc_is_accepted_and_its_operation_fails(aws: Account) -> None:
    zone_id = aws.zone_id(aws.namespace())
    reply = aws.cloud_map.create_private_dns_namespace(Name=NAMESPACE, Vpc=aws.vpc)
    operation = aws.operation(reply["OperationId"])
    assert operation["Status"] == "FAIL"
    assert operation["ErrorCode"] == "CANNOT_CREATE_HOSTED_ZONE"
    assert operation["ErrorMessage"].startswith(
        f"The VPC {aws.vpc} in region {aws.region} has already been associated "
        f"with the hosted zone {zone_id} with the same domain name. (Service: AmazonRoute53; "
        "Status Code: 400; Error Code: ConflictingDomainExists; Request ID: "
    )
    assert len(aws.cloud_map.list_namespaces()["Namespaces"]) == 1


def test_the_same_name_in_another_vpc_has_its_own_zone_and_a_suffixed_http_name(
    aws: Account,
) -> None:
    first, second = aws.namespace(), aws.namespace(vpc=aws.another_vpc())
    assert aws.zone_id(first) != aws.zone_id(second)
    name = aws.cloud_map.get_namespace(Id=second)["Namespace"]["Properties"]["HttpProperties"]
    assert re.fullmatch(rf"{re.escape(NAMESPACE)}-[a-z0-9]{{16}}", name["HttpName"])


def test_a_name_below_another_is_allowed_in_the_same_vpc(aws: Account) -> None:
    aws.namespace("example.com")
    aws.namespace("sub.example.com")


def test_a_vpc_that_does_not_exist_fails_the_operation(aws: Account) -> None:
    reply = aws.cloud_map.create_private_dns_namespace(Name=NAMESPACE, Vpc="vpc-0000000000000000f")
    operation = aws.operation(reply["OperationId"])
    assert (operation["Status"], operation["ErrorCode"]) == ("FAIL", "CANNOT_CREATE_HOSTED_ZONE")


def test_a_repeated_creator_request_id_has_no_second_effect(aws: Account) -> None:
    first = aws.cloud_map.create_private_dns_namespace(
        Name=NAMESPACE, Vpc=aws.vpc, CreatorRequestId="once"
    )
    aws.succeeded(first["OperationId"])
    again = aws.cloud_map.create_private_dns_namespace(
        Name=NAMESPACE, Vpc=aws.vpc, CreatorRequestId="once"
    )
    assert again["OperationId"] == first["OperationId"]
    assert len(aws.cloud_map.list_namespaces()["Namespaces"]) == 1


def test_a_creator_request_id_is_not_for_another_namespace(aws: Account) -> None:
    call: Any = {"Vpc": aws.vpc, "CreatorRequestId": "once"}
    aws.cloud_map.create_private_dns_namespace(Name="one.internal", **call)
    code, message, _ = refused(
        lambda: aws.cloud_map.create_private_dns_namespace(Name="two.internal", **call)
    )
    assert (code, "once" in message) == ("InvalidInput", True)


def test_a_second_request_while_the_first_is_in_progress_is_a_duplicate(aws: Account) -> None:
    first = aws.cloud_map.create_private_dns_namespace(Name=NAMESPACE, Vpc=aws.vpc)["OperationId"]
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.create_private_dns_namespace(Name=NAMESPACE, Vpc=aws.vpc)
    code, message, status = error_of(caught)
    assert (code, status) == ("DuplicateRequest", 400)
    assert message == (
        f"Another operation of type CreatePrivateDnsNamespace and id {first} is in progress"
    )
    assert caught.value.response["DuplicateOperationId"] == first  # type: ignore[typeddict-item]


def test_deleting_a_namespace_takes_its_zone_with_it(aws: Account) -> None:
    id_ = aws.namespace()
    operation = aws.succeeded(aws.cloud_map.delete_namespace(Id=id_)["OperationId"])
    assert operation["Type"] == "DELETE_NAMESPACE"
    assert operation["Targets"]["NAMESPACE"] == id_
    assert operation["Targets"].keys() == {"NAMESPACE", "ROUTE_53_CHANGE_ID"}
    assert aws.route53.list_hosted_zones()["HostedZones"] == []
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.get_namespace(Id=id_)
    assert error_of(caught)[0] == "NamespaceNotFound"


def test_a_namespace_with_services_cannot_be_deleted(aws: Account) -> None:
    id_ = aws.namespace()
    aws.service(id_)
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.delete_namespace(Id=id_)
    assert error_of(caught) == (
        "ResourceInUse",
        "Namespace has associated services; delete the services before deleting the namespace",
        400,
    )


def test_a_deletion_in_progress_is_not_repeated(aws: Account) -> None:
    id_ = aws.namespace()
    first = aws.cloud_map.delete_namespace(Id=id_)["OperationId"]
    code, message, _ = refused(lambda: aws.cloud_map.delete_namespace(Id=id_))
    assert (code, message) == (
        "DuplicateRequest",
        f"Another operation of type DeleteNamespace and id {first} is in progress",
    )


@pytest.mark.parametrize(
    ("name", "constraint"),
    [
        ("a" * 254, "Member must have length less than or equal to 253"),
        ("two words", "Member must satisfy regular expression pattern"),
        ("arn:aws", "Member must satisfy regular expression pattern"),
    ],
)
def test_a_name_outside_the_models_constraints_is_invalid(
    aws: Account, name: str, constraint: str
) -> None:
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.create_private_dns_namespace(Name=name, Vpc=aws.vpc)
    code, message, status = error_of(caught)
    assert (code, status) == ("InvalidInput", 400)
    assert constraint in message


def test_namespaces_are_listed_by_filter(aws: Account) -> None:
    private, http = aws.namespace("one.internal"), aws.http_namespace("two")

    def listed(**filter_: Any) -> list[str]:
        found = aws.cloud_map.list_namespaces(Filters=[filter_])["Namespaces"]  # type: ignore[list-item]
        return [namespace["Id"] for namespace in found]

    assert listed(Name="TYPE", Values=["DNS_PRIVATE"]) == [private]
    assert listed(Name="TYPE", Values=["HTTP"], Condition="EQ") == [http]
    assert listed(Name="NAME", Values=["two"]) == [http]
    assert listed(Name="NAME", Values=["on"], Condition="BEGINS_WITH") == [private]
    assert listed(Name="HTTP_NAME", Values=["two"]) == [http]
    assert listed(Name="RESOURCE_OWNER", Values=["SELF"]) == sorted([private, http])
    assert listed(Name="RESOURCE_OWNER", Values=["OTHER_ACCOUNTS"]) == []


@pytest.mark.parametrize(
    ("call", "filter_"),
    [
        ("list_namespaces", {"Name": "TYPE", "Values": ["HTTP", "DNS_PRIVATE"]}),
        ("list_namespaces", {"Name": "TYPE", "Values": ["HTTP"], "Condition": "IN"}),
        ("list_services", {"Name": "NAMESPACE_ID", "Values": ["a"], "Condition": "BEGINS_WITH"}),
        ("list_services", {"Name": "NAME", "Values": ["a"]}),
        ("list_operations", {"Name": "NAMESPACE_ID", "Values": ["a"], "Condition": "IN"}),
        ("list_operations", {"Name": "UPDATE_DATE", "Values": ["1"], "Condition": "BETWEEN"}),
        ("list_operations", {"Name": "UPDATE_DATE", "Values": ["1", "2"]}),
    ],
)
def test_filters_that_a_call_does_not_have_are_invalid(
    aws: Account, call: str, filter_: dict[str, Any]
) -> None:
    assert refused(lambda: getattr(aws.cloud_map, call)(Filters=[filter_]))[0] == "InvalidInput"


def test_namespaces_are_listed_in_pages(aws: Account) -> None:
    ids = {aws.http_namespace(f"n{number}") for number in range(5)}
    pages = aws.cloud_map.get_paginator("list_namespaces").paginate(
        PaginationConfig={"PageSize": 2}
    )
    listed = [[each["Id"] for each in page["Namespaces"]] for page in pages]
    assert [len(page) for page in listed] == [2, 2, 1]
    assert {id_ for page in listed for id_ in page} == ids


@pytest.mark.parametrize("spelling", ["SUCCESS", "SUCCEED"])
def test_operations_are_listed_by_filter(aws: Account, spelling: str) -> None:
    id_ = aws.namespace()
    filters: Any = [
        {"Name": "NAMESPACE_ID", "Values": [id_]},
        {"Name": "STATUS", "Values": [spelling], "Condition": "EQ"},
        {"Name": "TYPE", "Values": ["CREATE_NAMESPACE", "DELETE_NAMESPACE"], "Condition": "IN"},
        {"Name": "UPDATE_DATE", "Values": ["0", "9999999999"], "Condition": "BETWEEN"},
    ]
    operations = aws.cloud_map.list_operations(Filters=filters)["Operations"]
    assert [operation["Status"] for operation in operations] == ["SUCCESS"]


def test_an_unknown_operation_is_not_found(aws: Account) -> None:
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.get_operation(OperationId="nothing")
    assert error_of(caught)[0] == "OperationNotFound"


def test_an_http_namespace_has_no_zone_and_one_of_a_name(aws: Account) -> None:
    id_ = aws.http_namespace("plain")
    properties = aws.cloud_map.get_namespace(Id=id_)["Namespace"]["Properties"]
    assert properties == {"HttpProperties": {"HttpName": "plain"}}
    assert aws.route53.list_hosted_zones()["HostedZones"] == []
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.create_http_namespace(Name="plain")
    assert error_of(caught)[0] == "NamespaceAlreadyExists"
    assert caught.value.response["NamespaceId"] == id_  # type: ignore[typeddict-item]


def test_each_kind_of_namespace_has_an_update_of_its_own(aws: Account) -> None:
    public = aws.cloud_map.create_public_dns_namespace(Name="public.example")["OperationId"]
    ids = {
        "private_dns": aws.namespace(),
        "public_dns": aws.succeeded(public)["Targets"]["NAMESPACE"],
        "http": aws.http_namespace("plain"),
    }
    for kind, id_ in ids.items():
        update = getattr(aws.cloud_map, f"update_{kind}_namespace")
        aws.succeeded(update(Id=id_, Namespace={"Description": "new"})["OperationId"])
        assert aws.cloud_map.get_namespace(Id=id_)["Namespace"]["Description"] == "new"
        for other in ids.keys() - {kind}:
            call: Any = {"Id": ids[other], "Namespace": {"Description": "no"}}
            assert refused(lambda: update(**call))[0] == "InvalidInput"  # noqa: B023


def test_fifty_namespaces_in_a_region_and_not_one_more(aws: Account) -> None:
    for number in range(50):
        aws.cloud_map.create_http_namespace(Name=f"n{number}")
    code, _, status = refused(lambda: aws.cloud_map.create_http_namespace(Name="one-more"))
    assert (code, status) == ("ResourceLimitExceeded", 400)


def test_fifty_tags_and_not_one_more(aws: Account) -> None:
    tags: Any = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]
    id_ = aws.namespace(Tags=tags[:50])
    arn = aws.cloud_map.get_namespace(Id=id_)["Namespace"]["Arn"]
    aws.cloud_map.tag_resource(ResourceARN=arn, Tags=[{"Key": "k0", "Value": "new"}])
    calls = (
        lambda: aws.cloud_map.tag_resource(ResourceARN=arn, Tags=tags[50:]),
        lambda: aws.cloud_map.create_http_namespace(Name="plain", Tags=tags),
        lambda: aws.cloud_map.create_service(Name="s", NamespaceId=id_, Tags=tags),
    )
    assert [refused(call)[0] for call in calls] == ["TooManyTagsException"] * 3


def test_tags_of_what_is_not_there_are_not_found(aws: Account) -> None:
    arn = f"arn:aws:servicediscovery:{aws.region}:123456789012:namespace/ns-0000000000000000"
    code, _, status = refused(lambda: aws.cloud_map.list_tags_for_resource(ResourceARN=arn))
    assert (code, status) == ("ResourceNotFoundException", 400)


def test_operations_of_a_service_are_found_by_its_id(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    aws.deregister(service_id, "one")
    filters: Any = [{"Name": "SERVICE_ID", "Values": [service_id]}]
    operations = aws.cloud_map.list_operations(Filters=filters)["Operations"]
    types = {
        aws.cloud_map.get_operation(OperationId=each["Id"])["Operation"]["Type"]
        for each in operations
    }
    assert types == {"REGISTER_INSTANCE", "DEREGISTER_INSTANCE"}
