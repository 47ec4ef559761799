# SPDX-License-Identifier: Apache-2.0
"""Security group rules of EC2, completed: descriptions of every kind of rule, all that changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule


class SecurityGroupRules(SecurityGroupBackend):
    """moto's rules, whose description moto keeps for addresses only."""

    tags: MutableMapping[str, dict[str, str]]
    """Of EC2's resources, by id."""

    def _iterate_security_rules(
        self,
        ip_protocol: str,
        group_id: str,
        from_port: str,
        to_port: str,
        ip_ranges: list[Any],
        source_groups: list[dict[str, Any]],
        prefix_list_ids: list[dict[str, str]],
        *args: Any,
        **kwargs: Any,
    ) -> Iterator[SecurityGroupRule]:
        """moto: the description of a group's or a prefix list's rule is lost in the rule itself."""
        peers = [*ip_ranges, *source_groups, *prefix_list_ids]
        rules = super()._iterate_security_rules(
            ip_protocol,
            group_id,
            from_port,
            to_port,
            ip_ranges,
            source_groups,
            prefix_list_ids,
            *args,
            **kwargs,
        )
        for peer, rule in zip(peers, rules, strict=True):
            if isinstance(peer, dict):
                _describe(rule, peer.get("Description"))
            yield rule

    def _sg_update_description(
        self, security_rule: SecurityGroupRule, rule: SecurityGroupRule
    ) -> None:
        super()._sg_update_description(security_rule, rule)
        _describe(rule, security_rule.description)

    def modify_security_group_rules(
        self, group_id: str, rules: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """moto: sets IPv4 addresses only, and wants ports. AWS: whatever a rule can have."""
        super().modify_security_group_rules(
            group_id, {id_: {"FromPort": -1, "ToPort": -1, **new} for id_, new in rules.items()}
        )
        group = self.get_security_group_by_name_or_id(group_id)
        for id_, new in rules.items():
            if group is None or (rule := group.get_rule(id_)) is None:
                continue
            if rule.ip_protocol == "-1":
                rule.from_port = rule.to_port = None
            if address := new.get("CidrIpv6"):
                rule.ip_range["CidrIpv6"] = address
            if referenced := new.get("ReferencedGroupId"):
                rule.source_group |= {"GroupId": referenced}
            rule.prefix_list_id = new.get("PrefixListId") or rule.prefix_list_id
            _describe(rule, new.get("Description"))

    def revoke_security_group_ingress(
        self, group_name_or_id: str, *args: Any, **kwargs: Any
    ) -> None:
        with self._rules_forgotten(group_name_or_id):
            super().revoke_security_group_ingress(group_name_or_id, *args, **kwargs)

    def revoke_security_group_egress(
        self, group_name_or_id: str, *args: Any, **kwargs: Any
    ) -> None:
        with self._rules_forgotten(group_name_or_id):
            super().revoke_security_group_egress(group_name_or_id, *args, **kwargs)

    @contextmanager
    def _rules_forgotten(self, group_id: str) -> Iterator[None]:
        """moto: tags outlive their rule. AWS: they go with it."""
        before = self.rule_ids(group_id)
        yield
        self.forget_tags(before - self.rule_ids(group_id))

    def rule_ids(self, group_id: str) -> set[str]:
        """Returns the ids of the rules of a group."""
        group = self.get_security_group_by_name_or_id(group_id)
        return {rule.id for rule in (*group.ingress_rules, *group.egress_rules)} if group else set()

    def forget_tags(self, ids: Iterable[str]) -> None:
        """Deletes the tags of what is not there any more."""
        for id_ in ids:
            self.tags.pop(id_, None)


def _describe(rule: SecurityGroupRule, description: str | None) -> None:
    """Sets the description where moto's rule reads it, and where its group shows a peer group's."""
    for shown in (rule.ip_range, rule.source_group):
        if shown or shown is rule.ip_range:
            shown.pop("Description", None)
            if description:
                shown["Description"] = description
