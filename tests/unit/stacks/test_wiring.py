# SPDX-License-Identifier: Apache-2.0
"""Each value that passes between stacks is a reference; tests follow it to its resource."""

import re

import pytest

from tests.unit.stacks.synthesis import Origin, SynthesizedStacks, strings

VPC_ID = Origin("network-inputs", "${data.aws_vpc.vpc.id}")
VPC_CIDR = Origin("network-inputs", "${data.aws_vpc.vpc.cidr_block}")
SUBNETS = Origin("network-inputs", "${sort(data.aws_subnets.private_subnets.ids)}")
REGISTRY = Origin("discovery", "${aws_service_discovery_service.service.arn}")

WIRES = [
    ("discovery", "aws_service_discovery_private_dns_namespace", "vpc", VPC_ID),
    ("compute", "aws_security_group", "vpc_id", VPC_ID),
    ("compute", "aws_vpc_security_group_ingress_rule", "cidr_ipv4", VPC_CIDR),
    ("compute", "aws_ecs_service", "network_configuration.subnets", SUBNETS),
    ("compute", "aws_ecs_service", "service_registries.registry_arn", REGISTRY),
]


@pytest.mark.parametrize(("stack", "kind", "attribute", "origin"), WIRES)
def test_wire(
    article: SynthesizedStacks, stack: str, kind: str, attribute: str, origin: Origin
) -> None:
    value = article.resource(stack, kind)
    for name in attribute.split("."):
        value = value[name]
    assert article.origin(stack, value) == origin


def test_there_is_no_other_wire(article: SynthesizedStacks) -> None:
    for stack, content in article.stacks.items():
        found = [text for text in strings(content.get("resource", {})) if "remote_state" in text]
        assert len(found) == sum(wire[0] == stack for wire in WIRES), found


def test_subnets_by_id_go_the_same_way(by_id: SynthesizedStacks) -> None:
    subnets = by_id.resource("compute", "aws_ecs_service")["network_configuration"]["subnets"]
    assert by_id.origin("compute", subnets) == (
        "network-inputs",
        "${sort([data.aws_subnet.subnet-0123456789abcdef0.id, "
        "data.aws_subnet.subnet-12345678.id])}",
    )


@pytest.mark.parametrize("value", ["vpc-12345678", "${data.aws_vpc.vpc.id}", 1])
def test_text_that_only_looks_right_is_no_wire(article: SynthesizedStacks, value: object) -> None:
    with pytest.raises(AssertionError, match="is no reference to another stack"):
        article.origin("compute", value)


@pytest.mark.parametrize("stack", ["network-inputs", "discovery", "compute"])
def test_every_reference_inside_a_stack_has_its_resource(
    article: SynthesizedStacks, stack: str
) -> None:
    content = {key: value for key, value in article.stacks[stack].items() if key != "//"}
    for text in strings(content):
        for expression in re.findall(r"\$\{[^}]*aws_[^}]*\}", text):
            if "terraform_remote_state" not in expression:
                article.assert_resources_exist(stack, expression)


def test_manifest_names_what_each_stack_depends_on(article: SynthesizedStacks) -> None:
    dependencies = {
        name: stack["dependencies"] for name, stack in article.manifest["stacks"].items()
    }
    assert dependencies == {
        "network-inputs": [],
        "discovery": ["network-inputs"],
        "compute": ["network-inputs", "discovery"],
    }


def test_each_stack_has_a_state_of_its_own_beside_the_output_folder(
    article: SynthesizedStacks,
) -> None:
    for name, stack in article.manifest["stacks"].items():
        assert stack["workingDirectory"] == f"stacks/{name}"
        assert article.stacks[name]["terraform"]["backend"] == {
            "local": {"path": f"../../../terraform.{name}.tfstate"}
        }
