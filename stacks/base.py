# SPDX-License-Identifier: Apache-2.0
"""What the three stacks have in common: the provider, the default tags, the state's place."""

from stacks.bindings import (
    AwsProvider,
    AwsProviderDefaultTags,
    Construct,
    LocalBackend,
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
        # Beside the output folder, as CDKTF has it, but counted from the stack's working directory
        # (<outdir>/stacks/<stack>): CDKTF itself writes the absolute path into the JSON.
        LocalBackend(self, path=f"../../../terraform.{id_}.tfstate")
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

    def publish(self, **outputs: str | list[str] | int) -> None:
        """Each value as a Terraform output of that name, for people and for the harness."""
        for name, value in outputs.items():
            TerraformOutput(self, name, value=value)
