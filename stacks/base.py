# SPDX-License-Identifier: Apache-2.0
"""What the three stacks have in common: the provider, the default tags, the state's place."""

from stacks.bindings import (
    AwsProvider,
    AwsProviderDefaultTags,
    Construct,
    LocalBackend,
    TerraformOutput,
    TerraformStack,
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
        AwsProvider(
            self, "aws", region=settings.region, default_tags=[AwsProviderDefaultTags(tags=tags)]
        )

    def publish(self, **outputs: str | list[str] | int) -> None:
        """Each value as a Terraform output of that name, for people and for the harness."""
        for name, value in outputs.items():
            TerraformOutput(self, name, value=value)
