# SPDX-License-Identifier: Apache-2.0
"""One AWS provider for all Terraform commands of a command of ours; each would start its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from cloudmap_harness.terraform.kept_provider import kept_provider
from handson.project import PROVIDERS


@contextmanager
def shared_provider(
    environment: Mapping[str, str],
) -> Iterator[Callable[[], Mapping[str, str]]]:
    """Runs the provider of the set-up within the block; see kept_provider for what it yields.

    Not for AWS: there every command runs as Terraform runs it by itself.
    """
    [binary] = PROVIDERS.glob("*/hashicorp/aws/*/*/terraform-provider-aws_*")
    with kept_provider(binary, environment) as variables:
        yield variables
