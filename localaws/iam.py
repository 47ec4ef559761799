# SPDX-License-Identifier: Apache-2.0
"""IAM, completed: AWS's managed policies, made when somebody asks for a policy."""

from __future__ import annotations

import json

from moto.core.responses import ActionResult
from moto.iam import urls
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy
from moto.iam.responses import IamResponse

from localaws.moto_mixins import CheckedResponse, OwnUrls


class IamApiResponse(CheckedResponse, IamResponse):
    """Answers IAM's requests."""

    def list_service_specific_credentials(self) -> ActionResult:
        """Nobody can create any. Terraform asks before it destroys a user with force_destroy."""
        self.backend.get_user(self._get_param("UserName"))
        return ActionResult({"ServiceSpecificCredentials": []})


class Iam(OwnUrls, IAMBackend):
    """moto's IAM with the policies that AWS manages.

    moto has all 1,300 from the start of each account, or, by default, none of them.
    """

    moto_urls = urls
    responses = IamApiResponse

    _of_aws: list[ManagedPolicy] | None = None
    """None until somebody asks."""
    _policies: dict[str, ManagedPolicy]
    """AWS's and the account's own, by ARN."""

    def _init_aws_policies(self) -> list[ManagedPolicy]:
        """Called by moto while the backend is made, when nobody asks yet."""
        return []

    def _init_managed_policies(self) -> dict[str, ManagedPolicy]:
        return {}

    def _make_policies(self) -> list[ManagedPolicy]:
        if self._of_aws is None:
            self._of_aws = [
                AWSManagedPolicy.from_data(name, self.account_id, self.region_name, policy)
                for name, policy in json.loads(aws_managed_policies_data).items()
            ]
            self._policies |= {policy.arn: policy for policy in self._of_aws}
        return self._of_aws

    @property
    def aws_managed_policies(self) -> list[ManagedPolicy]:
        """AWS's policies."""
        return self._make_policies()

    @aws_managed_policies.setter
    def aws_managed_policies(self, empty: list[ManagedPolicy]) -> None:
        """Called by moto, also for a reset."""
        self._of_aws = None

    @property
    def managed_policies(self) -> dict[str, ManagedPolicy]:
        """AWS's policies and the account's own, by ARN."""
        self._make_policies()
        return self._policies

    @managed_policies.setter
    def managed_policies(self, empty: dict[str, ManagedPolicy]) -> None:
        self._policies = empty
