# SPDX-License-Identifier: Apache-2.0
"""Tasks on moto's own server: it starts as many as it is asked for, without addresses in DNS."""

from __future__ import annotations

from typing import Any

from benchmarks.endpoints import AwsServer
from benchmarks.vpc import CLUSTER, SERVICE, task_definition

AT_ONCE = 10
"""The most tasks that one RunTask starts."""


class MotoTasks:
    """A cluster on moto_server, with a service beside the tasks, as moto's services start none."""

    def __init__(self, server: AwsServer):
        self.ecs = server.client("ecs")
        self.ecs.create_cluster(clusterName=CLUSTER)
        ec2 = server.client("ec2")
        subnet = ec2.describe_subnets()["Subnets"][0]
        (group,) = ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
        )["SecurityGroups"]
        self._started: list[str] = []
        self._how: dict[str, Any] = {
            "cluster": CLUSTER,
            "taskDefinition": task_definition(self.ecs),
            "launchType": "FARGATE",
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": [subnet["SubnetId"]],
                    "securityGroups": [group["GroupId"]],
                }
            },
        }

    def start(self, tasks: int) -> None:
        """Starts so many more tasks."""
        for begin in range(0, tasks, AT_ONCE):
            reply = self.ecs.run_task(**self._how, count=min(AT_ONCE, tasks - begin))
            self._started += [each["taskArn"] for each in reply["tasks"]]

    def stop(self) -> None:
        """Stops every task."""
        for arn in self._started:
            self.ecs.stop_task(cluster=CLUSTER, task=arn)
        self._started.clear()

    def create_service(self, desired: int) -> None:
        """Creates a service of that desired count."""
        self.ecs.create_service(serviceName=SERVICE, desiredCount=desired, **self._how)
