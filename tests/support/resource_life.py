# SPDX-License-Identifier: Apache-2.0
"""The life of resources under the real Terraform, from their creation to their end."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cloudmap_harness.terraform.driver import Terraform
from tests.support.root_module import module, planned

IMPORTED_BY = {
    "aws_appautoscaling_policy": "{service_namespace}/{resource_id}/{scalable_dimension}/{name}",
    "aws_appautoscaling_target": "{service_namespace}/{resource_id}/{scalable_dimension}",
    "aws_ecs_capacity_provider": "{name}",
    "aws_ecs_cluster": "{name}",
    "aws_ecs_cluster_capacity_providers": "{cluster_name}",
    "aws_ecs_task_definition": "{arn}",
    "aws_iam_role_policy_attachment": "{role}/{policy_arn}",
    "aws_route53_zone_association": "{zone_id}:{vpc_id}",
    "aws_security_group_rule": (
        "{security_group_id}_{type}_{protocol}_{from_port}_{to_port}_{cidr_blocks[0]}"
    ),
    "aws_service_discovery_instance": "{service_id}/{instance_id}",
    "aws_service_discovery_private_dns_namespace": "{id}:{vpc}",
}
"""What a resource is imported by, of its attributes; the others are by their id."""

NOT_IMPORTED = {"aws_appautoscaling_scheduled_action"}
"""Resources that the provider cannot import."""

Blocks = dict[str, dict[str, Any]]


def imports(terraform: Terraform) -> list[dict[str, str]]:
    """Import blocks for every resource in a state."""
    state = json.loads((terraform.folder / "terraform.tfstate").read_text())
    blocks: list[dict[str, str]] = []
    for each in state["resources"]:
        if each["mode"] != "managed" or each["type"] in NOT_IMPORTED:
            continue
        attributes = each["instances"][0]["attributes"]
        pattern = IMPORTED_BY.get(each["type"], "{id}")
        id_ = pattern.format(**attributes)
        if each["type"] == "aws_ecs_service":
            id_ = f"{attributes['cluster'].rsplit('/', 1)[-1]}/{attributes['name']}"
        blocks.append({"to": f"{each['type']}.{each['name']}", "id": id_})
    return blocks


def live_through(
    folder: Path,
    environment: Mapping[str, str],
    *states: Blocks,
    data: Blocks | None = None,
    look: Callable[[int], object] = lambda state: None,
) -> None:
    """Create resources, change them in place, import them and destroy them.

    After each state, and after the import, the plan is empty; `look` is called with the number of
    the state while it is there. What only Terraform knows is `updated` by the import.
    """
    env = dict(environment)
    more = {"data": data} if data else {}
    terraform: Terraform | None = None
    for number, resource in enumerate(states):
        terraform = module(folder / "life", env, resource=resource, **more)
        if number:
            changes = planned(terraform)
            in_place = {"updated", "created", "destroyed", "read"}
            assert set(changes.values()) <= in_place, changes
        terraform.apply()
        assert planned(terraform) == {}
        look(number)
    assert terraform is not None
    found = imports(terraform)
    imported = module(folder / "imported", env, resource=states[-1], **more, **{"import": found})
    changes = planned(imported)
    assert set(changes.values()) <= {"imported", "updated", "created", "read"}, changes
    imported.apply()
    assert planned(imported) == {}
    imported.destroy()
