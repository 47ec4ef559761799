# SPDX-License-Identifier: Apache-2.0
"""ECS: a Fargate service whose tasks register with Cloud Map, and their security group."""

import json

from stacks.base import HandsOnStack
from stacks.bindings import (
    Construct,
    EcsCluster,
    EcsService,
    EcsServiceNetworkConfiguration,
    EcsServiceServiceRegistries,
    EcsTaskDefinition,
    SecurityGroup,
    TerraformVariable,
    VpcSecurityGroupEgressRule,
    VpcSecurityGroupIngressRule,
)
from stacks.settings import MAX_TASKS, Settings


class ComputeStack(HandsOnStack):
    """Runs tasks, each with an address in a private subnet.

    How many is the Terraform variable ``desired_count``, by default the setting: one artefact
    serves every count.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        vpc_id: str,
        vpc_cidr: str,
        private_subnet_ids: list[str],
        service_arn: str,
    ) -> None:
        super().__init__(scope, id_, settings=settings)
        group = SecurityGroup(
            self,
            "security_group",
            name=settings.security_group,
            description="The security group for containers used in cloud map hands-on.",
            vpc_id=vpc_id,
        )
        ingress = VpcSecurityGroupIngressRule(
            self,
            "http_from_vpc",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=settings.port,
            to_port=settings.port,
            cidr_ipv4=vpc_cidr,
        )
        # Fargate needs it to pull the image. AWS gives it to a new group; Terraform removes that.
        egress = VpcSecurityGroupEgressRule(
            self,
            "all_out",
            security_group_id=group.id,
            ip_protocol="-1",
            cidr_ipv4="0.0.0.0/0",
        )
        desired_count = TerraformVariable(
            self,
            "desired_count_variable",  # The output has the other name among the constructs.
            type="number",
            default=settings.desired_count,
            nullable=False,
            description="How many tasks the service runs.",
        )
        desired_count.override_logical_id("desired_count")
        # Cloud Map has at most 1,000 instances in a service.
        desired_count.add_validation(
            condition=f"${{contains(range({MAX_TASKS + 1}), {desired_count.fqn})}}",
            error_message=f"Allowed: a whole number from 0 to {MAX_TASKS}.",
        )
        cluster = EcsCluster(self, "cluster", name=settings.cluster)
        task = EcsTaskDefinition(
            self,
            "task_definition",
            family=settings.family,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(settings.cpu),
            memory=str(settings.memory),
            container_definitions=json.dumps([_container(settings)]),
        )
        # Without wait_for_steady_state: when a task cannot start, Terraform would wait 20 minutes
        # and then not say why. `make status` and the tests wait, and report the reason.
        service = EcsService(
            self,
            "service",
            name=settings.ecs_service,
            cluster=cluster.arn,
            task_definition=task.arn,
            desired_count=desired_count.number_value,
            launch_type="FARGATE",
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=private_subnet_ids,
                security_groups=[group.id],
                assign_public_ip=False,
            ),
            service_registries=EcsServiceServiceRegistries(registry_arn=service_arn),
            # Tasks need both rules from when they start until they have stopped.
            depends_on=[ingress, egress],
        )
        self.publish(
            cluster_name=cluster.name,
            service_name=service.name,
            security_group_id=group.id,
            task_definition_arn=task.arn,
            desired_count=desired_count.number_value,
        )


def _container(settings: Settings) -> dict[str, object]:
    """Returns the container of the article's task-definition.json.

    AWS adds defaults to it, and the provider plans no change for those.
    """
    return {
        "name": settings.container,
        "image": settings.image,
        "portMappings": [
            {"hostPort": settings.port, "protocol": "tcp", "containerPort": settings.port}
        ],
    }
