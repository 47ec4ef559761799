# SPDX-License-Identifier: Apache-2.0
"""The health page, at LocalStack's URL."""

from __future__ import annotations

import os
import resource
import sys
from typing import Any

import moto

from localaws.faults.active import ACTIVE

HEALTH_PATH = "/_localstack/health"

SERVICES = (
    "application-autoscaling",
    "autoscaling",
    "cloudwatch",
    "ec2",
    "ecr",
    "ecs",
    "elb",
    "elbv2",
    "iam",
    "kms",
    "logs",
    "route53",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "sns",
    "ssm",
    "sts",
)
"""What the tests' stacks are made of, by LocalStack's names; moto's other services answer too."""


def health() -> dict[str, Any]:
    """LocalStack's members that apply here, and the version and process that answer."""
    return {
        "edition": "localaws",
        "version": f"moto {moto.__version__}",
        "pid": os.getpid(),
        "peakMemoryBytes": _peak_memory(),
        "faults": ACTIVE.sentences,
        "services": dict.fromkeys(SERVICES, "running"),
    }


def _peak_memory() -> int:
    """The peak of this process's resident memory in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
