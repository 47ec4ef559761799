# SPDX-License-Identifier: Apache-2.0
"""The plugin's `terraform`: a copy of any folder, applied, planned empty, destroyed, or kept."""

import os
import re
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.paths import CHECKOUT
from tests.support.pytest_runs import Project, Ran
from tests.support.waiting import eventually


@pytest.fixture
def project(tmp_path: Path, terraform: str) -> Project:
    return Project(tmp_path)


def failed(ran: Ran) -> str:
    assert ran.code == 1, ran.out
    return ran.out


def test_a_folder_keeps_its_neighbours_and_nothing_of_its_state(project: Project) -> None:
    """GIVEN a root module with a module beside it, a backend, and a state of its own
    WHEN it is deployed with a variable that has no default, and applied again
    THEN it finds the module, has a state of its own in a copy, and the original is as it was.
    """
    project.write("modules/echo/main.tf", 'variable "v" {}\noutput "v" { value = var.v }\n')
    project.write(
        "infra/main.tf",
        'terraform {\n  backend "s3" {}\n}\n'
        'variable "names" { type = list(string) }\n'
        'variable "desired" { type = number }\n'
        'module "echo" {\n  source = "../modules/echo"\n  v = var.names\n}\n'
        'resource "terraform_data" "it" { input = var.desired }\n'
        'output "names" { value = module.echo.v }\n'
        'output "desired" { value = terraform_data.it.output }\n',
    )
    project.write("infra/terraform.tfstate", "not for a test")
    project.write(
        "test_it.py",
        "def test_it(terraform):\n"
        "    infra = terraform('infra', names=['a', 'b'], desired=4)\n"
        "    assert infra['names'] == ['a', 'b'] and infra['desired'] == 4\n"
        "    infra.apply(desired=0)\n"
        "    assert infra.outputs == {'names': ['a', 'b'], 'desired': 0}\n",
    )
    ran = project.pytest()
    assert ran.code == 0, ran.out
    assert (project.folder / "infra" / "terraform.tfstate").read_text() == "not for a test"
    assert not (project.folder / "infra" / ".terraform").exists()
    assert [each.name for each in (project.folder / ".pytest-terraform").iterdir()] == [
        ".gitignore"
    ]


def test_a_plan_that_is_not_empty_fails_the_test(project: Project) -> None:
    text = 'resource "terraform_data" "it" { input = timestamp() }\n'
    project.write("infra/main.tf", text)
    project.write("test_it.py", "def test_it(terraform):\n    terraform('infra')\n")
    out = failed(project.pytest())
    assert "the plan of infra is not empty after its apply" in out
    assert "test_it.py:2: PlanNotEmpty" in out


def test_a_variable_that_does_not_exist_fails_the_test(project: Project) -> None:
    project.write("infra/main.tf", 'output "it" { value = 1 }\n')
    project.write("test_it.py", "def test_it(terraform):\n    terraform('infra', desird=4)\n")
    out = failed(project.pytest())
    assert 'A variable named "desird"' in out


CHECKED = """
variable "name" {}
variable "size" {
  default = 1
  validation {
    condition     = var.size > 0
    error_message = "at least 1"
  }
}
resource "terraform_data" "it" { input = "${var.name} ${var.size}" }
output "it" { value = terraform_data.it.output }
"""


def test_values_that_are_refused_do_not_stay(project: Project) -> None:
    """GIVEN a deployment with a variable that has no default
    WHEN an apply names an unknown variable, and another has a value that is not valid
    THEN it can be applied again and is destroyed, with the values of before.
    """
    project.write("infra/main.tf", CHECKED)
    project.write(
        "test_it.py",
        "import pytest\n"
        "from cloudmap_harness.errors import HarnessError\n"
        "def test_it(terraform):\n"
        "    infra = terraform('infra', name='shop')\n"
        "    for wrong in ({'siz': 2}, {'size': 0}):\n"
        "        with pytest.raises(HarnessError):\n"
        "            infra.apply(**wrong)\n"
        "    infra.apply(size=2)\n"
        "    assert infra['it'] == 'shop 2'\n"
        "    with pytest.raises(HarnessError, match='infra has no output ti; there are: it'):\n"
        "        infra['ti']\n"
        "    with pytest.raises(HarnessError):\n"
        "        infra.apply(size=0)\n",
    )
    ran = project.pytest()
    assert ran.code == 0, ran.out


APP = """
import json, os
from pathlib import Path

out = Path(os.environ["CDKTF_OUTDIR"])
stack = {
    "terraform": {"backend": {"local": {"path": str(out / "terraform.one.tfstate")}}},
    "variable": {"name": {"type": "string"}},
    "resource": {"terraform_data": {"it": {"input": "${var.name}"}}},
    "output": {"it": {"value": "${terraform_data.it.output}"}},
}
(out / "stacks" / "one").mkdir(parents=True)
(out / "stacks" / "one" / "cdk.tf.json").write_text(json.dumps(stack))
one = {"name": "one", "workingDirectory": "stacks/one", "dependencies": []}
(out / "manifest.json").write_text(json.dumps({"stacks": {"one": one}}))
"""


def test_an_apps_variable_without_a_default_is_given_to_destroy_too(project: Project) -> None:
    project.write("app/main.py", APP)
    project.write(
        "test_it.py",
        "import sys\n"
        "import pytest\n"
        "from cloudmap_harness.errors import UnknownStack, UnknownVariable\n"
        "def test_it(terraform):\n"
        "    app = terraform('app', command=[sys.executable, 'main.py'], name='shop')\n"
        "    with pytest.raises(UnknownVariable):\n"
        "        app.apply(nam='shop')\n"
        "    app.apply(name='mill')\n"
        "    assert app['one']['it'] == 'mill'\n"
        "    with pytest.raises(UnknownStack, match='the synthesis wrote: one'):\n"
        "        app['two']\n",
    )
    ran = project.pytest()
    assert ran.code == 0, ran.out


def test_what_cannot_be_destroyed_is_kept_and_named(project: Project) -> None:
    project.write(
        "infra/main.tf",
        'resource "terraform_data" "it" {\n'
        '  provisioner "local-exec" {\n    when = destroy\n    command = "exit 3"\n  }\n}\n',
    )
    project.write(
        "test_it.py",
        "def test_it(terraform):\n    terraform('infra')\ndef test_next(aws_account): ...\n",
    )
    out = failed(project.pytest())
    assert "2 passed, 1 error" in out
    (named,) = set(re.findall(r"^  (/\S+terraform\.tfstate)$", out, re.MULTILINE))
    assert "not destroyed; the state is kept in" in out
    assert '"terraform_data"' in Path(named).read_text()
    assert Path(named).is_relative_to(project.folder / ".pytest-terraform")


def test_a_deployment_of_a_module_serves_its_tests(project: Project) -> None:
    project.write(
        "infra/main.tf",
        'resource "aws_service_discovery_http_namespace" "it" { name = "shop" }\n'
        'output "id" { value = aws_service_discovery_http_namespace.it.id }\n',
    )
    project.write("infra/versions.tf", VERSIONS)
    project.write(
        "test_it.py",
        "import pytest\n"
        "@pytest.fixture(scope='module')\n"
        "def infra(module_terraform):\n    return module_terraform('infra')\n"
        "def ids(client):\n"
        "    return [n['Id'] for n in client('servicediscovery').list_namespaces()['Namespaces']]\n"
        "def test_one(infra, module_aws_client):\n"
        "    assert ids(module_aws_client) == [infra['id']]\n"
        "def test_two(infra, module_aws_client, aws_client):\n"
        "    assert ids(module_aws_client) == [infra['id']] and ids(aws_client) == []\n",
    )
    ran = project.pytest()
    assert ran.code == 0, ran.out
    assert "2 passed" in ran.out


VERSIONS = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
provider "aws" {
  region = "ap-northeast-1"
}
"""


def test_a_cdktf_app_is_deployed_by_its_command(project: Project) -> None:
    """The hands-on itself, as somebody's app: its tasks are found, and their pages served."""
    app = project.folder / "app"
    app.mkdir()
    for name in ("main.py", "handson.toml"):
        shutil.copy(CHECKOUT / name, app / name)
    shutil.copytree(CHECKOUT / "stacks", app / "stacks")
    project.write(
        "test_it.py",
        "import sys\n"
        "def test_it(terraform, discovery):\n"
        "    app = terraform('app', command=[sys.executable, 'main.py'], desired_count=2)\n"
        "    compute = app['compute']\n"
        "    service = discovery(compute['cluster_name'], compute['service_name'])\n"
        "    service.wait(desired=2)\n"
        "    assert service.resolve() == service.addresses and len(service.addresses) == 2\n"
        "    assert ['It works!' in page.body for page in service.get()] == [True, True]\n",
    )
    ran = project.pytest()
    assert ran.code == 0, ran.out


def test_a_service_that_does_not_converge_says_why(project: Project) -> None:
    shutil.copytree(CHECKOUT / "examples" / "plain-hcl", project.folder, dirs_exist_ok=True)
    project.write(
        "test_infra.py",
        "def test_it(terraform, discovery):\n"
        "    infra = terraform('infra', desired=1)\n"
        "    discovery(infra['cluster'], 'web').wait(desired=2, timeout=1)\n",
    )
    out = failed(project.pytest())
    assert "test_infra.py:3: WaitTimeout" in out
    assert "running tasks: 1 instead of 2" in out
    assert "the service's desired count is 1 instead of 2" in out
    assert "the service's last events:" in out


SLOW_TO_DESTROY = """
resource "terraform_data" "it" {
  provisioner "local-exec" {
    when    = destroy
    command = "sleep 14"
  }
}
"""

WAITS = """
import pathlib, time

def test_it(terraform):
    stack = terraform("infra")
    pathlib.Path("applied").touch()
    time.sleep(120)
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_one_ctrl_c_destroys_what_is_deployed(project: Project, workers: tuple[str, ...]) -> None:
    """xdist by itself would kill its workers after ten seconds, in the middle of the destroy."""
    project.write("infra/main.tf", SLOW_TO_DESTROY)
    project.write("test_it.py", WAITS)
    with project.start(*workers) as process:
        try:
            eventually((project.folder / "applied").exists, bool, within=60)
            os.killpg(process.pid, signal.SIGINT)
            out, _ = process.communicate(timeout=90)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, out
    assert [each.name for each in (project.folder / ".pytest-terraform").iterdir()] == [
        ".gitignore"
    ]


def test_what_another_run_has_left_is_named(project: Project) -> None:
    state = '{"resources": [{"mode": "managed"}, {"mode": "data"}]}'
    project.write(".pytest-terraform/test_it-0/infra/terraform.tfstate", state)
    project.write("test_it.py", "def test_it(): ...\n")
    ran = project.pytest("-v")
    assert ran.code == 0
    left = project.folder / ".pytest-terraform" / "test_it-0"
    assert f"1 resources of another run are left in {left}/infra/terraform.tfstate" in ran.out
    assert f"then remove {left}" in ran.out
