# SPDX-License-Identifier: Apache-2.0
"""VPCs of Terraform's own, looked into by what the health page says of them."""

from pathlib import Path
from typing import Any

import urllib3

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.health import read_health
from cloudmap_harness.aws.vpc_choice import VpcAddresses, choose_vpc, vpcs_of
from cloudmap_harness.discovery.vpc_client import VpcClient
from localaws.server import Endpoint
from tests.support.root_module import module, planned
from tests.terraform.blocks import FARGATE, definition, service

VPCS = ("one", "two")
NAME, SHARED = "api.shop.internal", "db.shared.internal"


def of(kind: str, name: str, attribute: str = "id") -> str:
    return f"${{{kind}.{name}.{attribute}}}"


def tasks_in(vpc: str, *groups: str, **more: Any) -> dict[str, Any]:
    """A service's arguments for tasks in a VPC, in these groups."""
    return {
        "launch_type": "FARGATE",
        "wait_for_steady_state": True,
        "network_configuration": {
            "subnets": [of("aws_subnet", vpc)],
            "security_groups": [of("aws_security_group", group) for group in groups],
        },
        **more,
    }


def registered_in(vpc: str) -> dict[str, Any]:
    arn = of("aws_service_discovery_service", vpc, "arn")
    return {"service_registries": {"registry_arn": arn}}


def resources() -> dict[str, dict[str, Any]]:
    """Two VPCs of the same range, with a namespace of the same name each and a zone of both."""
    out = {"ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"}
    http = {"ip_protocol": "tcp", "from_port": 80, "to_port": 80}
    group = "aws_security_group"
    return {
        "aws_vpc": {
            vpc: {"cidr_block": "10.3.0.0/16", "enable_dns_hostnames": True, "tags": {"Name": vpc}}
            for vpc in VPCS
        },
        "aws_subnet": {
            vpc: {"vpc_id": of("aws_vpc", vpc), "cidr_block": "10.3.0.0/24"} for vpc in VPCS
        },
        "aws_service_discovery_private_dns_namespace": {
            vpc: {"name": "shop.internal", "vpc": of("aws_vpc", vpc)} for vpc in VPCS
        },
        "aws_service_discovery_service": {
            vpc: {
                "name": "api",
                "dns_config": {
                    "namespace_id": of("aws_service_discovery_private_dns_namespace", vpc),
                    "dns_records": [{"type": "A", "ttl": 10}],
                },
                "health_check_custom_config": {"failure_threshold": 1},
                "force_destroy": True,
            }
            for vpc in VPCS
        },
        "aws_route53_zone": {
            "shared": {
                "name": "shared.internal",
                "vpc": [{"vpc_id": of("aws_vpc", vpc)} for vpc in VPCS],
            }
        },
        "aws_route53_record": {
            "db": {
                "zone_id": of("aws_route53_zone", "shared"),
                "name": "db",
                "type": "A",
                "ttl": 60,
                "records": ["10.3.0.9"],
            }
        },
        group: {
            name: {"name": name, "vpc_id": of("aws_vpc", vpc)}
            for name, vpc in (("web", "one"), ("api", "one"), ("all", "two"))
        },
        "aws_vpc_security_group_egress_rule": {
            name: {"security_group_id": of(group, name), **out} for name in ("web", "api", "all")
        },
        "aws_vpc_security_group_ingress_rule": {
            "api": {
                "security_group_id": of(group, "api"),
                "referenced_security_group_id": of(group, "web"),
                **http,
            },
            "all": {"security_group_id": of(group, "all"), "cidr_ipv4": "10.3.0.0/16", **http},
        },
        "aws_ecs_cluster": {"main": {"name": "main"}},
        "aws_ecs_task_definition": {"web": definition("web", **FARGATE)},
        "aws_ecs_service": {
            "web": service("web", "web", **tasks_in("one", "web")),
            "api": service("api", "web", **tasks_in("one", "api", **registered_in("one"))),
            "two": service("two", "web", **tasks_in("two", "all", **registered_in("two"))),
        },
    }


def test_a_vpc_of_one_s_own_is_looked_into(
    environment: dict[str, str], aws: AwsClients, endpoint: Endpoint, tmp_path: Path
) -> None:
    """GIVEN two VPCs of one range, each with a namespace of one name, and a zone of both
    WHEN services run in them
    THEN each VPC has its own answers, the zone's are in both, and only web may call api.
    """
    terraform = module(tmp_path / "vpcs", environment, resource=resources())
    terraform.apply()
    assert planned(terraform) == {}
    one, two = (inside(endpoint, name) for name in VPCS)
    addresses = {
        name: aws.ecs.describe_tasks(cluster="main", tasks=[arn])["tasks"][0]["containers"][0][
            "networkInterfaces"
        ][0]["privateIpv4Address"]
        for name in ("api", "two")
        for arn in task_arns(aws, name)
    }
    for vpc, name in ((one, "api"), (two, "two")):
        client = VpcClient.at(vpc.dns, vpc.bastion)
        assert [*map(str, client.resolve(NAME).addresses)] == [addresses[name]]
        assert [*map(str, client.resolve(SHARED).addresses)] == ["10.3.0.9"]
    assert status(two, None) == 200
    (web,), (api,) = task_arns(aws, "web"), task_arns(aws, "api")
    assert [status(one, source) for source in (web, api, None)] == [200, 504, 504]
    terraform.destroy()
    page = read_health(endpoint.url)
    assert page is not None and not {vpc.name for vpc in vpcs_of(page)} & {*VPCS}


def inside(endpoint: Endpoint, name: str) -> VpcAddresses:
    page = read_health(endpoint.url)
    assert page is not None
    return choose_vpc(vpcs_of(page), name)


def task_arns(aws: AwsClients, service_name: str) -> list[str]:
    return aws.ecs.list_tasks(cluster="main", serviceName=service_name)["taskArns"]


def status(vpc: VpcAddresses, source: str | None) -> int:
    """What api's name answers, to the bastion or to a task."""
    headers = {"X-Source-Task": source} if source else {}
    with urllib3.ProxyManager(vpc.bastion, retries=False) as proxy:
        return proxy.request("GET", f"http://{NAME}/", headers=headers).status
