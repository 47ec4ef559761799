# SPDX-License-Identifier: Apache-2.0
"""Cloud Map instances: registration, record sets, limits."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws import runtime
from localaws.cloudmap import rules
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import (
    NAMESPACE,
    SERVICE,
    Account,
    Turns,
    error_of,
    refused,
)
from tests.support.waiting import eventually

NAME = f"{SERVICE}.{NAMESPACE}."


def test_one_record_set_for_each_instance_as_aws_writes_it(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    aws.register(service_id, "two", AWS_INSTANCE_IPV4="10.0.9.4")
    assert aws.record_sets(namespace_id) == [
        {
            "Name": NAME,
            "Type": "A",
            "SetIdentifier": id_,
            "MultiValueAnswer": True,
            "TTL": 300,
            "ResourceRecords": [{"Value": address}],
        }
        for id_, address in (("one", "10.0.8.4"), ("two", "10.0.9.4"))
    ]
    assert aws.cloud_map.get_service(Id=service_id)["Service"]["InstanceCount"] == 2


def test_registering_is_an_operation_with_its_targets(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    reply = aws.cloud_map.register_instance(
        ServiceId=service_id, InstanceId="one", Attributes={"AWS_INSTANCE_IPV4": "10.0.8.4"}
    )
    operation = aws.succeeded(reply["OperationId"])
    assert operation["Type"] == "REGISTER_INSTANCE"
    assert operation["Targets"].keys() == {"INSTANCE", "SERVICE", "ROUTE_53_CHANGE_ID"}
    assert operation["Targets"]["INSTANCE"] == "one"
    assert operation["Targets"]["SERVICE"] == service_id


def test_deregistering_takes_the_record_set_away(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    aws.deregister(service_id, "one")
    assert aws.record_sets(namespace_id) == []
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.deregister_instance(ServiceId=service_id, InstanceId="one")
    assert error_of(caught)[0] == "InstanceNotFound"


def test_the_same_instance_id_again_is_an_update(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.5", colour="blue")
    assert aws.instances(service_id) == {"one": {"AWS_INSTANCE_IPV4": "10.0.8.5", "colour": "blue"}}
    (record,) = aws.record_sets(namespace_id)
    assert record["ResourceRecords"] == [{"Value": "10.0.8.5"}]


def test_a_registration_in_progress_is_not_repeated(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    service_id = aws.service(aws.namespace())
    # The operation must outlast three calls, also on a machine that is busy.
    monkeypatch.setattr(runtime, "settings", EndpointSettings(operation_seconds=60))
    call: Any = {
        "ServiceId": service_id,
        "InstanceId": "one",
        "Attributes": {"AWS_INSTANCE_IPV4": "10.0.8.4"},
    }
    first = aws.cloud_map.register_instance(**call, CreatorRequestId="once")["OperationId"]
    assert aws.cloud_map.register_instance(**call, CreatorRequestId="once")["OperationId"] == first
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.register_instance(**call)
    assert error_of(caught)[0] == "DuplicateRequest"
    assert f"RegisterInstance and id {first}" in error_of(caught)[1]


def test_weighted_records_have_the_same_weight(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id, policy="WEIGHTED")
    for id_ in ("one", "two"):
        aws.register(service_id, id_, AWS_INSTANCE_IPV4="10.0.8.4")
    records = aws.record_sets(namespace_id)
    assert [record["SetIdentifier"] for record in records] == ["one", "two"]
    assert len({record["Weight"] for record in records}) == 1
    assert all("MultiValueAnswer" not in record for record in records)


def test_srv_records_point_to_an_address_record_of_their_own(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id, types=("SRV",))
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4", AWS_INSTANCE_PORT="8080")
    srv, address = aws.record_sets(namespace_id)
    assert (srv["Name"], srv["Type"]) == (NAME, "SRV")
    assert srv["ResourceRecords"] == [{"Value": f"1 1 8080 one.{NAME}"}]
    assert (address["Name"], address["Type"]) == (f"one.{NAME}", "A")
    assert srv["MultiValueAnswer"] is address["MultiValueAnswer"] is True


def test_ipv6_and_cname_records(aws: Account) -> None:
    namespace_id = aws.namespace()
    both = aws.service(namespace_id, "both", types=("A", "AAAA"))
    alias = aws.service(namespace_id, "alias", types=("CNAME",))
    aws.register(both, "one", AWS_INSTANCE_IPV4="10.0.8.4", AWS_INSTANCE_IPV6="fd00::4")
    aws.register(alias, "two", AWS_INSTANCE_CNAME="example.com")
    found = {record["Type"]: record["ResourceRecords"] for record in aws.record_sets(namespace_id)}
    assert found == {
        "A": [{"Value": "10.0.8.4"}],
        "AAAA": [{"Value": "fd00::4"}],
        "CNAME": [{"Value": "example.com"}],
    }


@pytest.mark.parametrize(
    ("types", "attributes", "named"),
    [
        (("A",), {}, "AWS_INSTANCE_IPV4"),
        (("AAAA",), {"AWS_INSTANCE_IPV4": "10.0.8.4"}, "AWS_INSTANCE_IPV6"),
        (("SRV",), {"AWS_INSTANCE_IPV4": "10.0.8.4"}, "AWS_INSTANCE_PORT"),
        (("SRV",), {"AWS_INSTANCE_PORT": "80"}, "AWS_INSTANCE_IPV4"),
        (("CNAME",), {"AWS_INSTANCE_IPV4": "10.0.8.4"}, "AWS_INSTANCE_CNAME"),
        (("A",), {"AWS_INSTANCE_IPV4": "10.0.8.400"}, "AWS_INSTANCE_IPV4"),
        (("SRV",), {"AWS_INSTANCE_IPV4": "10.0.8.4", "AWS_INSTANCE_PORT": "0"}, "PORT"),
        (("A",), {"AWS_INSTANCE_IPV4": "10.0.8.4", "AWS_INIT_HEALTH_STATUS": "WELL"}, "HEALTH"),
        (("A",), {"AWS_INSTANCE_IPV4": "10.0.8.4", "AWS_MINE": "x"}, "AWS_MINE"),
        (("A",), {"AWS_INSTANCE_IPV4": "10.0.8.4", "k" * 256: "x"}, "255"),
        (("A",), {"AWS_INSTANCE_IPV4": "10.0.8.4", "k": "x" * 1025}, "1024"),
        (
            ("A",),
            {"AWS_INSTANCE_IPV4": "10.0.8.4"} | {f"k{n}": "x" * 1000 for n in range(5)},
            "5000",
        ),
        (("A",), {"AWS_INSTANCE_IPV4": "10.0.8.4"} | {f"k{n}": "x" for n in range(31)}, "30"),
    ],
)
def test_attributes_that_cloud_map_refuses(
    aws: Account, types: tuple[str, ...], attributes: dict[str, str], named: str
) -> None:
    service_id = aws.service(aws.namespace(), types=types)
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.register_instance(
            ServiceId=service_id, InstanceId="one", Attributes=attributes
        )
    code, message, status = error_of(caught)
    assert (code, status) == ("InvalidInput", 400)
    assert named in message


@pytest.mark.parametrize("instance_id", ["a" * 65, "with space"])
def test_instance_ids_that_cloud_map_refuses(aws: Account, instance_id: str) -> None:
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.register_instance(
            ServiceId=aws.service(aws.namespace()),
            InstanceId=instance_id,
            Attributes={"AWS_INSTANCE_IPV4": "10.0.8.4"},
        )
    assert error_of(caught)[0] == "InvalidInput"


def test_an_initial_health_status_needs_a_custom_health_check(aws: Account) -> None:
    service_id = aws.service(aws.namespace(), custom_health=False)
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.register_instance(
            ServiceId=service_id,
            InstanceId="one",
            Attributes={"AWS_INSTANCE_IPV4": "10.0.8.4", "AWS_INIT_HEALTH_STATUS": "HEALTHY"},
        )
    assert error_of(caught)[0] == "InvalidInput"


def test_a_thousand_instances_in_a_service_and_not_one_more(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    call: Any = {"ServiceId": service_id, "Attributes": {"AWS_INSTANCE_IPV4": "10.0.8.4"}}
    for number in range(1000):
        aws.cloud_map.register_instance(InstanceId=f"i{number:04}", **call)
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.register_instance(InstanceId="one-more", **call)
    assert error_of(caught)[0] == "ResourceLimitExceeded"
    aws.cloud_map.register_instance(InstanceId="i0000", **call)  # an update is not one more
    instances = eventually(lambda: aws.instances(service_id), lambda found: len(found) == 1000)
    assert min(instances) == "i0000"
    assert len(aws.record_sets(namespace_id)) == 1000
    pages = aws.route53.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=aws.zone_id(namespace_id)
    )
    assert [len(page["ResourceRecordSets"]) for page in pages] == [300, 300, 300, 102]


def test_instances_are_listed_in_pages_of_a_hundred(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    for number in range(101):
        aws.cloud_map.register_instance(
            ServiceId=service_id,
            InstanceId=f"i{number}",
            Attributes={"AWS_INSTANCE_IPV4": "10.0.8.4"},
        )
    eventually(lambda: aws.instances(service_id), lambda found: len(found) == 101)
    page = aws.cloud_map.list_instances(ServiceId=service_id)
    assert len(page["Instances"]) == 100
    assert page["ResourceOwner"] == "123456789012"
    rest = aws.cloud_map.list_instances(ServiceId=service_id, NextToken=page["NextToken"])
    assert len(rest["Instances"]) == 1
    assert "NextToken" not in rest
    with pytest.raises(ClientError) as caught:
        aws.cloud_map.list_instances(ServiceId=service_id, MaxResults=101)
    assert error_of(caught)[0] == "InvalidInput"


def test_the_quota_of_a_namespace_counts_all_its_services(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rules.INSTANCES_PER_NAMESPACE == 2000
    monkeypatch.setattr(rules, "INSTANCES_PER_NAMESPACE", 2)
    namespace_id = aws.namespace()
    for name in ("a", "b"):
        aws.register(aws.service(namespace_id, name), "one", AWS_INSTANCE_IPV4="10.0.8.4")
    third = aws.service(namespace_id, "c")
    call: Any = {
        "ServiceId": third,
        "InstanceId": "one",
        "Attributes": {"AWS_INSTANCE_IPV4": "10.0.8.4"},
    }
    assert refused(lambda: aws.cloud_map.register_instance(**call))[0] == "ResourceLimitExceeded"


def test_an_instance_that_is_coming_or_going_is_left_alone(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    aws.cloud_map.deregister_instance(ServiceId=service_id, InstanceId="one")
    call: Any = {
        "ServiceId": service_id,
        "InstanceId": "one",
        "Attributes": {"AWS_INSTANCE_IPV4": "10.0.8.5"},
    }
    assert refused(lambda: aws.cloud_map.register_instance(**call))[0] == "DuplicateRequest"


@pytest.fixture
def service_id(aws: Account) -> str:
    return aws.service(aws.namespace())


def test_an_instance_whose_registration_is_in_progress_is_not_found(
    aws: Account, service_id: str, turns: Turns
) -> None:
    names: Any = {"ServiceId": service_id, "InstanceId": "one"}
    aws.cloud_map.register_instance(**names, Attributes={"AWS_INSTANCE_IPV4": "10.0.8.4"})
    assert refused(lambda: aws.cloud_map.get_instance(**names))[0] == "InstanceNotFound"
    assert refused(lambda: aws.cloud_map.delete_service(Id=service_id))[0] == "ResourceInUse"


def test_instances_of_no_service_are_not_registered_nor_deregistered(aws: Account) -> None:
    names: Any = {"ServiceId": "srv-0000000000000000", "InstanceId": "one"}
    calls = (
        lambda: aws.cloud_map.register_instance(**names, Attributes={"a": "b"}),
        lambda: aws.cloud_map.deregister_instance(**names),
        lambda: aws.cloud_map.list_instances(ServiceId=names["ServiceId"]),
    )
    assert [refused(call)[0] for call in calls] == ["ServiceNotFound"] * 3


def test_alias_records_are_out_of_scope_and_say_so(aws: Account) -> None:
    call: Any = {
        "ServiceId": aws.service(aws.namespace(), policy="WEIGHTED"),
        "InstanceId": "one",
        "Attributes": {"AWS_ALIAS_DNS_NAME": "lb.example.com"},
    }
    code, message, _ = refused(lambda: aws.cloud_map.register_instance(**call))
    assert (code, "AWS_ALIAS_DNS_NAME" in message) == ("NotImplemented", True)
