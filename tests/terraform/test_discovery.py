# SPDX-License-Identifier: Apache-2.0
"""Cloud Map's resources and data sources with every argument, by the real AWS provider."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import Blocks, live_through

PRIVATE = "${aws_service_discovery_private_dns_namespace.private.id}"


def dns(namespace: str, *types: str, ttl: int = 10, policy: str = "MULTIVALUE") -> dict[str, Any]:
    records = [{"type": type_, "ttl": ttl} for type_ in types]
    return {"namespace_id": namespace, "routing_policy": policy, "dns_records": records}


def resources(*, words: str, ttl: int, team: str, address: str) -> Blocks:
    tags = {"team": team}
    custom = {"health_check_custom_config": {"failure_threshold": 1}}
    public = "${aws_service_discovery_public_dns_namespace.public.id}"
    return {
        "aws_vpc": {"main": {"cidr_block": "10.6.0.0/16"}},
        "aws_service_discovery_private_dns_namespace": {
            "private": {
                "name": "private.internal",
                "vpc": "${aws_vpc.main.id}",
                "description": words,
                "tags": tags,
            }
        },
        "aws_service_discovery_public_dns_namespace": {
            "public": {"name": "public.example.com", "description": words, "tags": tags}
        },
        "aws_service_discovery_http_namespace": {
            "http": {"name": "http", "description": "cannot be changed", "tags": tags}
        },
        "aws_service_discovery_service": {
            "a": {
                "name": "a",
                "description": words,
                "dns_config": dns(PRIVATE, "A", "AAAA", ttl=ttl),
                "force_destroy": True,
                "tags": tags,
                **custom,
            },
            "srv": {"name": "srv", "dns_config": dns(PRIVATE, "SRV", ttl=ttl), **custom},
            "cname": {
                "name": "cname",
                "dns_config": dns(PRIVATE, "CNAME", ttl=ttl, policy="WEIGHTED"),
            },
            "checked": {
                "name": "checked",
                "dns_config": dns(public, "A", ttl=ttl),
                "health_check_config": {
                    "type": "HTTP",
                    "resource_path": "/" + words,
                    "failure_threshold": 5,
                },
            },
            "http": {
                "name": "http",
                "namespace_id": "${aws_service_discovery_http_namespace.http.id}",
                "type": "HTTP",
                "tags": tags,
            },
        },
        "aws_service_discovery_instance": {
            "a": {
                "service_id": "${aws_service_discovery_service.a.id}",
                "instance_id": "one",
                "attributes": {
                    "AWS_INSTANCE_IPV4": address,
                    "AWS_INSTANCE_IPV6": "2001:db8::1",
                    "stage": words,
                },
            },
            "cname": {
                "service_id": "${aws_service_discovery_service.cname.id}",
                "instance_id": "db",
                "attributes": {"AWS_INSTANCE_CNAME": "db.example.com"},
            },
            "http": {
                "service_id": "${aws_service_discovery_service.http.id}",
                "instance_id": "api",
                "attributes": {"url": "https://api.example.com/" + words},
            },
        },
    }


DATA: Blocks = {
    "aws_service_discovery_dns_namespace": {
        "private": {
            "name": "${aws_service_discovery_private_dns_namespace.private.name}",
            "type": "DNS_PRIVATE",
        },
        "public": {
            "name": "${aws_service_discovery_public_dns_namespace.public.name}",
            "type": "DNS_PUBLIC",
        },
    },
    "aws_service_discovery_http_namespace": {
        "http": {"name": "${aws_service_discovery_http_namespace.http.name}"}
    },
    "aws_service_discovery_service": {
        "a": {"name": "${aws_service_discovery_service.a.name}", "namespace_id": PRIVATE}
    },
}


def test_cloud_maps_resources(environment: dict[str, str], aws: AwsClients, tmp_path: Path) -> None:
    """GIVEN namespaces and services of every type, and instances
    WHEN they are created, changed in place, imported and destroyed
    THEN every plan is empty.
    """
    first = resources(words="first", ttl=10, team="blue", address="10.6.0.10")
    changed = resources(words="second", ttl=60, team="red", address="10.6.0.11")

    def look(state: int) -> None:
        found = aws.servicediscovery.list_namespaces()["Namespaces"]
        assert {each["Type"] for each in found} == {"DNS_PRIVATE", "DNS_PUBLIC", "HTTP"}

    live_through(tmp_path, environment, first, changed, data=DATA, look=look)
    assert aws.servicediscovery.list_namespaces()["Namespaces"] == []
