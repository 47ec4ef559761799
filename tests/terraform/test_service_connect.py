# SPDX-License-Identifier: Apache-2.0
"""Service Connect with every argument, by the real AWS provider."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import Blocks, live_through
from tests.terraform.blocks import FARGATE, NETWORK, NETWORK_DATA, definition, service

NAMESPACE = "${aws_service_discovery_http_namespace.main.arn}"
AUTHORITY = "arn:aws:acm-pca:ap-northeast-1:123456789012:certificate-authority/0123"
ROLE = "arn:aws:iam::123456789012:role/connect"


def connected(name: str, configuration: dict[str, Any], **more: Any) -> dict[str, Any]:
    return service(
        name,
        "web",
        launch_type="FARGATE",
        network_configuration=NETWORK,
        service_connect_configuration={"enabled": True, **configuration},
        wait_for_steady_state=True,
        **more,
    )


def resources(discovery_name: str, port: int, timeout: int) -> Blocks:
    full = {
        "port_name": "http",
        "discovery_name": discovery_name,
        "ingress_port_override": 8443,
        "client_alias": {"dns_name": "full", "port": port},
        "timeout": {"idle_timeout_seconds": timeout, "per_request_timeout_seconds": timeout},
        "tls": {
            "issuer_cert_authority": {"aws_pca_authority_arn": AUTHORITY},
            "kms_key": "arn:aws:kms:ap-northeast-1:123456789012:key/0123",
            "role_arn": ROLE,
        },
    }
    logging = {
        "log_driver": "json-file",
        "options": {"max-size": "10m"},
        "secret_option": [{"name": "token", "value_from": "arn:aws:ssm:x:1:parameter/x"}],
    }
    mapping = {"containerPort": 80, "name": "http", "appProtocol": "http"}
    container = {"portMappings": [mapping]}
    return {
        "aws_service_discovery_http_namespace": {"main": {"name": "connect"}},
        "aws_ecs_cluster": {
            "main": {"name": "connect", "service_connect_defaults": {"namespace": NAMESPACE}}
        },
        "aws_ecs_task_definition": {"web": definition("web", container=container, **FARGATE)},
        "aws_ecs_service": {
            "full": connected(
                "full", {"namespace": NAMESPACE, "log_configuration": logging, "service": [full]}
            ),
            "named": connected(
                "named",
                {
                    "namespace": "${aws_service_discovery_http_namespace.main.name}",
                    "service": [{"port_name": "http", "client_alias": {"port": 80}}],
                },
            ),
            "client": connected("client", {}),
        },
    }


def test_service_connect_comes_changes_and_goes(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN a cluster with a default namespace
    WHEN services with Service Connect are created, changed in place, imported and destroyed
    THEN every plan is empty, and Cloud Map has their endpoints as long as they are there.
    """

    def look(state: int) -> None:
        names = {each["Name"] for each in aws.servicediscovery.list_services()["Services"]}
        assert names == {"http", ("first", "second")[state]}

    live_through(
        tmp_path,
        environment,
        resources("first", 8080, 10),
        resources("second", 8081, 20),
        data=NETWORK_DATA,
        look=look,
    )
    assert aws.servicediscovery.list_services()["Services"] == []
    assert aws.servicediscovery.list_namespaces()["Namespaces"] == []
