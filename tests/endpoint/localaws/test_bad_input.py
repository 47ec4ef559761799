# SPDX-License-Identifier: Apache-2.0
"""Malformed requests get AWS's error for them, and change nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from botocore.parsers import create_parser

from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account, refused
from tests.endpoint.localaws.fuzz.wire import SIGNATURE, Call, send

JSON = {
    "Authorization": SIGNATURE.format("ecs"),
    "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.CreateCluster",
    "Content-Type": "application/x-amz-json-1.1",
}
XML = {"Authorization": SIGNATURE.format("route53")}
QUERY = {
    "Authorization": SIGNATURE.format("ec2"),
    "Content-Type": "application/x-www-form-urlencoded",
}
ZONES = "/2013-04-01/hostedzone"


def answer(endpoint: Endpoint, call: Call) -> tuple[int, str]:
    """The status, and the error code as boto3 reads it."""
    reply = send(urlsplit(endpoint.url).port or 0, call)
    signed = call.headers.get("Authorization", "")
    protocol = "rest-xml" if "route53" in signed else "ec2" if "/ec2/" in signed else "json"
    parsed = create_parser(protocol).parse(
        {"status_code": reply.status, "headers": reply.headers, "body": reply.body},
        None,  # type: ignore[arg-type]  # An error has no shape of its own.
    )
    return reply.status, parsed["Error"]["Code"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":',
        b"[]",
        b"null",
        b'"clusterName"',
        b'{"clusterName": 3}',
        b'{"clusterName": {"name": "x"}}',
        b'{"clusterName": "\xff"}',
        b'{"clusterName": "\\ud800"}',
        b'{"tags": {}}',
        b'{"tags": [null]}',
        b'{"tags": [["key"]]}',
        b'{"a": NaN}',
        b"[" * 100_000,
    ],
)
def test_json_of_another_form_is_a_serialization_exception(
    aws: Account, endpoint: Endpoint, body: bytes
) -> None:
    expected = (400, "SerializationException")
    assert answer(endpoint, Call("POST", "/", body, JSON)) == expected
    assert aws.ecs.list_clusters()["clusterArns"] == []


def test_an_unknown_member_and_null_are_taken_as_aws_takes_them(
    aws: Account, endpoint: Endpoint
) -> None:
    body = json.dumps({"clusterName": "handson", "settings": None, "colour": "red"}).encode()
    assert send(urlsplit(endpoint.url).port or 0, Call("POST", "/", body, JSON)).status == 200
    assert len(aws.ecs.list_clusters()["clusterArns"]) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<a", "MalformedXML"),
        (b"<a/>", "MalformedXML"),
        (b"\xff\xfe", "MalformedXML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><CreateHostedZoneRequest/>', "MalformedXML"),
        (b"", "InvalidInput"),
        (b"<CreateHostedZoneRequest/>", "InvalidInput"),
        (
            b"<CreateHostedZoneRequest><Name>a.example</Name><CallerReference>1</CallerReference>"
            b"<HostedZoneConfig><PrivateZone>maybe</PrivateZone></HostedZoneConfig>"
            b"</CreateHostedZoneRequest>",
            "InvalidInput",
        ),
    ],
)
def test_broken_xml_and_wrong_values_are_told_apart(
    aws: Account, endpoint: Endpoint, body: bytes, code: str
) -> None:
    assert answer(endpoint, Call("POST", ZONES, body, XML)) == (400, code)
    assert aws.route53.list_hosted_zones()["HostedZones"] == []


def test_a_number_in_the_url_has_to_be_one(aws: Account, endpoint: Endpoint) -> None:
    call = Call("GET", f"{ZONES}?maxitems=ten", b"", XML)
    assert answer(endpoint, call) == (400, "InvalidInput")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"Action=DescribeVpcs&MaxResults=ten", "ValidationError"),
        (b"Action=DescribeVpcs&DryRun=maybe", "ValidationError"),
        (b"Action=DescribeVpcs&MaxResults=99999999999", "ValidationError"),
        (b"Action=CreateSubnet", "MissingParameter"),
        (b"Version=2016-11-15", "MissingAction"),
        (b"\xff", "MissingAction"),
    ],
)
def test_queries(aws: Account, endpoint: Endpoint, body: bytes, code: str) -> None:
    assert answer(endpoint, Call("POST", "/", body, QUERY)) == (400, code)


@pytest.mark.parametrize(
    ("headers", "path", "code"),
    [
        (JSON, "/", "SerializationException"),
        (XML, ZONES, "MalformedXML"),
        (QUERY, "/", "ValidationError"),
    ],
)
def test_a_broken_chunk(
    aws: Account, endpoint: Endpoint, headers: dict[str, str], path: str, code: str
) -> None:
    call = Call("POST", path, b"zz\r\nabc", headers, chunked=True)
    assert answer(endpoint, call) == (400, code)
    zipped = replace(call, headers={**headers, "Content-Encoding": "gzip"}, chunked=False)
    assert answer(endpoint, zipped)[0] == 400


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"Authorization": ""}, 400, "MissingAuthenticationToken"),
        ({"Authorization": "AWS4-HMAC-SHA256"}, 400, "IncompleteSignature"),
        ({"Authorization": "AWS4 Credential=a/b"}, 400, "IncompleteSignature"),
        ({"Authorization": SIGNATURE.format("nobody")}, 501, "NotImplemented"),
        ({"X-Amz-Target": ""}, 400, "UnknownOperationException"),
        ({"X-Amz-Target": "Nobody.Nothing"}, 400, "UnknownOperationException"),
    ],
)
def test_a_call_without_a_signature_or_an_operation(
    aws: Account, endpoint: Endpoint, changed: dict[str, str], status: int, code: str
) -> None:
    assert answer(endpoint, Call("POST", "/", b"{}", JSON | changed)) == (status, code)
    host = {"Host": "ecs.ap-northeast-1.amazonaws.com"}
    assert answer(endpoint, Call("POST", "/", b"{}", JSON | changed | host)) == (status, code)


def test_a_name_with_a_control_character_is_echoed_in_xml_that_can_be_read(
    aws: Account, endpoint: Endpoint
) -> None:
    body = b"Action=DescribeVpcs&VpcId.1=vpc-%0B%00"
    assert answer(endpoint, Call("POST", "/", body, QUERY)) == (400, "InvalidVpcID.NotFound")


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("application-autoscaling", "describe_scalable_targets", "InvalidSignatureException"),
        ("ec2", "describe_vpcs", "AuthFailure"),
        ("ecs", "list_clusters", "InvalidSignatureException"),
        ("elb", "describe_load_balancers", "SignatureDoesNotMatch"),
        ("elbv2", "describe_load_balancers", "SignatureDoesNotMatch"),
        ("servicediscovery", "list_services", "InvalidSignatureException"),
        ("ssm", "describe_parameters", "InvalidSignatureException"),
    ],
)
def test_a_region_that_does_not_exist_is_named(
    endpoint: Endpoint, service: str, call: str, code: str
) -> None:
    client = Account(endpoint.url, region="xx-1").client(service)
    more = {"ServiceNamespace": "ecs"} if service == "application-autoscaling" else {}
    message = "Credential should be scoped to a valid region: there is no region xx-1."
    assert refused(lambda: getattr(client, call)(**more)) == (code, message, 400)
    for region in ("us-gov-west-1", "cn-north-1"):
        getattr(Account(endpoint.url, region=region).client(service), call)(**more)
