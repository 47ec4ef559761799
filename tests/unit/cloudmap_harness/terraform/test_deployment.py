# SPDX-License-Identifier: Apache-2.0
"""A deployment's order, selection and destruction, with scripts for Terraform and synthesis."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudmap_harness.errors import (
    DestroyError,
    PlanNotEmpty,
    SynthError,
    UnknownStack,
    UnknownVariable,
)
from cloudmap_harness.terraform import deployment as module
from cloudmap_harness.terraform.deployment import Deployment, Synthesis

FakeTerraform = Callable[[str], dict[str, str]]

# The order of an apply is neither alphabetical nor that of the manifest.
SYNTH = """
import json, os, pathlib
out = pathlib.Path(os.environ["CDKTF_OUTDIR"])
needs = {"app": ["queue", "vpc"], "queue": ["vpc"], "vpc": []}
for name in needs:
    folder = out / "stacks" / name
    folder.mkdir(parents=True, exist_ok=True)
    state = {"local": {"path": f"../../../terraform.{name}.tfstate"}}
    stack = {"terraform": {"backend": state}, "variable": {"count": {"default": 0}}}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
stacks = {n: {"dependencies": d, "workingDirectory": f"stacks/{n}"} for n, d in needs.items()}
(out / "manifest.json").write_text(json.dumps({"stacks": stacks}))
"""

# Logs `verb stack count`, keeps a state as Terraform does, and fails where a file says so.
TERRAFORM = """
stack=$(basename "$PWD")
count=default
for option; do case $option in -var=count=*) count=${option#-var=count=};; esac; done
[ "$1" = init ] || echo "$1 $stack $count" >> ../../../calls
state=../../../terraform.$stack.tfstate
mode=managed
[ ! -e "../../../only-looks-up-$stack" ] || mode=data
[ ! -e "../../../fail-$1-$stack" ] || { echo "Error: $stack refused" >&2; exit 1; }
case $1 in
  apply)
    resources='[{"mode": "'$mode'"}]' outputs='{"count": {"value": '$count'}}'
    echo '{"resources": '$resources', "outputs": '$outputs'}' > $state;;
  destroy) echo '{"resources": [], "outputs": {}}' > $state;;
  plan) [ ! -e "../../../drift-$stack" ] || { echo "Plan: 1 to change"; exit 2; };;
esac
"""


@pytest.fixture
def deployment(tmp_path: Path, fake_terraform: FakeTerraform) -> Deployment:
    synthesis = Synthesis([sys.executable, "-c", SYNTH], tmp_path)
    deployment = Deployment(tmp_path / "cdktf.out", fake_terraform(TERRAFORM), synthesis)
    deployment.synth()
    return deployment


def count(number: int) -> dict[str, dict[str, str]]:
    """Returns the variable of each stack."""
    return {name: {"count": str(number)} for name in ("app", "queue", "vpc")}


def calls(tmp_path: Path) -> list[str]:
    """Returns the commands since the last call of this function."""
    log = tmp_path / "calls"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def test_apply_takes_each_stack_after_what_it_needs(deployment: Deployment, tmp_path: Path) -> None:
    deployment.apply(count(4))
    assert calls(tmp_path) == ["apply vpc 4", "apply queue 4", "apply app 4"]


def test_each_stack_gets_its_own_variables(deployment: Deployment, tmp_path: Path) -> None:
    deployment.apply({"queue": {"count": "2"}})
    assert calls(tmp_path) == ["apply vpc default", "apply queue 2", "apply app default"]


def test_a_variable_that_the_stack_does_not_have_is_refused(
    deployment: Deployment, tmp_path: Path
) -> None:
    with pytest.raises(UnknownVariable, match="the stack app, as it is written, has no variable n"):
        deployment.apply({"app": {"number": "1", "count": "2"}})
    assert calls(tmp_path) == []


def test_apply_takes_only_the_named_stacks(deployment: Deployment, tmp_path: Path) -> None:
    deployment.apply(count(1))
    calls(tmp_path)
    deployment.apply(count(0), only=("app",))
    assert calls(tmp_path) == ["apply app 0"]
    deployment.apply(count(2), only=["app", "vpc"])
    assert calls(tmp_path) == ["apply vpc 2", "apply app 2"]


def test_stacks_are_written_beside_the_block(tmp_path: Path) -> None:
    program = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)"
    synthesis = Synthesis([sys.executable, "-c", program], tmp_path)
    with Deployment(tmp_path / "cdktf.out", {}, synthesis).synthesizing():
        (tmp_path / "go").touch()


def test_a_failure_of_the_block_stops_the_synthesis(tmp_path: Path) -> None:
    program = "import time; time.sleep(600)"
    synthesis = Synthesis([sys.executable, "-c", program], tmp_path)
    deployment = Deployment(tmp_path / "cdktf.out", {}, synthesis)
    with pytest.raises(ZeroDivisionError), deployment.synthesizing():
        raise ZeroDivisionError


def test_terraform_is_led_to_a_provider_that_runs(
    deployment: Deployment, tmp_path: Path, fake_terraform: FakeTerraform
) -> None:
    environment = fake_terraform('echo "$TF_REATTACH_PROVIDERS" >> ../../../seen')
    synthesis = Synthesis(["true"], tmp_path)
    attached = Deployment(
        deployment.folder, environment, synthesis, provider=lambda: {"TF_REATTACH_PROVIDERS": "it"}
    )
    attached.apply(only=["vpc"])
    assert {*(tmp_path / "seen").read_text().split()} == {"it"}


def test_a_stack_that_the_synthesis_did_not_write_is_refused(
    deployment: Deployment, tmp_path: Path
) -> None:
    expected = "no such stack: ap; the synthesis wrote: vpc, queue, app"
    with pytest.raises(UnknownStack, match=f"^{expected}$"):
        deployment.apply(only=("ap", "app"))
    assert calls(tmp_path) == []


def test_a_failed_apply_stops_the_deployment(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "fail-apply-queue").touch()
    with pytest.raises(Exception, match="terraform apply of queue failed"):
        deployment.apply(count(1))
    assert calls(tmp_path) == ["apply vpc 1", "apply queue 1"]


def test_the_plan_of_every_stack_must_be_empty(deployment: Deployment, tmp_path: Path) -> None:
    deployment.apply(count(1))
    calls(tmp_path)
    deployment.check_plan_is_empty(count(1))
    assert sorted(calls(tmp_path)) == ["plan app 1", "plan queue 1", "plan vpc 1"]
    (tmp_path / "drift-queue").touch()
    with pytest.raises(PlanNotEmpty, match="plan of queue is not empty .*\nPlan: 1 to change"):
        deployment.check_plan_is_empty()


def test_destroy_takes_dependants_first(deployment: Deployment, tmp_path: Path) -> None:
    deployment.apply(count(1))
    calls(tmp_path)
    deployment.destroy()
    assert calls(tmp_path) == [
        "destroy app default",
        "destroy queue default",
        "destroy vpc default",
    ]


def test_destroy_removes_what_a_failed_deploy_applied(
    deployment: Deployment, tmp_path: Path
) -> None:
    (tmp_path / "fail-apply-queue").touch()
    with pytest.raises(Exception, match="queue"):
        deployment.apply(count(1))
    calls(tmp_path)
    deployment.destroy()
    assert calls(tmp_path) == ["destroy vpc default"]


def test_destroy_twice_or_of_nothing_does_nothing(deployment: Deployment, tmp_path: Path) -> None:
    deployment.destroy()
    deployment.apply(count(1))
    deployment.destroy()
    calls(tmp_path)
    deployment.destroy()
    assert calls(tmp_path) == []


def test_a_failed_destroy_keeps_the_state_and_says_where(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.apply(count(1))
    (tmp_path / "fail-destroy-queue").touch()
    with pytest.raises(DestroyError) as error:
        deployment.destroy()
    states = [tmp_path / f"terraform.{name}.tfstate" for name in ("vpc", "queue")]
    assert error.value.state == tuple(states), "what the first stack had is destroyed"
    assert all(str(state) in str(error.value) for state in states)
    assert "Error: queue refused" in str(error.value)
    assert json.loads(states[1].read_text())["resources"]


def test_a_stack_that_only_looks_things_up_may_fail_to_be_destroyed(
    deployment: Deployment, tmp_path: Path
) -> None:
    (tmp_path / "only-looks-up-vpc").touch()
    deployment.apply(count(1))
    (tmp_path / "fail-destroy-vpc").touch()
    deployment.destroy()
    (tmp_path / "fail-destroy-queue").touch()
    deployment.apply(count(1))
    with pytest.raises(DestroyError) as error:
        deployment.destroy()
    assert error.value.state == (tmp_path / "terraform.queue.tfstate",)


def test_outputs_are_by_stack(deployment: Deployment) -> None:
    deployment.apply(count(3))
    assert deployment.output() == {name: {"count": 3} for name in ("vpc", "queue", "app")}


def test_an_unsynthesized_deployment_has_no_stacks(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path / "cdktf.out", {}, Synthesis(["true"], tmp_path))
    assert deployment.stacks() == []
    assert deployment.output() == {}


def test_a_failed_synthesis_is_reported_with_its_output(tmp_path: Path) -> None:
    program = "import sys; sys.stderr.write('count: got 1001\\n'); sys.exit(2)"
    synthesis = Synthesis([sys.executable, "-c", program], tmp_path)
    with pytest.raises(SynthError, match="^count: got 1001$") as error:
        Deployment(tmp_path / "cdktf.out", {}, synthesis).synth()
    assert error.value.code == 2


def test_a_silent_failure_of_the_synthesis_has_its_exit_code(tmp_path: Path) -> None:
    synthesis = Synthesis([sys.executable, "-c", "import sys; sys.exit(3)"], tmp_path)
    expected = r"^the synthesis failed \(exit code 3\) and wrote nothing to stderr$"
    with pytest.raises(SynthError, match=expected):
        Deployment(tmp_path / "cdktf.out", {}, synthesis).synth()


def test_a_late_synthesis_is_stopped_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SYNTH_TIMEOUT", 0.2)
    synthesis = Synthesis([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path)
    with pytest.raises(SynthError, match="^the synthesis was stopped after 0 s$"):
        Deployment(tmp_path / "cdktf.out", {}, synthesis).synth()


def test_seconds_are_summed_by_phase(deployment: Deployment) -> None:
    deployment.apply(count(1))
    deployment.check_plan_is_empty()
    deployment.destroy()
    assert list(deployment.timings.seconds) == ["synth", "init", "apply", "plan", "destroy"]
