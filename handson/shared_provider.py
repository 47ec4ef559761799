# SPDX-License-Identifier: Apache-2.0
"""One AWS provider for all Terraform commands of a command of ours; each would start its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.terraform.kept_provider import kept_provider
from handson.context import Context
from handson.project import PROVIDERS


@contextmanager
def shared_provider(
    environment: Mapping[str, str],
) -> Iterator[Callable[[], Mapping[str, str]]]:
    """Runs the provider of the set-up within the block; see kept_provider for what it yields."""
    [binary] = PROVIDERS.glob("*/hashicorp/aws/*/*/terraform-provider-aws_*")
    with kept_provider(binary, environment) as variables:
        yield variables


def provider_for(context: Context) -> AbstractContextManager[Callable[[], Mapping[str, str]]]:
    """Returns shared_provider for the target, but nothing on AWS.

    There every command runs as Terraform runs it by itself.
    """
    if context.target is Target.AWS:
        return nullcontext(dict)
    return shared_provider(context.environment)
