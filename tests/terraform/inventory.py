# SPDX-License-Identifier: Apache-2.0
"""Everything that an account holds and a stack can leave behind, by type and id."""

from typing import Any

from cloudmap_harness.aws.clients import AwsClients

LISTINGS: tuple[tuple[str, str, str, str], ...] = (
    ("application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId"),
    ("application-autoscaling", "describe_scaling_policies", "ScalingPolicies", "PolicyARN"),
    (
        "application-autoscaling",
        "describe_scheduled_actions",
        "ScheduledActions",
        "ScheduledActionARN",
    ),
    ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupARN"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmArn"),
    ("ec2", "describe_addresses", "Addresses", "AllocationId"),
    ("ec2", "describe_dhcp_options", "DhcpOptions", "DhcpOptionsId"),
    (
        "ec2",
        "describe_egress_only_internet_gateways",
        "EgressOnlyInternetGateways",
        "EgressOnlyInternetGatewayId",
    ),
    ("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    ("ec2", "describe_managed_prefix_lists", "PrefixLists", "PrefixListId"),
    ("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    (
        "ec2",
        "describe_security_group_rules",
        "SecurityGroupRules",
        "SecurityGroupRuleId",
    ),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_tags", "Tags", "ResourceId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    (
        "ec2",
        "describe_vpc_peering_connections",
        "VpcPeeringConnections",
        "VpcPeeringConnectionId",
    ),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("ecr", "describe_repositories", "repositories", "repositoryArn"),
    ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
    ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn"),
    ("iam", "list_instance_profiles", "InstanceProfiles", "Arn"),
    ("iam", "list_roles", "Roles", "Arn"),
    ("iam", "list_users", "Users", "Arn"),
    ("kms", "list_aliases", "Aliases", "AliasName"),
    ("logs", "describe_log_groups", "logGroups", "arn"),
    ("route53", "list_hosted_zones", "HostedZones", "Id"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("secretsmanager", "list_secrets", "SecretList", "ARN"),
    ("servicediscovery", "list_namespaces", "Namespaces", "Id"),
    ("servicediscovery", "list_services", "Services", "Id"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
)
"""Client, operation, the member of its reply, and the member that tells its items apart."""

SERVICE_LINKED = "/aws-service-role/"
"""The path of roles that AWS makes, which outlive what they are made for."""

ARGUMENTS: dict[str, dict[str, Any]] = {
    "describe_scalable_targets": {"ServiceNamespace": "ecs"},
    "describe_scaling_policies": {"ServiceNamespace": "ecs"},
    "describe_scheduled_actions": {"ServiceNamespace": "ecs"},
}


def contents(aws: AwsClients) -> set[str]:
    """Returns what the account has, each as `operation id`."""
    found = {
        f"{operation} {each[id_]}"
        for service, operation, key, id_ in LISTINGS
        for page in _pages(aws, service, operation)
        for each in page[key]
        if not _has_gone(each) and SERVICE_LINKED not in each.get("Path", "")
    }
    found |= {f"cluster {arn}" for arn in aws.ecs.list_clusters()["clusterArns"]}
    own: Any = aws.client("iam").list_policies(Scope="Local")["Policies"]
    found |= {f"policy {policy['Arn']}" for policy in own}
    found |= {
        f"task definition {arn}"
        for arn in aws.ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"]
    }
    return found


def _pages(aws: AwsClients, service: str, operation: str) -> Any:
    client = aws.client(service)
    arguments = ARGUMENTS.get(operation, {})
    if client.can_paginate(operation):
        return client.get_paginator(operation).paginate(**arguments)
    return [getattr(client, operation)(**arguments)]


def _has_gone(each: dict[str, Any]) -> bool:
    """Whether this is a NAT gateway or a peering connection that is still shown for some time."""
    status = each.get("Status")
    code = status.get("Code") if isinstance(status, dict) else None
    return each.get("State") == "deleted" or code == "deleted"
