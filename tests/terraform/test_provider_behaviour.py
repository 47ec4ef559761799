# SPDX-License-Identifier: Apache-2.0
"""The embedded endpoint as the real Terraform and the real AWS provider see it.

One root module with a network of its own goes through a life: created, found unchanged, changed in
place, forgotten and imported, destroyed in one go. A second one goes wrong as it does on AWS.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.errors import TerraformError
from cloudmap_harness.terraform.driver import output
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.support.root_module import REGION, environment_at, module, planned

NAMESPACE = "provider.internal"

pytestmark = pytest.mark.usefixtures("terraform")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """Slow enough for a difference between waiting for a steady state and not waiting."""
    with Endpoint(EndpointSettings(port=0, task_step_seconds=0.7)) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def environment(endpoint: Endpoint) -> Iterator[dict[str, str]]:
    with environment_at(endpoint.url) as environment:
        yield environment


def resources(
    *,
    description: str = "first",
    ttl: int = 300,
    desired: int = 1,
    image: str = "httpd:2.4.41-alpine",
    subnets: tuple[str, ...] = ("one",),
    team: str = "blue",
) -> dict[str, dict[str, Any]]:
    """Every resource of the hands-on and a network for it, in one root module."""
    tags = {"team": team}
    container = {"name": "web", "image": image, "portMappings": [{"containerPort": 80}]}
    return {
        "aws_vpc": {
            "net": {
                "cidr_block": "10.2.0.0/16",
                "enable_dns_support": True,
                "enable_dns_hostnames": True,
            }
        },
        "aws_subnet": {
            name: {"vpc_id": "${aws_vpc.net.id}", "cidr_block": f"10.2.{number}.0/24"}
            for number, name in enumerate(("one", "two"))
        },
        "aws_security_group": {
            "web": {"name": "web", "description": "web", "vpc_id": "${aws_vpc.net.id}"}
        },
        "aws_service_discovery_private_dns_namespace": {
            "ns": {
                "name": NAMESPACE,
                "vpc": "${aws_vpc.net.id}",
                "description": description,
                "tags": tags,
            }
        },
        "aws_service_discovery_service": {
            "web": {
                "name": "web",
                "description": description,
                "dns_config": {
                    "namespace_id": "${aws_service_discovery_private_dns_namespace.ns.id}",
                    "routing_policy": "MULTIVALUE",
                    "dns_records": [{"type": "A", "ttl": ttl}],
                },
                "health_check_custom_config": {"failure_threshold": 1},
                "force_destroy": True,
                "tags": tags,
            }
        },
        "aws_ecs_cluster": {"main": {"name": "behaviour", "tags": tags}},
        "aws_ecs_task_definition": {
            "web": {
                "family": "web",
                "network_mode": "awsvpc",
                "requires_compatibilities": ["FARGATE"],
                "cpu": "256",
                "memory": "512",
                "container_definitions": json.dumps([container]),
            }
        },
        "aws_ecs_service": {
            "web": {
                "name": "web",
                "cluster": "${aws_ecs_cluster.main.id}",
                "task_definition": "${aws_ecs_task_definition.web.arn}",
                "desired_count": desired,
                "launch_type": "FARGATE",
                "wait_for_steady_state": True,
                "network_configuration": {
                    "subnets": [f"${{aws_subnet.{name}.id}}" for name in subnets],
                    "security_groups": ["${aws_security_group.web.id}"],
                },
                "service_registries": {"registry_arn": "${aws_service_discovery_service.web.arn}"},
                "tags": tags,
            }
        },
    }


CHANGED = resources(
    description="second",
    ttl=60,
    desired=2,
    image="httpd:2.4.62-alpine",
    subnets=("one", "two"),
    team="red",
)


def identities(folder: Path) -> dict[str, str]:
    """What each resource in a state is imported by."""
    state = json.loads((folder / "terraform.tfstate").read_text())
    found = {
        f"{each['type']}.{each['name']}": each["instances"][0]["attributes"]
        for each in state["resources"]
        if each["mode"] == "managed"
    }
    imported_by = {
        "aws_service_discovery_private_dns_namespace": "{id}:{vpc}",
        "aws_ecs_cluster": "{name}",
        "aws_ecs_task_definition": "{arn}",
    }
    ids = {
        address: imported_by.get(address.split(".")[0], "{id}").format(**attributes)
        for address, attributes in found.items()
    }
    return ids | {"aws_ecs_service.web": "behaviour/web"}


DATA = {
    "aws_route53_zone": {
        "ns": {"name": NAMESPACE, "private_zone": True, "vpc_id": "${aws_vpc.net.id}"}
    },
    "aws_service_discovery_dns_namespace": {"ns": {"name": NAMESPACE, "type": "DNS_PRIVATE"}},
    "aws_service_discovery_service": {
        "web": {
            "name": "web",
            "namespace_id": "${data.aws_service_discovery_dns_namespace.ns.id}",
        }
    },
    "aws_ecs_cluster": {"main": {"cluster_name": "behaviour"}},
    "aws_ecs_service": {
        "web": {"service_name": "web", "cluster_arn": "${data.aws_ecs_cluster.main.arn}"}
    },
    "aws_ecs_task_definition": {"web": {"task_definition": "web"}},
    "aws_ecs_clusters": {"all": {}},
    "aws_ecs_container_definition": {
        "web": {
            "task_definition": "${data.aws_ecs_task_definition.web.arn}",
            "container_name": "web",
        }
    },
}
OUTPUT = {
    "linked_service": {"value": "${data.aws_route53_zone.ns.linked_service_principal}"},
    "namespace": {"value": "${data.aws_route53_zone.ns.linked_service_description}"},
    "hosted_zone": {"value": "${data.aws_service_discovery_dns_namespace.ns.hosted_zone}"},
    "ttl": {"value": "${data.aws_service_discovery_service.web.dns_config[0].dns_records[0].ttl}"},
    "status": {"value": "${data.aws_ecs_cluster.main.status}"},
    "desired": {"value": "${data.aws_ecs_service.web.desired_count}"},
    "revision": {"value": "${data.aws_ecs_task_definition.web.revision}"},
}


def test_one_root_module_is_created_changed_imported_and_destroyed(
    environment: dict[str, str], tmp_path: Path
) -> None:
    aws = AwsClients(environment)
    cloud_map, ecs = aws.servicediscovery, aws.ecs

    def described() -> Any:
        return ecs.describe_services(cluster="behaviour", services=["web"])["services"][0]

    created = module(tmp_path / "created", environment, resource=resources())
    created.apply()
    assert described()["runningCount"] == 1, "apply waited for the steady state"
    assert planned(created) == {}

    changed = module(tmp_path / "created", environment, resource=CHANGED)
    assert planned(changed) == {
        "aws_service_discovery_private_dns_namespace.ns": "updated",
        "aws_service_discovery_service.web": "updated",
        "aws_ecs_cluster.main": "updated",
        "aws_ecs_task_definition.web": "replaced",
        "aws_ecs_service.web": "updated",
    }
    changed.apply()
    service = described()
    assert (service["runningCount"], len(service["deployments"])) == (2, 1)
    assert service["taskDefinition"].endswith("/web:2")
    assert planned(changed) == {}

    ids = identities(changed.folder)
    imported = module(
        tmp_path / "imported",
        environment,
        resource=CHANGED,
        data=DATA,
        output=OUTPUT,
        **{"import": [{"to": address, "id": id_} for address, id_ in ids.items()]},
    )
    # What is Terraform's alone comes from the configuration: force_destroy, wait_for_steady_state.
    assert set(planned(imported).values()) <= {"imported", "updated"}
    imported.apply()
    assert planned(imported) == {}
    (namespace,) = cloud_map.list_namespaces()["Namespaces"]
    values = output([imported])[imported.name]
    assert values == {
        "linked_service": "servicediscovery.amazonaws.com",
        "namespace": namespace["Arn"],
        "hosted_zone": namespace["Properties"]["DnsProperties"]["HostedZoneId"],
        "ttl": 60,
        "status": "ACTIVE",
        "desired": 2,
        "revision": 2,
    }

    (registry,) = cloud_map.list_services()["Services"]
    cloud_map.register_instance(
        ServiceId=registry["Id"],
        InstanceId="somebody-elses",
        Attributes={"AWS_INSTANCE_IPV4": "10.2.0.250"},
    )
    imported.destroy()
    assert cloud_map.list_namespaces()["Namespaces"] == []
    assert aws.route53.list_hosted_zones()["HostedZones"] == []
    assert ecs.list_clusters()["clusterArns"] == []
    assert ecs.list_task_definitions()["taskDefinitionArns"] == []
    vpcs = {vpc["CidrBlock"] for vpc in aws.ec2.describe_vpcs()["Vpcs"]}
    assert "10.2.0.0/16" not in vpcs


def test_a_wrong_order_and_a_name_that_is_taken_fail_as_on_aws(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The text of the second namespace's failure, then ResourceInUse without force_destroy."""
    aws = AwsClients(environment)
    cloud_map = aws.servicediscovery
    vpc = aws.ec2.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
    everything = resources()
    namespace = everything["aws_service_discovery_private_dns_namespace"]["ns"] | {"vpc": vpc}
    service = everything["aws_service_discovery_service"]["web"] | {"force_destroy": False}
    terraform = module(
        tmp_path / "wrong",
        environment,
        resource={
            "aws_service_discovery_private_dns_namespace": {
                "ns": namespace,
                "again": namespace
                | {"depends_on": ["aws_service_discovery_private_dns_namespace.ns"]},
            },
            "aws_service_discovery_service": {"web": service},
        },
    )
    with pytest.raises(TerraformError) as taken:
        terraform.apply()
    words = " ".join(str(taken.value).replace("│", " ").split())
    assert "CANNOT_CREATE_HOSTED_ZONE" in words
    assert "ConflictingDomainExists" in words
    assert f"The VPC {vpc} in region {REGION} has already been associated with" in words

    (registry,) = cloud_map.list_services()["Services"]
    instance = {"ServiceId": registry["Id"], "InstanceId": "left"}
    cloud_map.register_instance(**instance, Attributes={"AWS_INSTANCE_IPV4": "10.3.0.4"})
    with pytest.raises(TerraformError) as in_use:
        terraform.destroy()
    words = " ".join(str(in_use.value).replace("│", " ").split())
    assert f"deleting Service Discovery Service ({registry['Id']})" in words
    assert "StatusCode: 400" in words
    assert (
        "ResourceInUse: Service contains registered instances; "
        "delete the instances before deleting the service"
    ) in words

    cloud_map.deregister_instance(**instance)
    terraform.destroy()
    assert cloud_map.list_namespaces()["Namespaces"] == []
