# SPDX-License-Identifier: Apache-2.0
"""A Terraform state whose deployment is not at the target any more.

Terraform finds that out itself, and waits two minutes for a cluster that has gone.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.errors import AwsError
from handson.stack_deployment import StackDeployment

Attributes = Mapping[str, Any]


def _look_for_namespace(aws: AwsClients, namespace: Attributes) -> None:
    aws.servicediscovery.get_namespace(Id=namespace["id"])


def _look_for_security_group(aws: AwsClients, group: Attributes) -> None:
    aws.ec2.describe_security_groups(GroupIds=[group["id"]])


_LOOKS: Mapping[str, Callable[[AwsClients, Attributes], None]] = {
    "aws_service_discovery_private_dns_namespace": _look_for_namespace,
    "aws_security_group": _look_for_security_group,
}
"""By resource type: what reads one. Their ids are never used again, unlike a cluster's name."""

_ABSENT = {"NamespaceNotFound", "InvalidGroup.NotFound"}


def put_aside_if_gone(stacks: StackDeployment) -> None:
    """Puts the state aside when nothing of it is at the local target, and says so.

    At another target, where it may be the wrong account or region that is asked, it only tells what
    it sees. Raises AwsError.
    """
    ids = [resource["id"] for _, resource in _resources(stacks)]
    if not ids or any(_is_there(stacks.context.aws, *each) for each in _resources(stacks)):
        return
    place = stacks.context.place
    if stacks.context.target is not Target.LOCAL:
        _say(
            f"Terraform's state has {' and '.join(ids)}, which are not on {place}: either they "
            "were removed by other means, or this is another account or region than theirs"
        )
        return
    moment = f"{datetime.now():%Y%m%d-%H%M%S}"
    _say(f"Terraform's state has {' and '.join(ids)}, which are not on {place} any more;")
    for file in stacks.terraform.state_files():
        aside = file.with_name(f"{file.name}.gone-{moment}.backup")
        file.rename(aside)
        _say(f"  put aside: {aside}")


def _resources(stacks: StackDeployment) -> Iterator[tuple[str, Attributes]]:
    """Yields type and attributes of what can be looked for in the local states."""
    for stack in stacks.terraform.stacks():
        for resource in (stack.state() or {}).get("resources", []):
            if resource["mode"] == "managed" and resource["type"] in _LOOKS:
                for instance in resource["instances"]:
                    yield resource["type"], instance["attributes"]


def _is_there(aws: AwsClients, kind: str, attributes: Attributes) -> bool:
    try:
        with aws.errors_explained():
            _LOOKS[kind](aws, attributes)
    except AwsError as error:
        if error.code in _ABSENT:
            return False
        raise
    return True


def _say(line: str) -> None:
    print(line, file=sys.stderr)
