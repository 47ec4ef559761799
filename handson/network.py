# SPDX-License-Identifier: Apache-2.0
"""`make vpc` and `make vpc-destroy`: the article's VPC on an endpoint that has none."""

import argparse
import os
import sys
from collections.abc import Sequence

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.aws.vpc_builder import NetworkPlan, create_network, delete_network
from cloudmap_harness.errors import HarnessError, TargetError
from cloudmap_harness.terraform.signals import Interrupted, interruptible
from handson.context import confirmed_environment, settings_with
from handson.health import EndpointError
from handson.local_endpoint import ensure_endpoint
from localaws import default_network
from stacks.errors import SettingsError

ARTICLE_NETWORK = NetworkPlan(
    name=default_network.VPC_NAME,
    cidr=default_network.VPC_CIDR,
    subnets=default_network.SUBNETS,
    subnet_tags=default_network.subnet_tags,
    route_table_name=default_network.route_table_name,
)
"""What the article presumes; the embedded endpoint begins with the same."""


def main(arguments: Sequence[str]) -> int:
    """0: it is there (make), gone (destroy); 1: failed; 2: wrong use, such as AWS."""
    parser = argparse.ArgumentParser(prog="vpc", description=__doc__)
    parser.add_argument("action", choices=("make", "destroy"))
    parser.add_argument("--target", default="local", help="local or localstack")
    options = parser.parse_args(arguments)
    try:
        with interruptible():
            aws = _clients(Target.parse(options.target))
            print(_make(aws) if options.action == "make" else _destroy(aws))
    except (SettingsError, TargetError) as error:
        print(error, file=sys.stderr)
        return 2
    except (EndpointError, HarnessError) as error:
        print(error, file=sys.stderr)
        return 1
    except Interrupted as signal:
        return signal.exit_code
    return 0


def _clients(target: Target) -> AwsClients:
    if target is Target.AWS:
        allowed = "local or localstack: on AWS the VPC is yours (docs/endpoints.md has its needs)"
        raise TargetError("TARGET", str(target), allowed)
    endpoint = ensure_endpoint(target, os.environ)
    region = settings_with(None, os.environ).region
    return AwsClients(confirmed_environment(target, os.environ, endpoint=endpoint, region=region))


def _make(aws: AwsClients) -> str:
    vpc, ours = create_network(aws, ARTICLE_NETWORK)
    return f"{vpc} is complete" if ours else f"{vpc} was there already: not touched"


def _destroy(aws: AwsClients) -> str:
    vpc = delete_network(aws)
    return f"{vpc} removed" if vpc else "there is none that `make vpc` made"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
