# SPDX-License-Identifier: Apache-2.0
"""The plugin's fixtures: an endpoint for each worker, an account for each test, and the guards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cloudmap_harness.aws.health import read_health
from localaws.server import Endpoint
from tests.support.paths import CHECKOUT
from tests.support.pytest_runs import Project

ISOLATED = """
import pytest

@pytest.mark.parametrize("number", range(6))
def test_an_account_is_empty_at_first(aws_client, aws_account, number):
    ecs = aws_client("ecs")
    assert ecs.list_clusters()["clusterArns"] == []
    arn = ecs.create_cluster(clusterName="same")["cluster"]["clusterArn"]
    assert arn.split(":")[4] == aws_account
"""

SHARED = """
def test_one(module_aws_client, module_aws_account, session_aws_account):
    module_aws_client("ecs").create_cluster(clusterName="same")
    assert module_aws_account != session_aws_account

def test_two(module_aws_client, aws_client):
    assert len(module_aws_client("ecs").list_clusters()["clusterArns"]) == 1
    assert aws_client("ecs").list_clusters()["clusterArns"] == []
"""

USED = """
import pathlib, urllib.request, json

def test_endpoint(localaws, aws_environment):
    assert aws_environment["AWS_ENDPOINT_URL"] == localaws
    page = json.load(urllib.request.urlopen(f"{localaws}/_localstack/health"))
    pathlib.Path("used").write_text(f"{localaws} {page['pid']}")
"""

NO_COUNT = """
import pytest

@pytest.mark.parametrize("desired", [-1, "4", 1.5, True])
def test_web(discovery, desired):
    discovery("handson", "web").wait(desired=desired)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_nothing_heavy_is_imported_before_a_fixture_is_used() -> None:
    code = (
        "import sys, cloudmap_harness.pytest_plugin; "
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    heavy = {"aiohttp", "boto3", "botocore", "dns", "localaws", "moto", "rich", "urllib3"}
    assert not heavy & set(eval(ran.stdout))


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_each_test_has_an_account_of_its_own(project: Project, workers: tuple[str, ...]) -> None:
    project.write("test_isolated.py", ISOLATED)
    ran = project.pytest(*workers)
    assert ran.code == 0, ran.out
    assert "6 passed" in ran.out


def test_wider_scopes_share_an_account(project: Project) -> None:
    project.write("test_shared.py", SHARED)
    ran = project.pytest()
    assert ran.code == 0, ran.out


def test_the_endpoint_ends_with_the_run(project: Project) -> None:
    project.write("test_used.py", USED)
    ran = project.pytest()
    assert ran.code == 0, ran.out
    url, pid = (project.folder / "used").read_text().split()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
    assert read_health(url) is None


def test_an_endpoint_that_runs_can_be_used(project: Project) -> None:
    project.write("test_used.py", USED)
    with Endpoint() as endpoint:
        ran = project.pytest("--localaws-endpoint", endpoint.url)
        assert ran.code == 0, ran.out
        assert (project.folder / "used").read_text() == f"{endpoint.url} {os.getpid()}"


def test_an_endpoint_that_does_not_answer_is_told(project: Project) -> None:
    project.write("test_used.py", ISOLATED)
    ran = project.pytest("--localaws-endpoint", "http://127.0.0.1:9", "-k", "0")
    assert ran.code == 1
    assert "'http://127.0.0.1:9', allowed: a localaws; nothing answers there" in ran.out


def test_the_region_is_a_setting(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\naws_region = eu-central-1\n")
    project.write(
        "test_region.py",
        "def test_it(aws_client):\n"
        "    assert aws_client('ec2').meta.region_name == 'eu-central-1'\n",
    )
    ran = project.pytest(AWS_REGION="us-east-1")
    assert ran.code == 0, ran.out


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "x"}, "a real access key"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "a real"),
    ],
)
def test_aws_is_guarded(project: Project, environ: dict[str, str], words: str) -> None:
    project.write("test_isolated.py", ISOLATED)
    nowhere = str(project.folder / "none")
    ran = project.pytest(
        "--target=aws",
        "-k",
        "0",
        **environ,
        AWS_CONFIG_FILE=nowhere,
        AWS_SHARED_CREDENTIALS_FILE=nowhere,
        AWS_EC2_METADATA_DISABLED="true",
    )
    assert ran.code == 1
    assert "TargetError" in ran.out
    assert words in ran.out


def test_what_needs_the_embedded_endpoint_says_so_elsewhere(project: Project) -> None:
    project.write("test_inside.py", "def test_it(vpc_dns): ...\ndef test_url(localaws): ...\n")
    with Endpoint() as endpoint:
        ran = project.pytest("--target=localstack", "-rs", AWS_ENDPOINT_URL=endpoint.url)
    assert ran.code == 0
    assert "--target=localstack: its VPCs can only be looked into from a host inside" in ran.out
    assert "--target=localstack: this test needs the embedded endpoint" in ran.out


def test_an_endpoint_goes_with_the_local_target_only(project: Project) -> None:
    ran = project.pytest("--target=aws", "--localaws-endpoint", "http://127.0.0.1:9")
    assert ran.code == pytest.ExitCode.USAGE_ERROR
    assert "--localaws-endpoint goes with --target=local only" in ran.out


def test_what_is_no_count_is_told_at_once(project: Project) -> None:
    project.write("test_count.py", NO_COUNT)
    ran = project.pytest()
    assert ran.code == 1
    for desired in ("-1", "'4'", "1.5", "True"):
        assert f".wait(desired={desired}): a count is an int, 0 or more" in ran.out


def test_a_folder_that_does_not_exist_is_told_at_the_tests_own_line(project: Project) -> None:
    project.write("test_it.py", "def test_it(terraform):\n    terraform('infar')\n")
    ran = project.pytest()
    assert ran.code == 1
    assert f"terraform('infar'): there is no such folder in {project.folder}" in ran.out
    assert "stacks.py" not in ran.out, "no frame of the package is shown"
    assert "test_it.py:2: HarnessError" in ran.out
