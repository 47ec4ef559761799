# SPDX-License-Identifier: Apache-2.0
"""The base of the three stacks: the provider, its default tags and the backend of the state."""

from stacks.bindings import (
    AwsProvider,
    AwsProviderDefaultTags,
    Construct,
    LocalBackend,
    S3Backend,
    TerraformOutput,
    TerraformStack,
    TerraformVariable,
)
from stacks.settings import PROJECT, Settings


class HandsOnStack(TerraformStack):
    """A stack of the hands-on, without an endpoint or credentials: those are environment."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        self._add_backend(settings)
        tags = {"Project": PROJECT, "Deployment": settings.deployment, "ManagedBy": "terraform"}
        # A Terraform variable, so that the JSON names no account: with TF_VAR_<name> set, the
        # provider refuses every other account.
        accounts = TerraformVariable(
            self,
            "allowed_account_ids",
            type="list(string)",
            default=[],
            description="The AWS accounts that Terraform may touch; none given, any.",
        )
        AwsProvider(
            self,
            "aws",
            region=settings.region,
            allowed_account_ids=accounts.list_value,
            default_tags=[AwsProviderDefaultTags(tags=tags)],
        )

    def _add_backend(self, settings: Settings) -> None:
        """Keeps the state in a local file or in S3; references between stacks use the same."""
        stack = self.node.id
        if not settings.state_bucket:
            # Beside the output folder, where CDKTF puts it, but relative to the stack's working
            # directory (<outdir>/stacks/<stack>): CDKTF itself writes an absolute path.
            LocalBackend(self, path=f"../../../terraform.{stack}.tfstate")
            return
        S3Backend(
            self,
            bucket=settings.state_bucket,
            key=f"{settings.state_prefix}/{settings.deployment}/{stack}.tfstate",
            region=settings.state_region or settings.region,
            encrypt=True,
        )
        # Terraform 1.10 and newer lock with an object beside the state; CDKTF has no option for it.
        self.add_override("terraform.backend.s3.use_lockfile", True)

    def publish(self, **outputs: str | list[str] | float) -> None:
        """Adds a Terraform output for each value, for people and for the harness."""
        for name, value in outputs.items():
            TerraformOutput(self, name, value=value)
