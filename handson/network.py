# SPDX-License-Identifier: Apache-2.0
"""`make vpc` and `make vpc-destroy`: the article's VPC on an endpoint that has none."""

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.tags import ProjectTags
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.aws.vpc_builder import NetworkPlan, create_network, delete_network
from cloudmap_harness.errors import TargetError
from handson.context import Context
from handson.variables import Variables
from localaws import default_network
from stacks.settings import PROJECT

ARTICLE_NETWORK = NetworkPlan(
    name=default_network.VPC_NAME,
    cidr=default_network.VPC_CIDR,
    subnets=default_network.SUBNETS,
    subnet_tags=default_network.subnet_tags,
    route_table_name=default_network.route_table_name,
)
"""What the article presumes; the embedded endpoint begins with the same."""
VPC_TAGS = ProjectTags(PROJECT, "vpc")
"""The tags of all that `make vpc` creates."""


def vpc(variables: Variables) -> int:
    """Creates the article's VPC on an endpoint that has none."""
    id_, created = create_network(_clients(variables), ARTICLE_NETWORK, VPC_TAGS)
    print(f"{id_} is complete" if created else f"{id_} was there already: not touched")
    return 0


def vpc_destroy(variables: Variables) -> int:
    """Deletes the VPC that `make vpc` created."""
    id_ = delete_network(_clients(variables), VPC_TAGS)
    print(f"{id_} removed" if id_ else "there is none that `make vpc` made")
    return 0


def _clients(variables: Variables) -> AwsClients:
    target = variables.target
    if target is Target.AWS:
        allowed = "local or localstack: on AWS the VPC is yours (docs/endpoints.md has its needs)"
        raise TargetError("TARGET", str(target), allowed)
    return Context.reach(variables, variables.settings()).aws
