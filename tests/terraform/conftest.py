# SPDX-License-Identifier: Apache-2.0
"""What the tests with the real AWS provider stand on: an endpoint, and Terraform's environment."""

from collections.abc import Iterator

import pytest

from cloudmap_harness.aws.clients import AwsClients
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.support.interrupts import orderly_interrupts as orderly_interrupts
from tests.support.root_module import environment_at
from tests.support.shared_models import shared_models as shared_models
from tests.support.terraform import terraform as terraform


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """One for the tests of a file."""
    settings = EndpointSettings(port=0, operation_seconds=0.02, task_step_seconds=0.02)
    with Endpoint(settings) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def environment(terraform: str, endpoint: Endpoint) -> Iterator[dict[str, str]]:
    with environment_at(endpoint.url) as environment:
        yield environment


@pytest.fixture(scope="module")
def aws(environment: dict[str, str]) -> AwsClients:
    return AwsClients(environment)
