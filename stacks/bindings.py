# SPDX-License-Identifier: Apache-2.0
"""The names of CDKTF and of its AWS bindings that the stacks use, loaded without all the others.

No other module imports cdktf or cdktf_cdktf_provider_aws. Importing this one starts jsii's Node.
"""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from stacks.errors import ToolchainError

__all__ = [
    "App",
    "AwsProvider",
    "AwsProviderDefaultTags",
    "Construct",
    "DataAwsSubnet",
    "DataAwsSubnets",
    "DataAwsSubnetsFilter",
    "DataAwsVpc",
    "DataAwsVpcs",
    "EcsCluster",
    "EcsService",
    "EcsServiceNetworkConfiguration",
    "EcsServiceServiceRegistries",
    "EcsTaskDefinition",
    "Fn",
    "LocalBackend",
    "Postcondition",
    "S3Backend",
    "SecurityGroup",
    "ServiceDiscoveryPrivateDnsNamespace",
    "ServiceDiscoveryService",
    "ServiceDiscoveryServiceDnsConfig",
    "ServiceDiscoveryServiceDnsConfigDnsRecords",
    "ServiceDiscoveryServiceHealthCheckCustomConfig",
    "TerraformLocal",
    "TerraformOutput",
    "TerraformResourceLifecycle",
    "TerraformStack",
    "TerraformVariable",
    "Token",
    "VpcSecurityGroupEgressRule",
    "VpcSecurityGroupIngressRule",
]

PROVIDER = "cdktf_cdktf_provider_aws"
OLDEST_NODE = 20
NEEDED = f"CDKTF needs Node.js {OLDEST_NODE} or newer (nodejs.org)"
PRELOAD = Path(__file__).with_name("jsii_preload.cjs")


def register_empty_package(name: str) -> None:
    """Registers an empty package ``name``: importing a submodule then skips its ``__init__``.

    The provider's ``__init__`` imports all of its 2,100 submodules, which takes 10 s and more
    (hashicorp/terraform-cdk#3753). A package that is imported already stays as it is.
    """
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    package = ModuleType(name)
    package.__spec__ = spec
    package.__path__ = list(spec.submodule_search_locations or ())
    sys.modules[name] = package


def require_node() -> None:
    """Raises ToolchainError unless Node starts and is new enough; jsii's own error is unclear."""
    node = os.environ.get("JSII_NODE", "node")
    try:
        found = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolchainError(f"{NEEDED}; {node!r} does not run") from error
    version = re.match(r"v(\d+)\.", found)
    if version is None or int(version[1]) < OLDEST_NODE:
        raise ToolchainError(f"{NEEDED}; {node!r} is {found.strip()!r}")


@contextmanager
def node_environment() -> Iterator[None]:
    """Sets the environment with which jsii's Node loads our preload and prints no banner.

    NODE_OPTIONS is restored afterwards, because the CDKTF command line must not inherit it.
    """
    # jsii wants a list of major versions in the first; the others only have to be set.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20,22,24")
    os.environ.setdefault("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "1")
    os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")
    before = os.environ.get("NODE_OPTIONS")
    quoted = str(PRELOAD).replace("\\", "\\\\").replace('"', '\\"')
    os.environ["NODE_OPTIONS"] = f'{before or ""} --require "{quoted}"'.strip()
    try:
        yield
    finally:
        if before is None:
            del os.environ["NODE_OPTIONS"]
        else:
            os.environ["NODE_OPTIONS"] = before


try:
    register_empty_package(PROVIDER)
    require_node()
    with node_environment():
        from cdktf import (
            App,
            Fn,
            LocalBackend,
            Postcondition,
            S3Backend,
            TerraformLocal,
            TerraformOutput,
            TerraformResourceLifecycle,
            TerraformStack,
            TerraformVariable,
            Token,
        )
        from cdktf_cdktf_provider_aws.data_aws_subnet import DataAwsSubnet
        from cdktf_cdktf_provider_aws.data_aws_subnets import DataAwsSubnets, DataAwsSubnetsFilter
        from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc
        from cdktf_cdktf_provider_aws.data_aws_vpcs import DataAwsVpcs
        from cdktf_cdktf_provider_aws.ecs_cluster import EcsCluster
        from cdktf_cdktf_provider_aws.ecs_service import (
            EcsService,
            EcsServiceNetworkConfiguration,
            EcsServiceServiceRegistries,
        )
        from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition
        from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
        from cdktf_cdktf_provider_aws.security_group import SecurityGroup
        from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import (
            ServiceDiscoveryPrivateDnsNamespace,
        )
        from cdktf_cdktf_provider_aws.service_discovery_service import (
            ServiceDiscoveryService,
            ServiceDiscoveryServiceDnsConfig,
            ServiceDiscoveryServiceDnsConfigDnsRecords,
            ServiceDiscoveryServiceHealthCheckCustomConfig,
        )
        from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import (
            VpcSecurityGroupEgressRule,
        )
        from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import (
            VpcSecurityGroupIngressRule,
        )
        from constructs import Construct
except (ToolchainError, ModuleNotFoundError):
    raise
except Exception as error:  # jsii raises no type of its own when Node dies.
    raise ToolchainError(f"CDKTF does not start under Node.js: {error}") from error
