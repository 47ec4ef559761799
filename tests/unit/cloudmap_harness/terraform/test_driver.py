# SPDX-License-Identifier: Apache-2.0
"""Terraform's command lines, exit codes and output, with a shell script for Terraform."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudmap_harness import live_line
from cloudmap_harness.errors import TerraformError, ToolMissing
from cloudmap_harness.terraform import driver as terraform
from cloudmap_harness.terraform.driver import Terraform

FakeTerraform = Callable[[str], dict[str, str]]
RECORD = 'echo "$@" >> calls'


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def test_command_lines_never_ask_and_have_no_colour(
    fake_terraform: FakeTerraform, stack_folder: Path
) -> None:
    stack = Terraform(stack_folder, fake_terraform(RECORD))
    terraform.init([stack])
    terraform.plan([stack])
    stack.apply({"desired_count": "4"})
    stack.destroy()
    lines = [set(line.split()) for line in calls(stack_folder)]
    common = {"-input=false", "-no-color"}
    assert lines == [
        {"init"} | common,
        {"plan", "-detailed-exitcode", "-lock-timeout=30s"} | common,
        {"apply", "-auto-approve=true", "-lock-timeout=30s", "-var=desired_count=4"} | common,
        {"destroy", "-auto-approve", "-lock-timeout=30s"} | common,
    ]


def test_each_line_is_shown_with_its_stack(
    fake_terraform: FakeTerraform, stack_folder: Path
) -> None:
    shown: list[tuple[str, str]] = []
    environment = fake_terraform("echo Creating...; echo 'Warning: old' >&2")
    Terraform(stack_folder, environment, lambda *line: shown.append(line)).apply()
    assert sorted(shown) == [("web", "Creating..."), ("web", "Warning: old")]


def test_a_failure_repeats_terraforms_output(
    fake_terraform: FakeTerraform, stack_folder: Path
) -> None:
    script = r"echo Plan: 1; printf '\033[31mError: no such VPC\033[0m\n' >&2; exit 1"
    with pytest.raises(TerraformError) as error:
        Terraform(stack_folder, fake_terraform(script)).apply()
    assert str(error.value) == "terraform apply of web failed (exit code 1):\nError: no such VPC"
    assert (error.value.stack, error.value.command) == ("web", "apply")


def test_a_long_failure_keeps_its_end(fake_terraform: FakeTerraform, stack_folder: Path) -> None:
    script = "i=0; while [ $i -lt 500 ]; do echo line $i >&2; i=$((i+1)); done; exit 1"
    with pytest.raises(TerraformError) as error:
        Terraform(stack_folder, fake_terraform(script)).destroy()
    assert error.value.output.splitlines()[0] == "line 440"
    assert error.value.output.splitlines()[-1] == "line 499"


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ("exit 2", "exit code 2"),
        ("exit 11", "exit code 11"),
        ("kill -KILL $$", "killed by SIGKILL"),
        ("kill -SEGV $$", "killed by SIGSEGV"),
    ],
)
def test_every_exit_but_success_is_an_error(
    fake_terraform: FakeTerraform, stack_folder: Path, script: str, outcome: str
) -> None:
    with pytest.raises(TerraformError) as error:
        Terraform(stack_folder, fake_terraform(script)).apply()
    assert error.value.outcome == outcome
    assert error.value.output == "(Terraform wrote nothing)"


@pytest.mark.parametrize(("code", "changed"), [(0, {}), (2, {"web": "Plan: 1 to add\n"})])
def test_plan_returns_only_stacks_with_changes(
    fake_terraform: FakeTerraform, stack_folder: Path, code: int, changed: dict[str, str]
) -> None:
    stack = Terraform(stack_folder, fake_terraform(f"echo Plan: 1 to add; exit {code}"))
    assert terraform.plan([stack]) == changed


def test_plan_that_fails_is_an_error(fake_terraform: FakeTerraform, stack_folder: Path) -> None:
    with pytest.raises(TerraformError, match="terraform plan of web failed"):
        terraform.plan([Terraform(stack_folder, fake_terraform("exit 1"))])


def test_a_late_command_is_stopped_and_reported(
    fake_terraform: FakeTerraform, stack_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(terraform.TIMEOUTS, "apply", 0.5)
    script = "trap 'echo Interrupt received. >&2; exit 1' INT; while :; do sleep 0.01; done"
    with pytest.raises(TerraformError) as error:
        Terraform(stack_folder, fake_terraform(script)).apply()
    assert error.value.outcome == "stopped after 0 s, exit code 1"
    assert error.value.output == "Interrupt received."


def test_a_missing_terraform_is_named(stack_folder: Path) -> None:
    stack = Terraform(stack_folder, {"TERRAFORM_BINARY_NAME": "no-such-terraform"})
    with pytest.raises(ToolMissing, match="no-such-terraform: no such program; install Terraform"):
        stack.apply()


def test_outputs_keep_their_types(fake_terraform: FakeTerraform, stack_folder: Path) -> None:
    outputs = {
        "desired_count": {"sensitive": False, "type": "number", "value": 4},
        "private_subnet_ids": {"sensitive": False, "type": ["list", "string"], "value": ["a", "b"]},
    }
    shown = {"web": {"desired_count": 4, "private_subnet_ids": ["a", "b"]}}
    local = Terraform(stack_folder, fake_terraform("exit 1"))
    (stack_folder / "../../../terraform.web.tfstate").write_text(json.dumps({"outputs": outputs}))
    assert terraform.output([local]) == shown

    (stack_folder / "cdk.tf.json").write_text('{"terraform": {"backend": {"s3": {}}}}')
    (stack_folder / "outputs.json").write_text(json.dumps(outputs))
    script = f"{RECORD}; [ $1 != output ] || cat outputs.json"
    assert terraform.output([Terraform(stack_folder, fake_terraform(script))]) == shown
    assert [line.split()[0] for line in calls(stack_folder)] == ["init", "output"]


def test_a_stack_that_is_not_applied_has_no_outputs(
    fake_terraform: FakeTerraform, stack_folder: Path
) -> None:
    stack = Terraform(stack_folder, fake_terraform("exit 1"))
    assert terraform.output([stack]) == {"web": {}}


PROVIDERS = ".terraform/providers/r/h/aws/5/linux"
INIT = f"{RECORD}; mkdir -p {PROVIDERS}; touch {PROVIDERS}/terraform-provider-aws"


def test_a_second_init_runs_nothing(fake_terraform: FakeTerraform, stack_folder: Path) -> None:
    stack = Terraform(stack_folder, fake_terraform(INIT))
    terraform.init([stack])
    terraform.init([stack])
    assert len(calls(stack_folder)) == 1


def test_init_runs_again_when_the_provider_is_gone(
    fake_terraform: FakeTerraform, stack_folder: Path
) -> None:
    stack = Terraform(stack_folder, fake_terraform(INIT))
    terraform.init([stack])
    (stack_folder / PROVIDERS / "terraform-provider-aws").unlink()
    terraform.init([stack])
    assert len(calls(stack_folder)) == 2


def test_init_runs_again_when_the_requirements_change(
    fake_terraform: FakeTerraform, stack_folder: Path
) -> None:
    stack = Terraform(stack_folder, fake_terraform(INIT))
    terraform.init([stack])
    (stack_folder / "cdk.tf.json").write_text('{"terraform": {}, "resource": {}}')
    terraform.init([stack])
    (stack_folder / "cdk.tf.json").write_text('{"terraform": {}, "resource": {"x": {}}}')
    terraform.init([stack])
    assert len(calls(stack_folder)) == 2


def test_init_runs_again_after_a_failure(fake_terraform: FakeTerraform, stack_folder: Path) -> None:
    environment = fake_terraform(f"{INIT}; exit 1")
    for _ in range(2):
        with pytest.raises(TerraformError):
            terraform.init([Terraform(stack_folder, environment)])
    assert len(calls(stack_folder)) == 2


def test_the_state_is_where_the_stack_says(stack_folder: Path, tmp_path: Path) -> None:
    assert Terraform(stack_folder, {}).state_file() == tmp_path / "terraform.web.tfstate"
    (stack_folder / "cdk.tf.json").write_text('{"terraform": {"backend": {"s3": {}}}}')
    assert Terraform(stack_folder, {}).state_file() is None


def test_a_locked_state_is_reported_with_the_command_that_releases_it(
    fake_terraform: FakeTerraform, stack_folder: Path
) -> None:
    script = (
        "printf 'Error: Error acquiring the state lock\\n  ID:  4b-1\\n  Who: me\\n' >&2; exit 1"
    )
    environment = fake_terraform(script)
    with pytest.raises(TerraformError) as error:
        Terraform(stack_folder, environment).apply()
    binary = environment["TERRAFORM_BINARY_NAME"]
    lines = str(error.value).splitlines()
    assert lines[-1] == f"  '{binary}' -chdir={stack_folder} force-unlock -force 4b-1"
    assert "nothing was changed" in lines[-3]


def test_an_init_that_succeeds_is_one_line(
    fake_terraform: FakeTerraform, stack_folder: Path
) -> None:
    shown: list[tuple[str, str]] = []
    environment = fake_terraform(f"{INIT}; echo 'Initializing the backend...'; echo done")
    stack = Terraform(stack_folder, environment, lambda *line: shown.append(line))
    terraform.init([stack])
    terraform.init([stack])
    assert shown == [("web", "Terraform is initialized")]


def test_an_init_that_fails_tells_all(fake_terraform: FakeTerraform, stack_folder: Path) -> None:
    shown: list[tuple[str, str]] = []
    environment = fake_terraform("echo Initializing...; echo 'Error: no provider' >&2; exit 1")
    with pytest.raises(TerraformError, match="Initializing...\nError: no provider"):
        terraform.init([Terraform(stack_folder, environment, lambda *line: shown.append(line))])
    assert shown == []


def test_what_terraform_waits_for_is_said(
    fake_terraform: FakeTerraform, stack_folder: Path
) -> None:
    said: list[str] = []
    script = "echo 'aws_vpc.v: Creating...'; echo 'aws_vpc.v: Creation complete after 0s [id=v]'"

    def echo(stack: str, line: str) -> None:
        said.append(live_line.text(80, time.monotonic()).rpartition(", ")[0])

    Terraform(stack_folder, fake_terraform(script), echo).apply()
    assert said == ["web: creating aws_vpc.v", "web: terraform apply"]
