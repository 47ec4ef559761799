# SPDX-License-Identifier: Apache-2.0
"""All calls of ECS: one mix-in for each kind of resource, over one state."""

from __future__ import annotations

from localaws.ecs.account_settings import AccountSettings
from localaws.ecs.cluster_calls import ClusterCalls
from localaws.ecs.container_instance_calls import ContainerInstanceCalls
from localaws.ecs.service_deployment_calls import ServiceDeploymentCalls
from localaws.ecs.task_calls import TaskCalls
from localaws.ecs.task_definition_calls import TaskDefinitionCalls
from localaws.ecs.task_set_calls import TaskSetCalls


class EcsCalls(
    AccountSettings,
    ClusterCalls,
    ContainerInstanceCalls,
    ServiceDeploymentCalls,
    TaskDefinitionCalls,
    TaskSetCalls,  # which are calls of services too
    TaskCalls,
):
    """What ECS can be asked for; `responses.py` passes the requests on."""
