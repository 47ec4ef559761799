# SPDX-License-Identifier: Apache-2.0
"""Service Connect: endpoints in Cloud Map, what is shown, the way from task to task."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest

from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account, Turns, address_of, refused, task_id
from tests.endpoint.localaws.ecs.hosts import definition
from tests.support.waiting import eventually


@pytest.fixture
def namespace(aws: Account) -> str:
    """An HTTP namespace, from before the turns; its ARN."""
    id_ = aws.http_namespace("shop")
    return aws.cloud_map.get_namespace(Id=id_)["Namespace"]["Arn"]


def web(aws: Account, family: str = "web") -> str:
    port: Any = {"containerPort": 80, "name": "http", "appProtocol": "http"}
    return aws.task_definition(family, portMappings=[port])


def server(namespace: str | None = "shop", **service: Any) -> Any:
    """The configuration of a service that is called api on port 8080."""
    alias = {"port": 8080, "dnsName": "api"}
    services = [{"portName": "http", "clientAliases": [alias], **service}]
    named = {"namespace": namespace} if namespace else {}
    return {"enabled": True, "services": services, **named}


CLIENT: Any = {"enabled": True, "namespace": "shop"}


def services(aws: Account) -> list[Any]:
    return list(aws.cloud_map.list_services()["Services"])


def test_each_endpoint_is_a_service_of_cloud_map_with_the_tasks(
    aws: Account, namespace: str, turns: Turns
) -> None:
    configuration = server(discoveryName="api")
    aws.ecs_service(
        None, desired=2, taskDefinition=web(aws), serviceConnectConfiguration=configuration
    )
    (made,) = services(aws)
    assert (made["Name"], made["Type"]) == ("api", "HTTP")
    tags = aws.cloud_map.list_tags_for_resource(ResourceARN=made["Arn"])["Tags"]
    assert tags == [{"Key": "AmazonECSManaged", "Value": "true"}]
    (deployment,) = aws.described()["deployments"]
    assert deployment["serviceConnectConfiguration"] == configuration
    assert deployment["serviceConnectResources"] == [
        {"discoveryName": "api", "discoveryArn": made["Arn"]}
    ]
    turns(8)
    found = aws.instances(made["Id"])
    assert {each["AWS_INSTANCE_IPV4"] for each in found.values()} == {
        address_of(task) for task in aws.tasks()
    }
    assert {each["AWS_INSTANCE_PORT"] for each in found.values()} == {"80"}
    aws.steady(2)


def test_what_ecs_has_made_goes_with_the_service(
    aws: Account, namespace: str, turns: Turns
) -> None:
    call: Any = {"cluster": "handson", "service": "httpd"}
    aws.ecs_service(None, desired=1, taskDefinition=web(aws), serviceConnectConfiguration=server())
    turns(6)
    assert [each["Name"] for each in services(aws)] == ["http"]
    changed = server(discoveryName="api")
    aws.ecs.update_service(**call, serviceConnectConfiguration=changed)
    turns(16)
    assert [each["Name"] for each in services(aws)] == ["api"]
    aws.ecs.update_service(**call, serviceConnectConfiguration={"enabled": False})
    turns(16)
    assert services(aws) == []
    (deployment,) = aws.described()["deployments"]
    assert deployment["serviceConnectConfiguration"] == {"enabled": False}
    aws.ecs.update_service(**call, serviceConnectConfiguration=changed)
    turns(16)
    aws.ecs.delete_service(**call, force=True)
    turns(12)
    assert aws.described()["status"] == "INACTIVE"
    assert services(aws) == []


def test_the_clusters_default_namespace_is_made_if_need_be(aws: Account) -> None:
    cluster = aws.ecs.create_cluster(
        clusterName="handson", serviceConnectDefaults={"namespace": "fresh"}
    )["cluster"]
    arn = cluster["serviceConnectDefaults"]["namespace"]
    namespaces = eventually(
        lambda: aws.cloud_map.list_namespaces()["Namespaces"], lambda found: len(found) == 1
    )
    assert (namespaces[0]["Arn"], namespaces[0]["Type"]) == (arn, "HTTP")
    aws.ecs_service(
        None, desired=1, taskDefinition=web(aws), serviceConnectConfiguration=server(None)
    )
    aws.steady(1)
    assert services(aws)[0]["Name"] == "http"


@pytest.mark.parametrize(
    ("configuration", "code", "words"),
    [
        (server(None), "InvalidParameterException", "needs a namespace"),
        (server("nowhere"), "NamespaceNotFoundException", "wasn't found"),
        (
            server(portName="grpc"),
            "InvalidParameterException",
            "portName(grpc) does not refer to any named PortMapping in the task definition.",
        ),
    ],
)
def test_an_unusable_configuration_is_refused(
    aws: Account, namespace: str, configuration: Any, code: str, words: str
) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    call = lambda: aws.ecs_service(  # noqa: E731
        None, desired=1, taskDefinition=web(aws), serviceConnectConfiguration=configuration
    )
    found, message, _ = refused(call)
    assert (found, words in message) == (code, True)


def test_the_host_network_has_no_service_connect(aws: Account, namespace: str) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    call: Any = {"taskDefinition": definition(aws, mode="host"), "desiredCount": 1}
    code, message, _ = refused(
        lambda: aws.ecs.create_service(
            cluster="handson", serviceName="x", serviceConnectConfiguration=CLIENT, **call
        )
    )
    assert (code, "network mode host" in message) == ("InvalidParameterException", True)


class Caller:
    """HTTP from inside the VPC, as a task or as the bastion itself."""

    def __init__(self, bastion_url: str, task: str = ""):
        proxy = bastion_url.replace("//", f"//{task}:x@") if task else bastion_url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))

    def get(self, url: str) -> tuple[int, str]:
        """The status, and the task that answered or why none did."""
        try:
            with self._opener.open(url, timeout=20) as reply:
                return reply.status, reply.headers["X-Task-Id"]
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def test_a_client_alias_leads_a_task_to_the_tasks_behind_it(
    aws: Account, namespace: str, endpoint: Endpoint
) -> None:
    front = aws.ec2.create_security_group(GroupName="front", Description="d", VpcId=aws.vpc)
    back = aws.ec2.create_security_group(GroupName="back", Description="d", VpcId=aws.vpc)
    rule: Any = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    rule["UserIdGroupPairs"] = [{"GroupId": front["GroupId"]}]
    aws.ec2.authorize_security_group_ingress(GroupId=back["GroupId"], IpPermissions=[rule])

    def network(group: Any) -> Any:
        configuration = aws.network()
        configuration["awsvpcConfiguration"]["securityGroups"] = [group["GroupId"]]
        return configuration

    for name, count, connect, group in (
        ("api", 2, server(), back),
        ("client", 1, CLIENT, front),
        ("stranger", 1, None, front),
    ):
        more = {"serviceConnectConfiguration": connect} if connect else {}
        aws.ecs_service(
            None,
            desired=count,
            name=name,
            taskDefinition=web(aws),
            networkConfiguration=network(group),
            **more,
        )
        aws.steady(count, name)

    def caller(service: str) -> Caller:
        (task,) = aws.tasks(serviceName=service)
        return Caller(endpoint.bastion_url, task_id(task))

    client, stranger = caller("client"), caller("stranger")
    behind = {task_id(task) for task in aws.tasks(serviceName="api")}
    seen = eventually(
        lambda: {client.get("http://api:8080/") for _ in range(20)}, lambda seen: len(seen) == 2
    )
    assert seen == {(200, id_) for id_ in behind}
    assert client.get("http://api:9090/")[0] == 403, "no alias, nor in a zone of the VPC"
    assert stranger.get("http://api:8080/")[0] == 403, "without Service Connect"
    assert Caller(endpoint.bastion_url).get("http://api:8080/")[0] == 403
    address = address_of(aws.tasks(serviceName="api")[0])
    assert stranger.get(f"http://{address}/")[0] == 200, "by its address, from its group"
    assert Caller(endpoint.bastion_url).get(f"http://{address}/")[0] == 504
    assert Caller(endpoint.bastion_url, "0" * 32).get("http://api:8080/")[0] == 403
    aws.ecs.update_service(cluster="handson", service="api", desiredCount=0)
    aws.steady(0, "api")
    status, reason = client.get("http://api:8080/")
    assert (status, "no healthy task is behind the alias api:8080" in reason) == (503, True)
