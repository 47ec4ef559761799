# SPDX-License-Identifier: Apache-2.0
"""AWS's managed policies, there for whoever attaches one; a user's credentials of services."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.models import iam_backends

from localaws.iam import Iam
from tests.endpoint.localaws.account import Account, refused

EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
TRUST: Any = {"Version": "2012-10-17", "Statement": []}


@pytest.fixture
def iam(aws: Account) -> Any:
    client = aws.client("iam")
    client.create_role(RoleName="task", AssumeRolePolicyDocument=json.dumps(TRUST))
    return client


def made() -> bool:
    backend = iam_backends["123456789012"]["aws"]
    assert isinstance(backend, Iam)
    return backend._of_aws is not None


def test_a_policy_of_awss_is_attached_and_detached(iam: Any) -> None:
    iam.attach_role_policy(RoleName="task", PolicyArn=EXECUTION)
    (attached,) = iam.list_attached_role_policies(RoleName="task")["AttachedPolicies"]
    assert attached == {"PolicyName": EXECUTION.rsplit("/", 1)[-1], "PolicyArn": EXECUTION}
    policy = iam.get_policy(PolicyArn=EXECUTION)["Policy"]
    assert (policy["Path"], policy["AttachmentCount"]) == ("/service-role/", 1)
    iam.detach_role_policy(RoleName="task", PolicyArn=EXECUTION)
    iam.delete_role(RoleName="task")


def test_the_accounts_own_policies_are_beside_awss(iam: Any) -> None:
    own = iam.create_policy(
        PolicyName="own",
        PolicyDocument=json.dumps(
            TRUST | {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
        ),
    )["Policy"]["Arn"]
    local = iam.list_policies(Scope="Local")["Policies"]
    assert [policy["Arn"] for policy in local] == [own]
    assert len(iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"]) == 1000


def test_a_policy_that_aws_does_not_have_is_refused(iam: Any) -> None:
    arn = "arn:aws:iam::aws:policy/NoSuch"
    code, _, _ = refused(lambda: iam.attach_role_policy(RoleName="task", PolicyArn=arn))
    assert code == "NoSuchEntity"


def test_a_user_has_no_credentials_of_services(iam: Any) -> None:
    iam.create_user(UserName="ci")
    found = iam.list_service_specific_credentials(UserName="ci")
    assert found["ServiceSpecificCredentials"] == []
    code, _, _ = refused(lambda: iam.list_service_specific_credentials(UserName="nobody"))
    assert code == "NoSuchEntity"


def test_they_are_made_when_somebody_asks(aws: Account, iam: Any) -> None:
    aws.ecs.create_cluster(clusterName="handson")  # With the service-linked role.
    iam.list_roles()
    assert not made()
    iam.get_policy(PolicyArn=EXECUTION)
    assert made()
