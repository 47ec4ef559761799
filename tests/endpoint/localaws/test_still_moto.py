# SPDX-License-Identifier: Apache-2.0
"""What moto does for the services that we do not touch, and beside us in those that we do."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends

from localaws.install import installed
from tests.endpoint.localaws.account import NAMESPACE, Account, error_of, refused
from tests.support.waiting import eventually


def test_a_zone_of_the_user_s_own_is_still_motos(aws: Account) -> None:
    zone = aws.route53.create_hosted_zone(Name="example.com", CallerReference="x")["HostedZone"]
    record: Any = {
        "Name": "www.example.com",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    }
    aws.route53.change_resource_record_sets(
        HostedZoneId=zone["Id"],
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
    records = aws.route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    assert [each["Type"] for each in records] == ["NS", "SOA", "A"]


def test_motos_reset_gives_a_new_account(aws: Account) -> None:
    aws.namespace(NAMESPACE)
    request = urllib.request.Request(f"{aws.url}/moto-api/reset", method="POST")
    urllib.request.urlopen(request).close()
    assert aws.cloud_map.list_namespaces()["Namespaces"] == []
    fresh = Account(aws.url)
    eventually(lambda: len(fresh.subnets()), lambda count: count == 2)


def test_moto_has_its_own_backends_back_afterwards() -> None:
    ours = ecs_backends.backend
    with installed():
        assert issubclass(ecs_backends.backend, EC2ContainerServiceBackend)
    assert ecs_backends.backend is ours


def test_other_services_are_motos(aws: Account) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": aws.region})
    s3.put_object(Bucket="bucket", Key="k", Body=b"v")
    assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"v"
    queue = aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    assert queue.endswith("/123456789012/q")
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_images_and_the_default_vpc_are_motos(aws: Account) -> None:
    images = aws.ec2.describe_images(Owners=["amazon"])["Images"]
    assert len(images) > 500
    defaults: Any = [{"Name": "is-default", "Values": ["true"]}]
    (vpc,) = aws.ec2.describe_vpcs(Filters=defaults)["Vpcs"]
    assert vpc["CidrBlock"] == "172.31.0.0/16"
    (instance,) = aws.ec2.run_instances(
        ImageId=images[0]["ImageId"], MinCount=1, MaxCount=1, SubnetId=next(iter(aws.subnets()))
    )["Instances"]
    assert instance["VpcId"] == aws.vpc


def test_a_whole_network_comes_and_goes(aws: Account) -> None:
    vpc = aws.another_vpc()
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    eni = aws.ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]
    aws.ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])
    aws.ec2.delete_security_group(GroupId=group)
    aws.ec2.delete_subnet(SubnetId=subnet)
    aws.ec2.delete_vpc(VpcId=vpc)
    assert vpc not in {each["VpcId"] for each in aws.ec2.describe_vpcs()["Vpcs"]}


def test_capacity_providers_attributes_and_account_settings_are_motos(aws: Account) -> None:
    aws.ecs.put_account_setting(name="containerInsights", value="enabled")
    settings = aws.ecs.list_account_settings(name="containerInsights")["settings"]
    assert [setting["value"] for setting in settings] == ["enabled"]
    aws.ecs.create_cluster(clusterName="handson")
    aws.ecs.put_cluster_capacity_providers(
        cluster="handson",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )
    (cluster,) = aws.ecs.describe_clusters(clusters=["handson"])["clusters"]
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]


def test_a_stack_of_cloudformation_makes_ecs_resources_as_in_moto(aws: Account) -> None:
    container = {"Name": "c", "Image": "i", "Memory": 64}
    template = {
        "Resources": {
            "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "handson"}},
            "Definition": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {"Family": "plain", "ContainerDefinitions": [container]},
            },
            "Service": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "Cluster": {"Ref": "Cluster"},
                    "DesiredCount": 1,
                    "TaskDefinition": {"Ref": "Definition"},
                },
            },
        }
    }
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(template))
    assert aws.ecs.list_clusters()["clusterArns"][0].endswith("/handson")
    assert len(aws.ecs.list_services(cluster="handson")["serviceArns"]) == 1
    cloudformation.delete_stack(StackName="s")


def test_tags_of_fargate_services_are_found_by_the_tagging_api(aws: Account) -> None:
    aws.ecs_service(None, desired=0, tags=[{"key": "team", "value": "blue"}])
    found = aws.client("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "team", "Values": ["blue"]}], ResourceTypeFilters=["ecs:service"]
    )["ResourceTagMappingList"]
    assert [each["ResourceARN"] for each in found] == [aws.described()["serviceArn"]]


def test_a_zone_of_the_users_own_has_changes_checks_and_tags_as_in_moto(aws: Account) -> None:
    zone = aws.route53.create_hosted_zone(Name="example.com", CallerReference="x")["HostedZone"]
    bare = zone["Id"].removeprefix("/hostedzone/")
    call: Any = {"ResourceType": "hostedzone", "AddTags": [{"Key": "team", "Value": "blue"}]}
    aws.route53.change_tags_for_resource(ResourceId=bare, **call)
    tags = aws.route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=bare)
    assert tags["ResourceTagSet"]["Tags"] == call["AddTags"]
    # With its prefix the id is refused, which moto has checked against AWS.
    with pytest.raises(ClientError) as caught:
        aws.route53.change_tags_for_resource(ResourceId="/hostedzone/Z" + "A" * 20, **call)
    assert error_of(caught)[0] == "InvalidInput"
    assert "Member must have length less than or equal to 32" in error_of(caught)[1]
    check = aws.route53.create_health_check(
        CallerReference="c", HealthCheckConfig={"Type": "TCP", "IPAddress": "192.0.2.1"}
    )["HealthCheck"]["Id"]
    assert aws.route53.get_health_check(HealthCheckId=check)["HealthCheck"]["Id"] == check
    aws.route53.update_hosted_zone_comment(Id=bare, Comment="mine")
    aws.route53.delete_hosted_zone(Id=bare)
    assert aws.route53.list_hosted_zones()["HostedZones"] == []


def test_services_attributes_have_motos_limit(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    for name in ("a", "b"):
        some = {f"{name}{number}": "v" for number in range(15)}
        aws.cloud_map.update_service_attributes(ServiceId=service_id, Attributes=some)
    call: Any = {"ServiceId": service_id, "Attributes": {"one-more": "v"}}
    code, _, _ = refused(lambda: aws.cloud_map.update_service_attributes(**call))
    assert code == "ServiceAttributesLimitExceededException"
