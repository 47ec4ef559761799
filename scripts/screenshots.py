# SPDX-License-Identifier: Apache-2.0
"""`make screenshots`: pictures of the live page, and of a report, for the documentation.

The endpoint, the tasks and the answers are real. `python -m scripts.screenshots [REPORT.html]`.
"""

from __future__ import annotations

import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import boto3

from localaws.default_network import VPC_CIDR, VPC_NAME
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from scripts.browser import BrowserError, running_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
NAMESPACE, REGISTRY = "cloudmap-handson.internal", "cloudmap-handson"
CLUSTER, SERVICE = "cloudmap-handson-cluster", "cloudmap-handson-httpd-service"
COUNTS = (1, 4, 2, 5)
"""How the service is scaled before the pictures are taken."""
MANY = 240
"""Tasks for the picture of many: as cells, of which DNS names eight."""
WIDTH, HEIGHT, PHONE_WIDTH = 1100, 1080, 360
WAIT_SECONDS = 60.0


class Handson:
    """The article's service, on an endpoint."""

    def __init__(self, endpoint: Endpoint):
        self._endpoint = endpoint
        self.ec2, self.ecs, self.cloud_map = (
            self._client(name) for name in ("ec2", "ecs", "servicediscovery")
        )

    def deploy(self) -> None:
        """Creates what the stacks create, with no task yet."""
        vpc = self._one("vpcs", {"tag:Name": [VPC_NAME]})["VpcId"]
        reply = self.cloud_map.create_private_dns_namespace(Name=NAMESPACE, Vpc=vpc)
        operation = reply["OperationId"]
        _wait(lambda: self._operation(operation)["Status"] == "SUCCESS", "the namespace")
        self._registry = self.cloud_map.create_service(
            Name=REGISTRY,
            NamespaceId=self._operation(operation)["Targets"]["NAMESPACE"],
            DnsConfig={"RoutingPolicy": "MULTIVALUE", "DnsRecords": [{"Type": "A", "TTL": 300}]},
            HealthCheckCustomConfig={"FailureThreshold": 1},
        )["Service"]
        group = self.ec2.create_security_group(
            GroupName="cloudmap-handson-sg-container", Description="httpd", VpcId=vpc
        )["GroupId"]
        self.ec2.authorize_security_group_ingress(
            GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp=VPC_CIDR
        )
        self._serve(self._one("subnets", {"vpc-id": [vpc], "tag:Tier": ["private"]}), group)

    def _serve(self, subnet: Any, group: str) -> None:
        self.ecs.create_cluster(clusterName=CLUSTER)
        container = {
            "name": "httpd-container",
            "image": "httpd:2.4.41-alpine",
            "portMappings": [{"containerPort": 80}],
        }
        self.ecs.register_task_definition(
            family="httpd-task",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[container],
        )
        self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=SERVICE,
            taskDefinition="httpd-task",
            desiredCount=0,
            launchType="FARGATE",
            serviceRegistries=[{"registryArn": self._registry["Arn"]}],
            networkConfiguration={
                "awsvpcConfiguration": {"subnets": [subnet["SubnetId"]], "securityGroups": [group]}
            },
        )

    def scale(self, tasks: int) -> None:
        """Changes the number of tasks and waits until as many run and are registered."""
        self.ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=tasks)

        def done() -> bool:
            service = self.ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]
            registered = self.cloud_map.get_service(Id=self._registry["Id"])["Service"]
            return bool(
                service["runningCount"] == tasks == registered["InstanceCount"]
                and service["events"][0]["message"].endswith("steady state.")
            )

        _wait(done, f"{tasks} tasks")

    def call(self) -> None:
        """Gets the service's page by its name, from inside the VPC."""
        proxy = urllib.request.ProxyHandler({"http": self._endpoint.bastion_url})
        opener = urllib.request.build_opener(proxy)
        opener.open(f"http://{REGISTRY}.{NAMESPACE}/", timeout=WAIT_SECONDS).close()

    def _client(self, name: Any) -> Any:
        return boto3.client(
            name,
            endpoint_url=self._endpoint.url,
            region_name="ap-northeast-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def _one(self, kind: str, filters: dict[str, list[str]]) -> Any:
        wanted = [{"Name": name, "Values": values} for name, values in filters.items()]
        reply = getattr(self.ec2, f"describe_{kind}")(Filters=wanted)
        return reply[kind.capitalize()][0]

    def _operation(self, operation: str) -> Any:
        return self.cloud_map.get_operation(OperationId=operation)["Operation"]


def main(arguments: Sequence[str]) -> int:
    """Takes the pictures and prints their paths; returns the exit code."""
    reports = [Path(each) for each in arguments]
    if missing := [each for each in reports if not each.is_file()]:
        print(f"screenshots: {missing[0]}: no such report", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    try:
        with running_browser() as browser:
            _live_page(browser)
            for report in reports:
                page = _open(browser, report.resolve().as_uri(), "light", WIDTH)
                page.locator("#timeline").evaluate("heading => heading.scrollIntoView()")
                _picture(page, "report")
    except BrowserError as error:
        print(f"screenshots: {error}", file=sys.stderr)
        return 1
    return 0


def _live_page(browser: Browser) -> None:
    with Endpoint(EndpointSettings(port=0)) as endpoint:
        handson = Handson(endpoint)
        handson.deploy()
        for tasks in COUNTS:
            handson.scale(tasks)
            handson.call()
        address = f"{endpoint.url}/_localaws/"
        _picture(_asked(_open(browser, address, "light", WIDTH)), "page")
        _picture(_asked(_open(browser, address, "dark", WIDTH)), "page-dark")
        _picture(_asked(_open(browser, address, "light", PHONE_WIDTH)), "page-phone")
        handson.scale(MANY)
        _picture(_asked(_open(browser, address, "light", WIDTH)), "page-many", part="#services")


def _open(browser: Browser, url: str, scheme: Literal["light", "dark"], width: int) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, reduced_motion="reduce"
    )
    page.goto(url)
    return page


def _asked(page: Page) -> Page:
    """The page after the name was asked for and the answer is marked."""
    page.get_by_role("button", name="Ask the name").click()
    page.locator('td[data-on="answer"], i.answered').first.wait_for()
    # The button gives the focus back, and the page has moved there.
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
    return page


def _picture(page: Page, name: str, part: str | None = None) -> None:
    """Takes what the window shows, or a part of the page by its CSS selector."""
    file = IMAGES / f"{name}.png"
    if part is None:
        page.screenshot(path=file)
    else:
        page.locator(part).screenshot(path=file)
    print(f"{file.relative_to(IMAGES.parent.parent)}: {file.stat().st_size // 1024} KiB")
    page.close()


def _wait(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not there within {WAIT_SECONDS:.0f} s")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
