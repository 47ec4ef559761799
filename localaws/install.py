# SPDX-License-Identifier: Apache-2.0
"""Replaces some of moto's backends by ours, and puts moto's back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core.base_backend import BackendDict
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.route53.models import route53_backends
from moto.servicediscovery.models import servicediscovery_backends
from moto.sqs.models import sqs_backends
from moto.ssm.models import ssm_backends

from localaws.autoscaling.backend import ApplicationAutoScaling
from localaws.classic_load_balancers import ClassicLoadBalancers
from localaws.cloudmap.backend import CloudMap
from localaws.ec2 import EC2
from localaws.ecs.backend import Ecs
from localaws.iam import Iam
from localaws.keys import Keys
from localaws.load_balancers import LoadBalancers
from localaws.log_groups import LogGroups
from localaws.parameters import SystemsManager
from localaws.queues import Queues
from localaws.route53 import HostedZones

COMPLETED: tuple[tuple[BackendDict[Any], type[Any]], ...] = (
    (applicationautoscaling_backends, ApplicationAutoScaling),
    (ec2_backends, EC2),
    (ecs_backends, Ecs),
    (elb_backends, ClassicLoadBalancers),
    (elbv2_backends, LoadBalancers),
    (iam_backends, Iam),
    (kms_backends, Keys),
    (logs_backends, LogGroups),
    (route53_backends, HostedZones),
    (servicediscovery_backends, CloudMap),
    (sqs_backends, Queues),
    (ssm_backends, SystemsManager),
)
"""moto's backends and the class that each uses while ours are installed.

`BackendDict.backend` is moto's seam. `installed` raises if an upgrade of moto removes it.
"""


@contextmanager
def installed() -> Iterator[None]:
    """Uses our backends within the block, with empty state before and after it."""
    originals = [backends.backend for backends, _ in COMPLETED]
    try:
        for backends, ours in COMPLETED:
            if not issubclass(ours, backends.backend):
                raise TypeError(f"{ours} does not complete moto's {backends.backend}")
            backends.backend = ours
        BackendDict.reset()
        yield
    finally:
        BackendDict.reset()
        for (backends, _), original in zip(COMPLETED, originals, strict=True):
            backends.backend = original
