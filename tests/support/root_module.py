# SPDX-License-Identifier: Apache-2.0
"""Root modules that tests write for the real Terraform, as Terraform JSON."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.terraform.driver import STACK_FILE, Terraform, init, plan
from cloudmap_harness.terraform.environment import terraform_environment
from handson.project import CLI_CONFIGURATION
from handson.shared_provider import shared_provider

REGION = "ap-northeast-1"


@contextmanager
def environment_at(url: str) -> Iterator[dict[str, str]]:
    """Terraform's environment for an endpoint, with one provider for all commands of the block."""
    child = child_environment(Target.LOCAL, os.environ, endpoint=url, region=REGION)
    own = terraform_environment(child, cli_configuration=CLI_CONFIGURATION)
    with shared_provider(own) as variables:
        yield {**own, **variables()}


def module(folder: Path, environment: dict[str, str], **blocks: Any) -> Terraform:
    """Write a root module of these blocks into the folder, and initialize it."""
    folder.mkdir(exist_ok=True)
    required = {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}
    provider = {"aws": {"region": REGION, "default_tags": {"tags": {"Project": "behaviour"}}}}
    stack = {"terraform": {"required_providers": required}, "provider": provider, **blocks}
    (folder / STACK_FILE).write_text(json.dumps(stack))
    terraform = Terraform(folder, environment)
    init([terraform])
    return terraform


def planned(terraform: Terraform) -> dict[str, str]:
    """What the plan says of each resource that it would change; {} for an empty plan."""
    words = plan([terraform]).get(terraform.name, "")
    found = re.findall(r"^  # (\S+) (?:will|must) be (\S+)", words, re.MULTILINE)
    assert bool(found) == bool(words), words
    return dict(found)
