# SPDX-License-Identifier: Apache-2.0
"""Names what a place must be able to do before anything is deployed there."""

from enum import StrEnum


class Capability(StrEnum):
    """What a place must be able to do, in the order in which a report shows it."""

    REACHABLE = "endpoint reachable"
    IDENTITY = "identity"
    REGION = "region is enabled"
    VPC = "VPC of the stacks"
    SERVICE_LINKED_ROLE = "service-linked role of ECS"
    HOSTED_ZONE_QUOTA = "quota: hosted zones"
    VCPU_QUOTA = "quota: Fargate vCPUs"
    PERMISSIONS = "permissions by simulation"
    HOSTED_ZONE = "namespace makes zone"
    RECORD_SETS = "record set per instance"
    TASKS = "ECS runs tasks"
    NETWORK_INTERFACES = "ENIs in the subnet"
    REGISTRATION = "tasks registered"
    SCALE_IN = "records go on scale-in"
    DELETE_RULES = "delete rules"
    DNS = "DNS"
    HTTP = "HTTP"
