# SPDX-License-Identifier: Apache-2.0
"""EC2's request handler: required parameters, parameters that moto drops, tags of what has gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult

from localaws import constraints
from localaws.bad_input import BadInput
from localaws.moto_mixins import CheckedResponse
from localaws.network_requests import NetworkRequests

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend

DELETION = re.compile("(?:Delete|Release)([A-Za-z]+?)(?:(?<!s)s)?")
"""The calls after which a resource has gone, with the kind of the resource."""

ID_PARAMETERS = {
    "Address": "Allocation",
    "DhcpOption": "DhcpOptions",
    "ManagedPrefixList": "PrefixList",
    "SecurityGroup": "Group",
    "VpcEndpointServiceConfiguration": "Service",
}
"""What names the resource before `Id`, where that is not its kind."""


class EC2ApiResponse(CheckedResponse, NetworkRequests):
    """Answers EC2's requests."""

    @property
    def _backend(self) -> EC2Backend:
        return cast("EC2Backend", self.ec2_backend)

    def call_action(self) -> TYPE_RESPONSE:
        """moto: carries on without a required parameter. AWS: MissingParameter."""
        shape = self._operation.input_shape
        if absent := shape and constraints.missing(shape, self.params):
            raise BadInput("MissingParameter", f"The request must contain the parameter {absent}.")
        reply = super().call_action()
        # moto: tags outlive their resource. AWS: they go with it.
        for id_ in _deleted(self._get_action(), self.params):
            self._backend.tags.pop(id_, None)
        return reply

    def create_dhcp_options(self) -> ActionResult:
        """moto: without the tags of the request."""
        reply = super().create_dhcp_options()
        tags = self._parse_tag_specification().get("dhcp-options", {})
        _members(reply)["DhcpOptions"].add_tags(tags)
        return reply

    def create_flow_logs(self) -> ActionResult:
        """moto: drops the destination options, which Terraform then plans to set for ever."""
        reply = super().create_flow_logs()
        for id_ in _members(reply)["FlowLogIds"]:
            flow_log: Any = self._backend.flow_logs[id_]
            flow_log.destination_options = self._get_param("DestinationOptions")
        return reply

    def describe_prefix_lists(self) -> ActionResult:
        """moto: without the CIDRs of AWS's services."""
        reply = super().describe_prefix_lists()
        _members(reply)["PrefixLists"] = [
            {
                "PrefixListId": each.id,
                "PrefixListName": each.prefix_list_name,
                "Cidrs": [entry["Cidr"] for entry in each.entries[max(each.entries)]],
            }
            for each in _members(reply)["PrefixLists"]
        ]
        return reply

    def modify_managed_prefix_list(self) -> ActionResult:
        """moto: takes the name of a list away when the call has none, and drops MaxEntries."""
        id_ = self._get_param("PrefixListId")
        if (current := self._backend.managed_prefix_lists.get(id_)) is None:
            raise BadInput(
                "InvalidPrefixListID.NotFound", f"The prefix list ID '{id_}' does not exist"
            )
        self.params.setdefault("PrefixListName", current.prefix_list_name)
        current.max_entries = self._get_param("MaxEntries", current.max_entries)
        return super().modify_managed_prefix_list()


def _members(reply: ActionResult) -> dict[str, Any]:
    return cast(dict[str, Any], reply.result)


def _deleted(action: str, parameters: dict[str, Any]) -> Iterator[str]:
    """Yields the ids of the resources that a call has deleted."""
    if match := DELETION.fullmatch(action):
        name = ID_PARAMETERS.get(match[1], match[1])
        if id_ := parameters.get(f"{name}Id"):
            yield id_
        yield from parameters.get(f"{name}Ids") or ()
