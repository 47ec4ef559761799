# SPDX-License-Identifier: Apache-2.0
"""The health page gives edition, version and services, and LocalStack's user gets advice."""

import json
import socket
import threading
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from cloudmap_harness.aws.health import (
    NEEDED_SERVICES,
    EndpointHealth,
    localstack_advice,
    read_health,
)
from cloudmap_harness.errors import AwsError


def serve(server: HTTPServer, **pages: Any) -> str:
    """Serves the pages, a string as it is and anything else as JSON; returns the URL."""
    for name, page in pages.items():
        body = page if isinstance(page, str) else json.dumps(page)
        server.expect_request(f"/_localstack/{name}").respond_with_data(body)
    return server.url_for("")


def read(url: str) -> EndpointHealth:
    health = read_health(url)
    assert health is not None
    return health


def localstack(
    server: HTTPServer, edition: str, services: list[str], licensed: bool
) -> EndpointHealth:
    url = serve(
        server,
        health={
            "edition": edition,
            "version": "2026.3.1",
            "services": dict.fromkeys(services, "available"),
        },
        info={"edition": edition, "is_license_activated": licensed},
    )
    return read(url)


def test_a_localstack_with_all_services_needs_nothing(httpserver: HTTPServer) -> None:
    health = localstack(httpserver, "pro", list(NEEDED_SERVICES), licensed=True)
    assert health.name == "LocalStack pro 2026.3.1"
    assert (health.edition, health.version, health.licensed) == ("pro", "2026.3.1", True)
    assert localstack_advice(health) == ()


def test_a_plan_without_cloud_map_is_named(httpserver: HTTPServer) -> None:
    services = [name for name in NEEDED_SERVICES if name != "servicediscovery"]
    [line] = localstack_advice(localstack(httpserver, "pro", services, licensed=True))
    assert "has no servicediscovery" in line and "top paid plan" in line


def test_a_missing_token_is_named(httpserver: HTTPServer) -> None:
    services = ["ec2", "route53", "sts"]
    health = localstack(httpserver, "community", services, licensed=False)
    plan, token = localstack_advice(health)
    assert "has no ecs, servicediscovery" in plan
    assert "LOCALSTACK_AUTH_TOKEN" in token


def test_a_disabled_service_is_missing(httpserver: HTTPServer) -> None:
    services = dict.fromkeys(NEEDED_SERVICES, "running") | {"servicediscovery": "disabled"}
    page = {"edition": "pro", "services": services, "version": "1"}
    url = serve(httpserver, health=page, info={"is_license_activated": True})
    assert "servicediscovery" in localstack_advice(read(url))[0]


def test_another_emulator_is_named_and_not_advised(httpserver: HTTPServer) -> None:
    page = {"edition": "light", "version": "1.5", "services": {}}
    health = read(serve(httpserver, health=page, info={"error": "no"}))
    assert (health.name, localstack_advice(health)) == ("light 1.5", ())


def test_the_page_has_what_an_endpoint_adds(httpserver: HTTPServer) -> None:
    page = {"edition": "x", "version": "1", "services": {}, "dns": "127.0.0.1:53"}
    health = read(serve(httpserver, health=page, info={}))
    assert health.page == page
    assert health.server.startswith("Werkzeug/")


@pytest.mark.parametrize("page", [None, "<html>", "[]", "{}"])
def test_an_endpoint_needs_no_health_page(httpserver: HTTPServer, page: str | None) -> None:
    health = read(serve(httpserver, **({} if page is None else {"health": page})))
    assert (health.edition, health.version) == (None, None)
    assert health.name == "an endpoint without a health page"
    assert localstack_advice(health) == ()


def test_a_redirect_is_not_followed(httpserver: HTTPServer) -> None:
    elsewhere = {"Location": httpserver.url_for("/elsewhere")}
    request = httpserver.expect_request("/_localstack/health")
    request.respond_with_data(status=302, headers=elsewhere)
    assert read(httpserver.url_for("")).edition is None
    assert [request.path for request, _ in httpserver.log] == ["/_localstack/health"]


def test_a_proxy_variable_is_not_heeded(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    page = {"edition": "light", "version": "1.5"}
    assert read(serve(httpserver, health=page, info={})).name == "light 1.5"


def test_nobody_is_none() -> None:
    assert read_health("http://127.0.0.1:1") is None


def test_what_does_not_answer_http_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(AwsError, match=f"http://127.0.0.1:{port}: ProtocolError"):
            read_health(f"http://127.0.0.1:{port}")
        thread.join()


def test_a_server_that_stays_silent_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(AwsError, match="ReadTimeoutError"):
            read_health(f"http://127.0.0.1:{port}", timeout=0.2)
