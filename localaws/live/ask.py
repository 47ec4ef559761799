# SPDX-License-Identifier: Apache-2.0
"""Asks a VPC's resolver for a name, as a client in it would."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from dnslib import QTYPE, RCODE, DNSLabel
from moto.ec2.models import ec2_backends
from moto.route53.models import route53_backends

from localaws import runtime
from localaws.timeline.event import rfc3339
from localaws.timeline.stream import STREAM
from localaws.used_backends import used
from localaws.vpc.lookup import Vpc, VpcOfId
from localaws.vpc.resolution import answer, answer_told, group_behind, zone_of
from localaws.zone_index import canonical


class WrongQuestion(ValueError):
    """What is wrong with a question, and what is wanted."""


class NobodyToAsk(Exception):
    """Why no resolver answers a question that is none the worse for it."""


def asked(question: Mapping[str, str]) -> dict[str, Any]:
    """Returns the resolver's answer to `name` and `type`.

    `vpc`, `zone` and `account` choose the VPC: by its id, by a hosted zone of it, or any of the
    account's. Raises WrongQuestion and NobodyToAsk.
    """
    name, type_ = question.get("name", "").rstrip("."), question.get("type", "A").upper()
    if not name or len(name) > 253 or any(not 0 < len(each) < 64 for each in name.split(".")):
        raise WrongQuestion("name=NAME is wanted, a DNS name")
    if type_ not in QTYPE.reverse:
        raise WrongQuestion(f"type={type_}: a record type such as A, AAAA or SRV is wanted")
    with runtime.LOCK:
        vpc = next(_candidates(name, question), None)
    if vpc is None:
        raise NobodyToAsk(f"no VPC{_where(question)} has a private zone with the name {name}")
    zones = vpc.private_zones
    if zones is None:
        raise NobodyToAsk(f"DNS support or DNS hostnames of {vpc.id} are off: no zone answers")
    label = DNSLabel(name)
    found = answer(zones, label, type_)
    STREAM.tell("dns", "answered", partial(answer_told, vpc, label, type_, found))
    zone = zone_of(zones, canonical(name))
    group = group_behind(zone, name, type_) if zone else None
    return {
        "at": rfc3339(time.time()),
        **answer_told(vpc, label, type_, found),
        "ttl": group.members[0].ttl if found.rcode == RCODE.NOERROR and group else None,
        "of": sum(len(each.data) for each in group.members) if group else 0,
    }


def _candidates(name: str, question: Mapping[str, str]) -> Iterator[VpcOfId]:
    """Yields the VPCs that may be meant: the one that is named, those of the zone, else all whose
    zones have the name."""
    if question.get("zone"):
        yield from _of_zone(question["zone"])
        return
    for account, region, ec2 in used(ec2_backends):
        if question.get("account") not in (None, "", account):
            continue
        for vpc in [VpcOfId(account, region, id_) for id_ in [*ec2.vpcs]]:
            if question.get("vpc"):
                if vpc.id == question["vpc"]:
                    yield vpc
            elif _has(vpc, name):
                yield vpc


def _of_zone(zone_id: str) -> Iterator[VpcOfId]:
    for account, _, route53 in used(route53_backends):
        if zone := route53.zones.get(zone_id):
            for each in zone.vpcs:
                yield VpcOfId(account, each["vpc_region"], each["vpc_id"])


def _has(vpc: Vpc, name: str) -> bool:
    return zone_of(vpc.private_zones or {}, canonical(name)) is not None


def _where(question: Mapping[str, str]) -> str:
    zone, account = question.get("zone"), question.get("account")
    named = (
        question.get("vpc"),
        zone and f"of the zone {zone}",
        account and f"of account {account}",
    )
    return "".join(f" {each}" for each in named if each)
