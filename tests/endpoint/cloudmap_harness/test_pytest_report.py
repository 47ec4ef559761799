# SPDX-License-Identifier: Apache-2.0
"""`pytest --discovery-report`: one file for a session, whoever ran which test."""

from pathlib import Path

import pytest

from localaws.server import Endpoint
from tests.support.pytest_runs import Project

SESSION = """
import time
import pytest

@pytest.fixture
def service(aws_client):
    ec2, ecs, cloud_map = map(aws_client, ("ec2", "ecs", "servicediscovery"))
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    id_ = cloud_map.create_private_dns_namespace(Name="shop.internal", Vpc=vpc)["OperationId"]
    while (seen := cloud_map.get_operation(OperationId=id_)["Operation"])["Status"] != "SUCCESS":
        time.sleep(0.02)
    registry = cloud_map.create_service(
        Name="web",
        NamespaceId=seen["Targets"]["NAMESPACE"],
        DnsConfig={"DnsRecords": [{"Type": "A", "TTL": 60}]},
    )["Service"]["Arn"]
    ecs.create_cluster(clusterName="shop")
    definition = ecs.register_task_definition(
        family="web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "web", "image": "httpd"}],
    )["taskDefinition"]["taskDefinitionArn"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    ecs.create_service(
        cluster="shop",
        serviceName="web",
        taskDefinition=definition,
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnets[0]["SubnetId"]]}},
        serviceRegistries=[{"registryArn": registry}],
    )

def test_agrees(service, discovery):
    web = discovery("shop", "web").wait(desired=2)
    assert web.resolve() == web.addresses

def test_differs(service, discovery):
    discovery("shop", "web").wait(desired=3, timeout=0)

def test_breaks(service, discovery):
    assert discovery("shop", "web").wait(desired=2).addresses == ["<script>"]

def test_is_skipped():
    pytest.skip("not today")
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("test_shop.py", SESSION)
    return project


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_one_file_has_every_test_with_its_check_and_its_events(
    project: Project, workers: tuple[str, ...]
) -> None:
    summary = project.folder / "summary.md"
    ran = project.pytest(
        *workers, "--discovery-report=out/report.html", GITHUB_STEP_SUMMARY=str(summary)
    )
    assert ran.code == 1, ran.out
    file = project.folder / "out" / "report.html"
    assert f"report: {file}" in ran.out
    page = file.read_text()
    for name in ("test_agrees", "test_differs", "test_breaks", "test_is_skipped"):
        assert f"<title>step test_shop.py::{name}: " in page
    assert page.count('<rect class="running"') == 3 * 2 + 1, "two tasks of each, and the legend"
    assert "test_shop.py::test_differs: shop/web" in page
    assert "desired count is 2 instead of 3" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "Not recorded" not in page
    assert "aws_client" not in page, "no traceback, in which arguments are shown"
    written = summary.read_text()
    assert written.count("seconds | result") == 1, "a worker of xdist adds none"
    assert "test\\_differs" in written


def test_a_session_that_passes_has_its_report_too(project: Project) -> None:
    ran = project.pytest("--discovery-report=report.html", "-k", "agrees")
    assert ran.code == 0, ran.out
    assert "passed after" in (project.folder / "report.html").read_text()


def test_without_the_option_there_is_none(project: Project) -> None:
    ran = project.pytest("-k", "skipped")
    assert ran.code == 0, ran.out
    assert not [*project.folder.glob("**/*.html")]


def test_an_endpoint_that_runs_is_read_once_for_all_workers(project: Project) -> None:
    with Endpoint() as endpoint:
        ran = project.pytest(
            *("-n", "2", "--discovery-report=report.html", "-k", "agrees or breaks"),
            *("--localaws-endpoint", endpoint.url),
        )
    assert ran.code == 1, ran.out
    page = (project.folder / "report.html").read_text()
    assert page.count('<rect class="running"') == 2 * 2 + 1


def test_a_report_that_cannot_be_written_changes_no_result(project: Project) -> None:
    ran = project.pytest("--discovery-report=test_shop.py/report.html", "-k", "skipped")
    assert ran.code == 0, ran.out
    assert "the report could not be written" in ran.out


def test_a_worker_that_crashes_is_said(project: Project) -> None:
    project.write("test_crash.py", "import os\n\ndef test_crash(localaws):\n    os._exit(1)\n")
    ran = project.pytest("-n", "1", "--discovery-report=report.html", "test_crash.py")
    assert ran.code == 1, ran.out
    page = (project.folder / "report.html").read_text()
    assert "Not recorded: the events of the endpoint of gw0, which did not end in order" in page
    assert "crashed while running" in page
