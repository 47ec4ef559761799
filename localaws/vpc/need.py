# SPDX-License-Identifier: Apache-2.0
"""Which VPCs somebody may want to look into: those with a private zone or a task."""

from __future__ import annotations

from typing import cast

from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.route53.models import route53_backends

from localaws.ecs.backend import Ecs
from localaws.ecs.task_states import TaskState
from localaws.route53 import HostedZones
from localaws.used_backends import used
from localaws.vpc.lookup import VpcOfId


def vpcs_in_need() -> list[VpcOfId]:
    """Returns the VPCs of all accounts that have a private zone or a task; the caller has the lock.

    A stopped task counts no more, although ECS shows it for an hour.
    """
    wanted = {
        (account_id, task.vpc_id)
        for account_id, _, ecs in used(ecs_backends)
        for task in cast(Ecs, ecs).all_tasks
        if task.last_status != TaskState.STOPPED
    } | {
        (account_id, vpc_id)
        for account_id, _, route53 in used(route53_backends)
        for vpc_id in cast(HostedZones, route53).zones_by_vpc
    }
    return [
        VpcOfId(account_id, region, vpc_id)
        for account_id, region, ec2 in used(ec2_backends)
        for vpc_id in [*ec2.vpcs]
        if (account_id, vpc_id) in wanted
    ]
