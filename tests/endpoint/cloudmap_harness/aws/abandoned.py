# SPDX-License-Identifier: Apache-2.0
"""Creates what a deployment leaves in an account when nobody destroys it."""

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.tags import ProjectTags
from cloudmap_harness.waiting import wait_for

KINDS = [
    "ECS service",
    "ECS cluster",
    "task definition",
    "Cloud Map service",
    "Cloud Map namespace",
    "hosted zone",
    "security group",
]
"""The kinds that `abandon_deployment` creates, in the order in which they can be deleted."""


def abandon_deployment(aws: AwsClients, tags: ProjectTags) -> None:
    """Creates one resource of each kind, with the tags and the deployment's name."""
    name = tags.deployment
    [vpc] = aws.ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["false"]}])["Vpcs"]
    vpc_id = vpc["VpcId"]
    aws.ec2.create_security_group(
        GroupName=name,
        Description="x",
        VpcId=vpc_id,
        TagSpecifications=tags.for_ec2("security-group", name),
    )
    aws.ecs.create_cluster(clusterName=name, tags=tags.for_ecs())
    aws.ecs.register_task_definition(
        family=name,
        containerDefinitions=[{"name": "a", "image": "httpd"}],
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        tags=tags.for_ecs(),
    )
    subnets = aws.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])
    aws.ecs.create_service(
        cluster=name,
        serviceName="web",
        taskDefinition=name,
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": [subnets["Subnets"][0]["SubnetId"]]}
        },
    )
    namespace = f"{name}.internal"
    aws.servicediscovery.create_private_dns_namespace(
        Name=namespace, Vpc=vpc_id, Tags=tags.for_cloud_map()
    )
    created = wait_for(
        lambda: [
            each
            for each in aws.servicediscovery.list_namespaces()["Namespaces"]
            if each["Name"] == namespace
        ],
        lambda found: [] if found else ["no namespace"],
        expected="the namespace",
        timeout=30.0,
        interval=0.05,
    )
    aws.servicediscovery.create_service(
        Name="web",
        NamespaceId=created[0]["Id"],
        DnsConfig={"DnsRecords": [{"Type": "A", "TTL": 60}]},
        Tags=tags.for_cloud_map(),
    )
