# SPDX-License-Identifier: Apache-2.0
"""compute: the article's security group, cluster, task definition and service."""

import json

from tests.unit.stacks.synthesis import SynthesizedStacks

STACK = "compute"
INGRESS = "aws_vpc_security_group_ingress_rule"
EGRESS = "aws_vpc_security_group_egress_rule"
COUNT = "${var.desired_count}"
GROUP_ID = "${aws_security_group.security_group.id}"


def test_only_the_articles_resources_are_managed(article: SynthesizedStacks) -> None:
    assert set(article.stacks[STACK]["resource"]) == {
        "aws_security_group",
        INGRESS,
        EGRESS,
        "aws_ecs_cluster",
        "aws_ecs_task_definition",
        "aws_ecs_service",
    }


def test_security_group_has_no_rules_of_its_own(
    article: SynthesizedStacks, by_id: SynthesizedStacks
) -> None:
    group = article.resource(STACK, "aws_security_group")
    assert set(group) == {"name", "description", "vpc_id"}
    assert group["name"] == "cloudmap-handson-sg-container"
    assert group["description"] == ("The security group for containers used in cloud map hands-on.")
    assert by_id.resource(STACK, "aws_security_group")["name"] == "web-group"


def test_ingress_is_tcp_80_from_the_vpc_and_nothing_else(article: SynthesizedStacks) -> None:
    ingress = article.resource(STACK, INGRESS)
    cidr = ingress.pop("cidr_ipv4")
    assert article.origin(STACK, cidr) == ("network-inputs", "${data.aws_vpc.vpc.cidr_block}")
    assert ingress == {
        "security_group_id": GROUP_ID,
        "ip_protocol": "tcp",
        "from_port": 80,
        "to_port": 80,
    }


def test_egress_is_everything(article: SynthesizedStacks) -> None:
    assert article.resource(STACK, EGRESS) == {
        "security_group_id": GROUP_ID,
        "ip_protocol": "-1",
        "cidr_ipv4": "0.0.0.0/0",
    }


def test_cluster(article: SynthesizedStacks, by_id: SynthesizedStacks) -> None:
    assert article.resource(STACK, "aws_ecs_cluster") == {"name": "cloudmap-handson-cluster"}
    assert by_id.resource(STACK, "aws_ecs_cluster") == {"name": "web-cluster"}


def test_task_definition_is_the_articles_json(article: SynthesizedStacks) -> None:
    task = article.resource(STACK, "aws_ecs_task_definition")
    assert json.loads(task.pop("container_definitions")) == [
        {
            "name": "httpd-container",
            "image": "httpd:2.4.41-alpine",
            "portMappings": [{"hostPort": 80, "protocol": "tcp", "containerPort": 80}],
        }
    ]
    assert task == {
        "family": "httpd-task",
        "network_mode": "awsvpc",
        "requires_compatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
    }


def test_task_definition_takes_its_values_from_the_settings(by_id: SynthesizedStacks) -> None:
    task = by_id.resource(STACK, "aws_ecs_task_definition")
    assert (task["family"], task["cpu"], task["memory"]) == ("web-task", "512", "2048")
    assert json.loads(task["container_definitions"]) == [
        {
            "name": "web-container",
            "image": "nginx:1.29",
            "portMappings": [{"hostPort": 8080, "protocol": "tcp", "containerPort": 8080}],
        }
    ]
    ingress = by_id.resource(STACK, INGRESS)
    assert (ingress["from_port"], ingress["to_port"]) == (8080, 8080)


def test_service_is_the_articles_json(article: SynthesizedStacks) -> None:
    service = article.resource(STACK, "aws_ecs_service")
    network = service.pop("network_configuration")
    registry = service.pop("service_registries")
    assert service == {
        "name": "cloudmap-handson-httpd-service",
        "cluster": "${aws_ecs_cluster.cluster.arn}",
        "task_definition": "${aws_ecs_task_definition.task_definition.arn}",
        "desired_count": COUNT,
        "launch_type": "FARGATE",
        "depends_on": [f"{INGRESS}.http_from_vpc", f"{EGRESS}.all_out"],
    }
    assert set(network) == {"subnets", "security_groups", "assign_public_ip"}
    assert network["security_groups"] == [GROUP_ID]
    assert network["assign_public_ip"] is False
    assert set(registry) == {"registry_arn"}


def test_service_takes_its_values_from_the_settings(by_id: SynthesizedStacks) -> None:
    service = by_id.resource(STACK, "aws_ecs_service")
    assert (service["name"], service["desired_count"]) == ("web-service", COUNT)


def test_the_count_is_a_variable_whose_default_is_the_setting(
    article: SynthesizedStacks, by_id: SynthesizedStacks
) -> None:
    variables = [each.stacks[STACK]["variable"]["desired_count"] for each in (article, by_id)]
    assert [each["default"] for each in variables] == [1, 7]
    assert variables[0]["type"] == "number"
    assert variables[0]["nullable"] is False
    [rule] = variables[0]["validation"]
    assert rule["condition"] == "${contains(range(1001), var.desired_count)}"


def test_outputs(article: SynthesizedStacks, by_id: SynthesizedStacks) -> None:
    expected = {
        "cluster_name": "${aws_ecs_cluster.cluster.name}",
        "service_name": "${aws_ecs_service.service.name}",
        "security_group_id": GROUP_ID,
        "task_definition_arn": "${aws_ecs_task_definition.task_definition.arn}",
    }
    assert {name: article.output(STACK, name) for name in expected} == expected
    for expression in expected.values():
        article.assert_resources_exist(STACK, expression)
    assert article.output(STACK, "desired_count") == COUNT
