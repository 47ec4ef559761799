# SPDX-License-Identifier: Apache-2.0
"""An inventory lists resources by tag or by names, and says which services it could not list."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from botocore.stub import Stubber
from moto.moto_api._internal.models import MotoAPIBackend
from moto.server import ThreadedMotoServer

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.inventory import Inventory, inventory_by_names, inventory_by_tag
from cloudmap_harness.aws.listing.resource import Resource, ResourceKind, ResourceNames
from cloudmap_harness.aws.tags import ProjectTags
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.errors import AwsError
from cloudmap_harness.waiting import wait_for
from localaws.server import Endpoint
from tests.endpoint.cloudmap_harness.aws.abandoned import KINDS, abandon_deployment

REGION = "ap-northeast-1"
TAGS = ProjectTags("webshop", "blue")
NAMES = ResourceNames(
    cluster="blue",
    ecs_service="web",
    family="blue",
    namespace="blue.internal",
    service="web",
    security_group="blue",
)


def clients(url: str) -> AwsClients:
    return AwsClients(child_environment(Target.LOCAL, {}, endpoint=url, region=REGION))


@pytest.fixture
def aws() -> Iterator[AwsClients]:
    with Endpoint() as endpoint:
        yield clients(endpoint.url)


@pytest.fixture
def plain_moto() -> Iterator[AwsClients]:
    """Yields the clients of a moto server that is empty and this test's own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        # moto keeps its account per process, not per server.
        MotoAPIBackend("us-east-1", "0" * 12).reset()
        yield clients(f"http://{host}:{port}")
    finally:
        server.stop()


def by_tag(aws: AwsClients) -> Inventory:
    return inventory_by_tag(aws, TAGS.project, owns_zone=lambda name: name == "blue.internal.")


def by_names(aws: AwsClients) -> Inventory:
    return inventory_by_names(aws, NAMES)


BOTH = pytest.mark.parametrize("inventory", [by_tag, by_names])


def calls_of(aws: AwsClients) -> list[str]:
    """Returns a list that grows by the operations that are called from now on."""
    names: list[str] = []
    for client in (aws.ec2, aws.ecs, aws.route53, aws.servicediscovery):
        client.meta.events.register("before-call.*.*", lambda model, **_: names.append(model.name))
    return names


@BOTH
def test_an_account_without_the_deployment_has_nothing(
    aws: AwsClients, inventory: Callable[[AwsClients], Inventory]
) -> None:
    abandon_deployment(aws, ProjectTags("another", "green"))
    assert inventory(aws) == Inventory((), ())


@BOTH
def test_the_deployment_is_listed_in_the_order_of_deletion_and_others_are_not(
    aws: AwsClients, inventory: Callable[[AwsClients], Inventory]
) -> None:
    abandon_deployment(aws, TAGS)
    abandon_deployment(aws, ProjectTags("another", "green"))
    found = inventory(aws)
    assert [resource.kind for resource in found.resources] == KINDS
    assert [resource.name for resource in found.resources] == [
        "web",
        "blue",
        "blue",
        "web",
        "blue.internal",
        "blue.internal.",
        "blue",
    ]
    assert found.unlisted == ()


def test_both_inventories_agree_on_ids_and_commands(aws: AwsClients) -> None:
    abandon_deployment(aws, TAGS)
    tagged, named = by_tag(aws).resources, by_names(aws).resources
    assert [(each.id, each.delete_command) for each in tagged] == [
        (each.id, each.delete_command) for each in named
    ]
    assert {each.deployment for each in tagged} == {"blue", ""}
    assert {each.kind for each in tagged if not each.deployment} == {ResourceKind.HOSTED_ZONE}
    assert {each.kind for each in tagged if not each.delete_command} == {ResourceKind.HOSTED_ZONE}


@BOTH
def test_each_service_is_listed_once(
    aws: AwsClients, inventory: Callable[[AwsClients], Inventory]
) -> None:
    abandon_deployment(aws, TAGS)
    calls = calls_of(aws)
    inventory(aws)
    lists = {"ListClusters", "ListNamespaces", "ListHostedZones", "ListTaskDefinitions"}
    lists |= {"DescribeClusters", "DescribeSecurityGroups"}
    assert {name: calls.count(name) for name in lists if calls.count(name) > 1} == {}
    assert calls.count("ListServices") <= 2  # ECS and Cloud Map both have it.


def test_an_ecs_service_that_is_draining_is_found_by_its_name(aws: AwsClients) -> None:
    """ECS leaves it out of ListServices, and DescribeServices has it."""
    cluster = f"arn:aws:ecs:{REGION}:123456789012:cluster/blue"
    service = f"arn:aws:ecs:{REGION}:123456789012:service/blue/web"
    with Stubber(aws.ecs) as ecs:
        ecs.add_response(
            "describe_clusters", {"clusters": [{"clusterArn": cluster, "status": "ACTIVE"}]}
        )
        ecs.add_response(
            "describe_services",
            {"services": [{"serviceArn": service, "status": "DRAINING"}]},
            {"cluster": cluster, "services": ["web"]},
        )
        ecs.add_response("list_tasks", {"taskArns": []})
        ecs.add_response("list_task_definitions", {"taskDefinitionArns": []})
        found = by_names(aws).resources
    assert [(each.kind, each.id) for each in found] == [
        ("ECS service", service),
        ("ECS cluster", cluster),
    ]


@BOTH
def test_instances_are_listed_beyond_the_first_page(
    aws: AwsClients, inventory: Callable[[AwsClients], Inventory]
) -> None:
    abandon_deployment(aws, TAGS)
    client = aws.servicediscovery
    [service] = client.list_services()["Services"]
    for number in range(101):
        client.register_instance(
            ServiceId=service["Id"],
            InstanceId=f"i-{number:03}",
            Attributes={"AWS_INSTANCE_IPV4": f"10.0.8.{number + 4}"},
        )

    def listed() -> list[Resource]:
        kind = ResourceKind.CLOUD_MAP_INSTANCE
        return [each for each in inventory(aws).resources if each.kind is kind]

    found = wait_for(
        listed,
        lambda seen: [] if len(seen) == 101 else [f"{len(seen)} of 101 instances"],
        expected="every instance",
        timeout=30.0,
        interval=0.2,
    )
    assert sorted(each.id for each in found) == [f"i-{number:03}" for number in range(101)]


def test_the_records_in_the_namespaces_zone_are_listed_by_name(aws: AwsClients) -> None:
    abandon_deployment(aws, TAGS)
    client = aws.servicediscovery
    [service] = client.list_services()["Services"]
    for address in ("10.0.8.4", "10.0.8.5"):
        client.register_instance(
            ServiceId=service["Id"],
            InstanceId=address,
            Attributes={"AWS_INSTANCE_IPV4": address},
        )

    def records() -> list[str]:
        return [each.id for each in by_names(aws).resources if each.kind is ResourceKind.RECORD]

    found = wait_for(
        records,
        lambda seen: [] if len(seen) == 2 else [f"{len(seen)} of 2 records"],
        expected="every record",
        timeout=30.0,
        interval=0.2,
    )
    assert sorted(found) == ["web.blue.internal. 10.0.8.4", "web.blue.internal. 10.0.8.5"]


def test_a_service_that_the_endpoint_lacks_is_absent_and_hides_no_other(aws: AwsClients) -> None:
    abandon_deployment(aws, TAGS)
    with Stubber(aws.ecs) as ecs:
        ecs.add_client_error("list_clusters", "InternalFailure", http_status_code=501)
        tagged = by_tag(aws)
        ecs.add_client_error("describe_clusters", "InternalFailure", http_status_code=501)
        named = by_names(aws)
    for found, operation in ((tagged, "ListClusters"), (named, "DescribeClusters")):
        assert [resource.kind for resource in found.resources] == KINDS[3:]
        [absent] = found.unlisted
        assert (absent.service, absent.error.where) == ("ecs", operation)
        assert (found.absent, found.failed) == ((absent,), ())
        found.require_complete()


def test_another_error_is_a_failure_and_hides_no_other(aws: AwsClients) -> None:
    abandon_deployment(aws, TAGS)
    with Stubber(aws.ecs) as ecs:
        ecs.add_client_error("list_clusters", "AccessDeniedException", http_status_code=400)
        tagged = by_tag(aws)
        ecs.add_client_error("describe_clusters", "AccessDeniedException", http_status_code=400)
        named = by_names(aws)
    for found in (tagged, named):
        assert [resource.kind for resource in found.resources] == KINDS[3:]
        [failed] = found.failed
        assert str(failed).startswith("ecs: ") and "AccessDeniedException" in str(failed)
        assert found.absent == ()
        with pytest.raises(AwsError, match="AccessDeniedException"):
            found.require_complete()


def test_what_is_listed_before_an_error_counts(aws: AwsClients) -> None:
    abandon_deployment(aws, TAGS)
    arn = f"arn:aws:ecs:{REGION}:123456789012:cluster/blue"
    cluster = {"clusterArn": arn, "status": "ACTIVE"}
    with Stubber(aws.ecs) as ecs:
        ecs.add_response("describe_clusters", {"clusters": [cluster]})
        ecs.add_response("describe_services", {"services": []})
        ecs.add_response("list_tasks", {"taskArns": []})
        ecs.add_client_error("list_task_definitions", "ServerException", http_status_code=400)
        found = by_names(aws)
    assert found.resources[0] == Resource(
        ResourceKind.ECS_CLUSTER, arn, "blue", "", f"aws ecs delete-cluster --cluster {arn}"
    )
    assert len(found.failed) == 1


def test_plain_moto_has_every_service_that_is_listed(plain_moto: AwsClients) -> None:
    assert by_tag(plain_moto) == by_names(plain_moto) == Inventory((), ())


def test_resources_are_found_by_their_names_and_strangers_are_not(plain_moto: AwsClients) -> None:
    aws = plain_moto
    names = ResourceNames(
        cluster="handson-cluster",
        ecs_service="handson-httpd",
        family="httpd",
        namespace="handson.internal",
        service="web",
        security_group="handson-sg",
    )
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.8.0/24")["Subnet"]["SubnetId"]
    interfaces = {}
    groups = {}
    for name in (names.security_group, "stranger"):
        group = aws.ec2.create_security_group(GroupName=name, Description="x", VpcId=vpc)
        groups[name] = group["GroupId"]
        interface = aws.ec2.create_network_interface(SubnetId=subnet, Groups=[group["GroupId"]])
        interfaces[name] = interface["NetworkInterface"]["NetworkInterfaceId"]
    arns = {}
    for family in (names.family, f"{names.family}-other"):
        reply = aws.ecs.register_task_definition(
            family=family, containerDefinitions=[{"name": "c", "image": "i", "memory": 8}]
        )
        arns[family] = reply["taskDefinition"]["taskDefinitionArn"]
    for name in (names.cluster, "stranger"):
        aws.ecs.create_cluster(clusterName=name)
    service = aws.ecs.create_service(
        cluster=names.cluster,
        serviceName=names.ecs_service,
        taskDefinition=names.family,
        desiredCount=0,
    )
    aws.servicediscovery.create_http_namespace(Name=names.namespace)
    [namespace] = aws.servicediscovery.list_namespaces()["Namespaces"]
    cloud_map = aws.servicediscovery.create_service(Name="web", NamespaceId=namespace["Id"])
    zone = aws.route53.create_hosted_zone(Name=names.namespace, CallerReference="1")["HostedZone"]
    aws.route53.create_hosted_zone(Name="stranger.internal", CallerReference="2")

    found = inventory_by_names(aws, names)
    assert [(each.kind, each.id) for each in found.resources] == [
        ("ECS service", service["service"]["serviceArn"]),
        ("ECS cluster", f"arn:aws:ecs:{REGION}:123456789012:cluster/{names.cluster}"),
        ("task definition", arns[names.family]),
        ("Cloud Map service", cloud_map["Service"]["Id"]),
        ("Cloud Map namespace", namespace["Id"]),
        ("hosted zone", zone["Id"].rsplit("/", 1)[-1]),
        ("network interface", interfaces[names.security_group]),
        ("security group", groups[names.security_group]),
    ]
    assert found.unlisted == ()

    tasks = replace(names, network_interfaces=frozenset(interfaces.values()))
    listed = [
        each
        for each in inventory_by_names(aws, tasks).resources
        if each.id in tasks.network_interfaces
    ]
    assert [each.id for each in listed] == sorted(interfaces.values())
