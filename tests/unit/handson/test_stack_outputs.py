# SPDX-License-Identifier: Apache-2.0
"""The deployed service comes from the outputs of all three stacks."""

from typing import Any

import pytest

from handson.stack_outputs import NotDeployed, count_variable, service_of

OUTPUTS: dict[str, dict[str, Any]] = {
    "network-inputs": {"private_subnet_ids": ["subnet-1", "subnet-2"]},
    "discovery": {
        "service_id": "srv-1",
        "service_fqdn": "web.example.internal",
        "hosted_zone_id": "Z1",
    },
    "compute": {"cluster_name": "c", "service_name": "s", "desired_count": 4},
}


def test_deployed_facts_come_from_the_outputs() -> None:
    service = service_of(OUTPUTS)
    assert service.record_name == "web.example.internal."
    assert service.desired == 4
    assert service.subnet_ids == ("subnet-1", "subnet-2")


@pytest.mark.parametrize("stack", OUTPUTS)
def test_a_stack_without_outputs_is_not_deployed(stack: str) -> None:
    with pytest.raises(NotDeployed, match=f"not deployed: the stack {stack} has no outputs"):
        service_of({**OUTPUTS, stack: {}})


def test_the_count_is_a_variable_of_the_compute_stack() -> None:
    assert count_variable(3) == {"compute": {"desired_count": "3"}}
