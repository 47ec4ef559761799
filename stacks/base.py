# SPDX-License-Identifier: Apache-2.0
"""What the three stacks have in common: the provider, the default tags, the state's place."""

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
from stacks.settings import Settings

PROJECT = "cloudmap-handson"


class HandsOnStack(TerraformStack):
    """A stack of the hands-on. Where it goes is no part of it: that is the environment's matter."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        self._keep_state(settings)
        tags = {"Project": PROJECT, "Deployment": settings.deployment, "ManagedBy": "terraform"}
        # A variable, since it is a run's matter and not the artefact's: with TF_VAR_<name> set the
        # provider refuses any other account; without it there is no restriction.
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

    def _keep_state(self, settings: Settings) -> None:
        """By the settings, here or in S3; references between the stacks follow."""
        stack = self.node.id
        if not settings.state_bucket:
            # Beside the output folder, as CDKTF has it, but counted from the stack's working
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
        # Terraform's own lock, an object beside the state (1.10 and newer); CDKTF knows of none.
        self.add_override("terraform.backend.s3.use_lockfile", True)

    def publish(self, **outputs: str | list[str] | int) -> None:
        """Each value as a Terraform output of that name, for people and for the harness."""
        for name, value in outputs.items():
            TerraformOutput(self, name, value=value)
