# SPDX-License-Identifier: Apache-2.0
"""EC2, completed: a default network in each account, and network interfaces for ECS tasks."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from moto.ec2 import urls
from moto.ec2.models.instances import Instance, InstanceState, Reservation
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC

from localaws.ec2_requests import EC2ApiResponse
from localaws.flow_logs import FlowLogDestinations
from localaws.images import ImagesOnDemand
from localaws.moto_mixins import ErrorReply, OwnUrls
from localaws.nat_gateways import NatGateways
from localaws.network_seed import seed_network
from localaws.security_group_rules import SecurityGroupRules
from localaws.subnets import Subnets
from localaws.vpc_endpoints import VpcEndpoints
from localaws.vpn_gateways import VpnGateways

PRIMARY_INTERFACE = "Primary network interface"
"""moto's description of the interface that is made with an instance."""


@contextmanager
def _nothing_added_when_refused(resources: MutableMapping[str, Any]) -> Iterator[None]:
    """Takes away what was added to the resources when the block raises."""
    before = {*resources}
    try:
        yield
    except Exception:
        for added in resources.keys() - before:
            del resources[added]
        raise


class EC2(
    OwnUrls,
    ImagesOnDemand,
    FlowLogDestinations,
    SecurityGroupRules,
    Subnets,
    NatGateways,
    VpcEndpoints,
    VpnGateways,
):
    """moto's EC2 with a network in it from the start, see default_network."""

    moto_urls = urls
    responses = EC2ApiResponse

    # moto's reset empties a backend before it fills it again. The VPCs' resolvers read these two
    # without a lock and find no VPC in the meantime.
    vpcs: dict[str, VPC] = {}
    tags: dict[str, dict[str, str]] = {}

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        seed_network(self)

    def create_vpc(self, *args: Any, **kwargs: Any) -> VPC:
        """moto: the default group lets nobody in. AWS: whoever is in it [VPC user guide]."""
        vpc = super().create_vpc(*args, **kwargs)
        group = self.get_default_security_group(vpc.id)
        if group is not None:
            itself = {"GroupId": group.id, "OwnerId": self.account_id, "UserId": self.account_id}
            rule = SecurityGroupRule(
                self, "-1", group.id, None, None, None, source_group=itself, is_egress=False
            )
            group.add_ingress_rule(rule)
        return vpc

    def run_instances(self, *args: Any, **kwargs: Any) -> Reservation:
        """moto: leaves the reservation of a call that it refuses."""
        with _nothing_added_when_refused(self.reservations):
            return super().run_instances(*args, **kwargs)

    def vpc_named(self, name: str) -> VPC | None:
        """The VPC with this Name tag, or None. Needs no lock: it copies the VPCs in one step."""
        for vpc in [*self.vpcs.values()]:
            if self.tags.get(vpc.id, {}).get("Name") == name:
                return vpc
        return None

    def instance(self, id_: str) -> Instance | None:
        """Returns the instance of this id, also a terminated one, or None."""
        return next((each for each in self._instances() if each.id == id_), None)

    def instances_with_user_data(self) -> list[Instance]:
        return [instance for instance in self._instances() if instance.user_data]

    def _instances(self) -> Iterator[Instance]:
        for reservation in self.reservations.values():
            yield from reservation.instances

    def terminate_instances(self, instance_ids: list[str]) -> list[tuple[Instance, InstanceState]]:
        """moto: the primary interface stays. AWS: it goes with the instance that it came with."""
        for instance in self._instances():
            if instance.id in instance_ids:
                for interface in instance.nics.values():
                    if interface.description == PRIMARY_INTERFACE:
                        interface.delete_on_termination = True
        return super().terminate_instances(instance_ids)

    def create_launch_template(
        self, name: str, description: str, template_data: dict[str, Any], *args: Any
    ) -> LaunchTemplate:
        """moto: puts the template's own tags into its data. AWS: only those of what it makes."""
        specifications = template_data.get("TagSpecifications") or []
        data = {key: value for key, value in template_data.items() if key != "TagSpecifications"}
        if others := [each for each in specifications if each["ResourceType"] != "launch-template"]:
            data["TagSpecifications"] = others
        return super().create_launch_template(name, description, data, *args)

    def describe_launch_templates(self, *args: Any, **kwargs: Any) -> list[LaunchTemplate]:
        """moto: with the tags of their creation. AWS: with those that they have now."""
        templates = super().describe_launch_templates(*args, **kwargs)
        for template in templates:
            template.tags = template.get_tags()
        return templates

    def delete_vpc(self, vpc_id: str) -> VPC:
        """moto: the default network ACL stays, and tags. AWS: what came with the VPC goes too."""
        tables, groups = self.route_tables.values(), self.groups.get(vpc_id, {})
        came_along = [vpc_id, *(each.id for each in tables if each.vpc_id == vpc_id), *groups]
        vpc = super().delete_vpc(vpc_id)
        for acl in [*self.network_acls.values()]:
            if acl.vpc_id == vpc_id and acl.default:
                del self.network_acls[acl.id]
                came_along.append(acl.id)
        self.forget_tags(came_along)
        return vpc

    def delete_subnet(self, subnet_id: str) -> Subnet:
        """moto: deletes any. AWS: refuses while a network interface is in the subnet."""
        if any(eni.subnet_id == subnet_id for eni in self.enis.values()):
            raise ErrorReply(
                "DependencyViolation",
                f"The subnet '{subnet_id}' has dependencies and cannot be deleted.",
            )
        return super().delete_subnet(subnet_id)

    def delete_security_group(self, name: str | None = None, group_id: str | None = None) -> None:
        """moto: deletes any. AWS: refuses while a network interface has the group."""
        group = self.get_security_group_by_name_or_id(group_id or name or "")
        if group and any(group in eni.group_set for eni in self.enis.values()):
            raise ErrorReply("DependencyViolation", f"resource {group.id} has a dependent object")
        rules = self.rule_ids(group.id) if group else set()
        super().delete_security_group(name=name, group_id=group_id)
        self.forget_tags(rules)
