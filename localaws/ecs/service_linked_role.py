# SPDX-License-Identifier: Apache-2.0
"""The IAM role through which ECS acts in an account."""

from __future__ import annotations

import json

from moto.iam.models import IAMBackend

ROLE_NAME = "AWSServiceRoleForECS"
ECS_PRINCIPAL = "ecs.amazonaws.com"
ROLE_PATH = f"/aws-service-role/{ECS_PRINCIPAL}/"
TRUST_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ECS_PRINCIPAL},
            "Action": "sts:AssumeRole",
        }
    ],
}


def service_linked_role_arn(account_id: str) -> str:
    """Returns the ARN of the role in an account."""
    return f"arn:aws:iam::{account_id}:role{ROLE_PATH}{ROLE_NAME}"


def create_service_linked_role(iam: IAMBackend) -> None:
    """Creates the role in an account that does not have it.

    moto: no role. AWS: the role exists as soon as the account uses ECS.
    """
    if any(role.name == ROLE_NAME for role in iam.roles.values()):
        return
    iam.create_role(
        ROLE_NAME,
        json.dumps(TRUST_POLICY),
        ROLE_PATH,
        permissions_boundary=None,
        description="Role to enable Amazon ECS to manage your cluster.",
        tags=[],
        max_session_duration="3600",
        linked_service=ECS_PRINCIPAL,
    )
