# SPDX-License-Identifier: Apache-2.0
"""EC2 instances that join the cluster `handson`, and what runs on them."""

from __future__ import annotations

from typing import Any

from tests.endpoint.localaws.account import Account, Turns

IMAGE = "ami-12c6146b"
USER_DATA = "#!/bin/bash\necho ECS_CLUSTER=handson >> /etc/ecs/ecs.config\n"


def start_instances(aws: Account, turns: Turns, count: int = 1, **more: Any) -> list[str]:
    """Start EC2 instances, one after the other in each private subnet; their container instances.

    The ids are in the order of the EC2 instances.
    """
    aws.ecs.create_cluster(clusterName="handson")
    subnets, ids = [*aws.subnets()], []
    for index in range(count):
        call: Any = {
            "ImageId": IMAGE,
            "InstanceType": "t3.medium",
            "SubnetId": subnets[index % len(subnets)],
            "UserData": USER_DATA,
            **more,
        }
        (instance,) = aws.ec2.run_instances(MinCount=1, MaxCount=1, **call)["Instances"]
        ids.append(instance["InstanceId"])
    turns(1)
    found = {
        each["ec2InstanceId"]: each["containerInstanceArn"] for each in container_instances(aws)
    }
    return [found[id_].rsplit("/", 1)[-1] for id_ in ids if id_ in found]


def container_instances(aws: Account) -> list[Any]:
    arns = aws.ecs.list_container_instances(cluster="handson")["containerInstanceArns"]
    if not arns:
        return []
    call: Any = {"cluster": "handson", "containerInstances": arns}
    return [*aws.ecs.describe_container_instances(**call)["containerInstances"]]


def definition(aws: Account, family: str = "plain", *, mode: str = "bridge", **more: Any) -> str:
    """A task definition for EC2 of one container that publishes port 80 on any port."""
    container: Any = {
        "name": "web",
        "image": "httpd",
        "memory": 128,
        "portMappings": [{"containerPort": 80}],
        **more.pop("container", {}),
    }
    more["networkMode"] = mode
    reply = aws.ecs.register_task_definition(
        family=family, containerDefinitions=[container], **more
    )
    return reply["taskDefinition"]["taskDefinitionArn"]


def create_service(
    aws: Account, *, desired: int | None = 1, name: str = "web", **more: Any
) -> None:
    """Create a service that names no launch type."""
    aws.ecs.create_cluster(clusterName="handson")
    more.setdefault("taskDefinition", definition(aws))
    if desired is not None:
        more["desiredCount"] = desired
    aws.ecs.create_service(cluster="handson", serviceName=name, **more)


def hosts_of(aws: Account, name: str = "web") -> list[str]:
    """The ids of the container instances of the service's tasks."""
    return sorted(
        task["containerInstanceArn"].rsplit("/", 1)[-1] for task in aws.tasks(serviceName=name)
    )
