# SPDX-License-Identifier: Apache-2.0
"""EC2: what is made is shown as it was asked for, and what is deleted leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, refused


def tagged(kind: str) -> Any:
    return [{"ResourceType": kind, "Tags": [{"Key": "team", "Value": "blue"}]}]


def tagged_ids(aws: Account) -> set[str]:
    filters: Any = [{"Name": "key", "Values": ["team"]}]
    return {each["ResourceId"] for each in aws.ec2.describe_tags(Filters=filters)["Tags"]}


def test_tags_go_with_their_resource(aws: Account) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]
    in_vpc: Any = {"VpcId": vpc["VpcId"]}
    subnet = aws.ec2.create_subnet(
        **in_vpc, CidrBlock="10.9.0.0/24", TagSpecifications=tagged("subnet")
    )["Subnet"]
    address = aws.ec2.allocate_address(TagSpecifications=tagged("elastic-ip"))["AllocationId"]
    group = aws.ec2.create_security_group(
        **in_vpc, GroupName="g", Description="d", TagSpecifications=tagged("security-group")
    )["GroupId"]
    rules = [
        aws.ec2.authorize_security_group_ingress(
            GroupId=group,
            IpProtocol="tcp",
            FromPort=port,
            ToPort=port,
            CidrIp="10.0.0.0/8",
            TagSpecifications=tagged("security-group-rule"),
        )["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        for port in (80, 81)
    ]
    assert {vpc["VpcId"], subnet["SubnetId"], address, group, *rules} <= tagged_ids(aws)
    aws.ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=rules[:1])
    assert rules[0] not in tagged_ids(aws)
    aws.ec2.delete_security_group(GroupId=group)
    aws.ec2.release_address(AllocationId=address)
    aws.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    aws.ec2.delete_vpc(**in_vpc)
    assert tagged_ids(aws) == set()


def test_the_default_network_acl_goes_with_its_vpc(aws: Account) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    of_vpc: Any = [{"Name": "vpc-id", "Values": [vpc]}]
    (acl,) = aws.ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"]
    (table,) = aws.ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
    (group,) = aws.ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
    came_along = [acl["NetworkAclId"], table["RouteTableId"], group["GroupId"]]
    aws.ec2.create_tags(Resources=came_along, Tags=[{"Key": "team", "Value": "blue"}])
    aws.ec2.delete_vpc(VpcId=vpc)
    assert aws.ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"] == []
    assert tagged_ids(aws) == set()


def test_dhcp_options_have_the_tags_of_the_call(aws: Account) -> None:
    made = aws.ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name", "Values": ["x.internal"]}],
        TagSpecifications=tagged("dhcp-options"),
    )["DhcpOptions"]
    assert made["Tags"] == [{"Key": "team", "Value": "blue"}]
    aws.ec2.delete_dhcp_options(DhcpOptionsId=made["DhcpOptionsId"])
    assert tagged_ids(aws) == set()


def test_a_flow_log_has_its_folder_and_options_in_s3(aws: Account) -> None:
    aws.client("s3").create_bucket(
        Bucket="flow", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    options: Any = {
        "FileFormat": "parquet",
        "HiveCompatiblePartitions": False,
        "PerHourPartition": True,
    }
    made = aws.ec2.create_flow_logs(
        ResourceIds=[aws.vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::flow/of/the/vpc",
        DestinationOptions=options,
    )["FlowLogIds"]
    (shown,) = aws.ec2.describe_flow_logs(FlowLogIds=made)["FlowLogs"]
    assert shown["DestinationOptions"] == options
    assert shown["LogDestination"] == "arn:aws:s3:::flow/of/the/vpc"


def test_a_flow_log_finds_its_log_group_by_arn(aws: Account) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/flow")
    group: str = logs.describe_log_groups()["logGroups"][0]["arn"]
    made = [
        aws.ec2.create_flow_logs(
            ResourceIds=[aws.vpc],
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestination=arn,
            DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flow",
        )["FlowLogIds"][0]
        for arn in (group, group.replace("/flow", "/none"))
    ]
    shown = aws.ec2.describe_flow_logs(FlowLogIds=made)["FlowLogs"]
    assert {log["FlowLogId"]: log["DeliverLogsStatus"] for log in shown} == {
        made[0]: "SUCCESS",
        made[1]: "FAILED",
    }


def test_a_prefix_list_of_aws_has_its_cidrs(aws: Account) -> None:
    name = "com.amazonaws.ap-northeast-1.s3"
    (found,) = aws.ec2.describe_prefix_lists(
        Filters=[{"Name": "prefix-list-name", "Values": [name]}]
    )["PrefixLists"]
    assert found["PrefixListName"] == name
    entries = aws.ec2.get_managed_prefix_list_entries(PrefixListId=found["PrefixListId"])["Entries"]
    assert found["Cidrs"] == [each["Cidr"] for each in entries] != []


def test_a_prefix_list_keeps_what_a_call_does_not_modify(aws: Account) -> None:
    made = aws.ec2.create_managed_prefix_list(
        PrefixListName="offices", AddressFamily="IPv4", MaxEntries=5
    )["PrefixList"]
    id_ = made["PrefixListId"]

    def shown() -> tuple[str, int, int]:
        (found,) = aws.ec2.describe_managed_prefix_lists(PrefixListIds=[id_])["PrefixLists"]
        return found["PrefixListName"], found["MaxEntries"], found["Version"]

    aws.ec2.modify_managed_prefix_list(
        PrefixListId=id_, CurrentVersion=1, AddEntries=[{"Cidr": "192.0.2.0/24"}]
    )
    assert shown() == ("offices", 5, 2)
    aws.ec2.modify_managed_prefix_list(PrefixListId=id_, MaxEntries=9)
    assert shown() == ("offices", 9, 2)
    aws.ec2.modify_managed_prefix_list(PrefixListId=id_, PrefixListName="homes")
    assert shown() == ("homes", 9, 2)
    code, _, _ = refused(
        lambda: aws.ec2.modify_managed_prefix_list(
            PrefixListId="pl-0123456789abcdef0", MaxEntries=9
        )
    )
    assert code == "InvalidPrefixListID.NotFound"


def group_rule(aws: Account, permission: Any) -> Any:
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=aws.vpc)["GroupId"]
    made = aws.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return made["SecurityGroupRules"][0]


def rule(aws: Account, id_: str) -> Any:
    (found,) = aws.ec2.describe_security_group_rules(SecurityGroupRuleIds=[id_])[
        "SecurityGroupRules"
    ]
    return found


@pytest.mark.parametrize("peer", ["group", "prefix list", "ipv6"])
def test_a_rule_of_any_kind_has_its_description(aws: Account, peer: str) -> None:
    other = aws.ec2.create_security_group(GroupName="o", Description="d", VpcId=aws.vpc)["GroupId"]
    lists = aws.ec2.describe_prefix_lists()["PrefixLists"]
    words = {"Description": "from a peer"}
    permission: Any = {
        "group": {"UserIdGroupPairs": [{"GroupId": other, **words}]},
        "prefix list": {"PrefixListIds": [{"PrefixListId": lists[0]["PrefixListId"], **words}]},
        "ipv6": {"Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32", **words}]},
    }[peer]
    made = group_rule(aws, {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **permission})
    assert made["Description"] == "from a peer"
    assert rule(aws, made["SecurityGroupRuleId"])["Description"] == "from a peer"


def test_a_rule_is_modified_as_a_whole(aws: Account) -> None:
    group = aws.ec2.create_security_group(GroupName="o", Description="d", VpcId=aws.vpc)["GroupId"]
    another = aws.ec2.create_security_group(GroupName="a", Description="d", VpcId=aws.vpc)[
        "GroupId"
    ]
    pairs = [{"GroupId": group, "Description": "old"}]
    made = group_rule(aws, {"IpProtocol": "-1", "UserIdGroupPairs": pairs})
    new: Any = {"IpProtocol": "-1", "ReferencedGroupId": another, "Description": "new"}
    change: Any = {"SecurityGroupRuleId": made["SecurityGroupRuleId"], "SecurityGroupRule": new}
    aws.ec2.modify_security_group_rules(GroupId=made["GroupId"], SecurityGroupRules=[change])
    shown = rule(aws, made["SecurityGroupRuleId"])
    assert shown["ReferencedGroupInfo"]["GroupId"] == another
    assert (shown["IpProtocol"], shown["Description"]) == ("-1", "new")


def test_a_launch_template_keeps_its_own_tags_out_of_its_data(aws: Account) -> None:
    of_instances = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "worker"}]}]
    data: Any = {"InstanceType": "t3.small", "TagSpecifications": of_instances}
    made = aws.ec2.create_launch_template(
        LaunchTemplateName="t", LaunchTemplateData=data, TagSpecifications=tagged("launch-template")
    )["LaunchTemplate"]
    assert made["Tags"] == [{"Key": "team", "Value": "blue"}]
    (version,) = aws.ec2.describe_launch_template_versions(LaunchTemplateName="t")[
        "LaunchTemplateVersions"
    ]
    assert version["LaunchTemplateData"]["TagSpecifications"] == of_instances


def test_a_launch_template_shows_the_tags_that_it_has_now(aws: Account) -> None:
    id_ = aws.ec2.create_launch_template(
        LaunchTemplateName="t",
        LaunchTemplateData={"InstanceType": "t3.small"},
        TagSpecifications=tagged("launch-template"),
    )["LaunchTemplate"]["LaunchTemplateId"]
    aws.ec2.delete_tags(Resources=[id_], Tags=[{"Key": "team"}])
    aws.ec2.create_tags(Resources=[id_], Tags=[{"Key": "stage", "Value": "two"}])
    (shown,) = aws.ec2.describe_launch_templates(LaunchTemplateIds=[id_])["LaunchTemplates"]
    assert shown["Tags"] == [{"Key": "stage", "Value": "two"}]


def test_a_subnet_is_found_by_its_ipv6_association(aws: Account) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
    aws.ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.9.0.0/24")
    made = aws.ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.9.1.0/24", Ipv6CidrBlock=block)[
        "Subnet"
    ]
    (association,) = made["Ipv6CidrBlockAssociationSet"]
    assert association["Ipv6CidrBlockState"] == {"State": "associated"}
    by_id: Any = [
        {
            "Name": "ipv6-cidr-block-association.association-id",
            "Values": [association["AssociationId"]],
        }
    ]
    found = aws.ec2.describe_subnets(Filters=by_id)["Subnets"]
    assert [subnet["SubnetId"] for subnet in found] == [made["SubnetId"]]
