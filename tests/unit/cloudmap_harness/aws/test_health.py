# SPDX-License-Identifier: Apache-2.0
"""What LocalStack's own pages say is what its user is told: edition, version, plan, token."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from cloudmap_harness.aws.health import NEEDED, who_answers
from cloudmap_harness.errors import AwsError

Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves pages by path; gives the URL."""
    with ExitStack() as exits:

        def start(**pages: Any) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    page = pages.get(self.path.removeprefix("/_localstack/"))
                    body = page if isinstance(page, str) else json.dumps(page)
                    self.send_response(404 if page is None else 200)
                    self.end_headers()
                    self.wfile.write(body.encode())

                def log_message(self, *_: object) -> None:
                    """Nothing."""

            server = HTTPServer(("127.0.0.1", 0), Handler)
            thread = Thread(target=server.serve_forever)
            thread.start()
            exits.callback(server.server_close)
            exits.callback(thread.join)
            exits.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


def localstack(serve: Serve, edition: str, services: list[str], licensed: bool) -> str:
    return serve(
        health={
            "edition": edition,
            "version": "2026.3.1",
            "services": dict.fromkeys(services, "available"),
        },
        info={"edition": edition, "is_license_activated": licensed},
    )


def test_a_localstack_with_all_services_needs_nothing(serve: Serve) -> None:
    found = who_answers(localstack(serve, "pro", list(NEEDED), licensed=True))
    assert found.name == "LocalStack pro 2026.3.1"
    assert found.advice() == ()


def test_a_plan_without_cloud_map_is_named(serve: Serve) -> None:
    services = [name for name in NEEDED if name != "servicediscovery"]
    [line] = who_answers(localstack(serve, "pro", services, licensed=True)).advice()
    assert "has no servicediscovery" in line and "top paid plan" in line


def test_a_missing_token_is_named(serve: Serve) -> None:
    found = who_answers(localstack(serve, "community", ["ec2", "route53", "sts"], licensed=False))
    plan, token = found.advice()
    assert "has no ecs, servicediscovery" in plan
    assert "LOCALSTACK_AUTH_TOKEN" in token


def test_a_disabled_service_is_missing(serve: Serve) -> None:
    services = dict.fromkeys(NEEDED, "running") | {"servicediscovery": "disabled"}
    pages = {"health": {"edition": "pro", "services": services, "version": "1"}}
    url = serve(**pages, info={"is_license_activated": True})
    assert "servicediscovery" in who_answers(url).advice()[0]


def test_another_emulator_is_named_and_not_advised(serve: Serve) -> None:
    url = serve(health={"edition": "light", "version": "1.5", "services": {}}, info={"error": "no"})
    found = who_answers(url)
    assert (found.name, found.advice()) == ("light 1.5", ())


@pytest.mark.parametrize("health", [None, "<html>", "[]"])
def test_an_endpoint_need_not_tell(serve: Serve, health: str | None) -> None:
    found = who_answers(serve(health=health))
    assert (found.name, found.advice()) == ("an endpoint without a health page", ())


def test_nobody_is_an_error() -> None:
    with pytest.raises(AwsError, match="ConnectionRefusedError"):
        who_answers("http://127.0.0.1:1")
