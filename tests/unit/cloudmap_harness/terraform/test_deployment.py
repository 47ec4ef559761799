# SPDX-License-Identifier: Apache-2.0
"""A deployment's order, scaling and destruction, with shell scripts for Terraform and synthesis."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudmap_harness.discovery.service import DiscoverableService
from cloudmap_harness.errors import DestroyError, NotDeployed, PlanNotEmpty, SynthError
from cloudmap_harness.terraform.deployment import Deployment, Synthesis

FakeTerraform = Callable[[str], dict[str, str]]

# Names in an order that is neither the alphabet's nor the manifest's.
SYNTH = """
import json, os, pathlib
out = pathlib.Path(os.environ["CDKTF_OUTDIR"])
needs = {"compute": ["discovery", "inputs"], "discovery": ["inputs"], "inputs": []}
for name in needs:
    folder = out / "stacks" / name
    folder.mkdir(parents=True, exist_ok=True)
    state = {"local": {"path": f"../../../terraform.{name}.tfstate"}}
    stack = {"terraform": {"backend": state}, "count": os.environ.get("HANDSON_DESIRED_COUNT")}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
stacks = {n: {"dependencies": d, "workingDirectory": f"stacks/{n}"} for n, d in needs.items()}
(out / "manifest.json").write_text(json.dumps({"stacks": stacks}))
"""

# Logs `verb stack count`, keeps a state as Terraform does, and fails where a file says so.
TERRAFORM = """
stack=$(basename "$PWD")
count=$(sed 's/.*"count": "*\\([a-z0-9]*\\).*/\\1/' cdk.tf.json)
[ "$1" = init ] || echo "$1 $stack $count" >> ../../../calls
state=../../../terraform.$stack.tfstate
[ ! -e "../../../fail-$1-$stack" ] || { echo "Error: $stack refused" >&2; exit 1; }
case $1 in
  apply) echo '{"resources": [1], "outputs": {}}' > $state;;
  destroy) echo '{"resources": [], "outputs": {}}' > $state;;
  plan) [ ! -e "../../../drift-$stack" ] || { echo "Plan: 1 to change"; exit 2; };;
  output) echo '{"count": {"value": '$count'}}';;
esac
"""


@pytest.fixture
def deployment(tmp_path: Path, fake_terraform: FakeTerraform) -> Deployment:
    synthesis = Synthesis([sys.executable, "-c", SYNTH], tmp_path)
    return Deployment(tmp_path / "cdktf.out", fake_terraform(TERRAFORM), synthesis)


def calls(tmp_path: Path) -> list[str]:
    """What Terraform was asked to do since the last look."""
    log = tmp_path / "calls"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def test_deploy_applies_each_stack_after_what_it_needs(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.deploy(4)
    assert calls(tmp_path) == ["apply inputs 4", "apply discovery 4", "apply compute 4"]


def test_deploy_without_a_count_leaves_it_to_the_settings(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.deploy()
    assert calls(tmp_path)[-1] == "apply compute null"


def test_scale_applies_only_the_stack_with_the_count(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.deploy(1)
    calls(tmp_path)
    deployment.scale(0)
    assert calls(tmp_path) == ["apply compute 0"]


def test_a_failed_apply_stops_the_deployment(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "fail-apply-discovery").touch()
    with pytest.raises(Exception, match="terraform apply of discovery failed"):
        deployment.deploy(1)
    assert calls(tmp_path) == ["apply inputs 1", "apply discovery 1"]


def test_the_plan_of_every_stack_must_be_empty(deployment: Deployment, tmp_path: Path) -> None:
    deployment.deploy(1)
    calls(tmp_path)
    deployment.check_plan_is_empty()
    assert sorted(calls(tmp_path)) == ["plan compute 1", "plan discovery 1", "plan inputs 1"]
    (tmp_path / "drift-discovery").touch()
    with pytest.raises(PlanNotEmpty, match="plan of discovery is not empty .*\nPlan: 1 to change"):
        deployment.check_plan_is_empty()


def test_destroy_goes_backwards(deployment: Deployment, tmp_path: Path) -> None:
    deployment.deploy(1)
    calls(tmp_path)
    deployment.destroy()
    assert calls(tmp_path) == ["destroy compute 1", "destroy discovery 1", "destroy inputs 1"]


def test_destroy_takes_what_a_failed_deploy_left(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "fail-apply-discovery").touch()
    with pytest.raises(Exception, match="discovery"):
        deployment.deploy(1)
    calls(tmp_path)
    deployment.destroy()
    assert calls(tmp_path) == ["destroy inputs 1"]


def test_destroy_twice_or_of_nothing_does_nothing(deployment: Deployment, tmp_path: Path) -> None:
    deployment.destroy()
    deployment.deploy(1)
    deployment.destroy()
    calls(tmp_path)
    deployment.destroy()
    assert calls(tmp_path) == []


def test_a_failed_destroy_keeps_the_state_and_says_where(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.deploy(1)
    (tmp_path / "fail-destroy-discovery").touch()
    with pytest.raises(DestroyError) as error:
        deployment.destroy()
    states = [tmp_path / f"terraform.{name}.tfstate" for name in ("inputs", "discovery", "compute")]
    assert error.value.state == tuple(states)
    assert all(str(state) in str(error.value) for state in states)
    assert "Error: discovery refused" in str(error.value)
    assert json.loads(states[1].read_text())["resources"]


def test_outputs_are_by_stack(deployment: Deployment) -> None:
    deployment.deploy(3)
    assert deployment.output() == {
        name: {"count": 3} for name in ("inputs", "discovery", "compute")
    }


def test_an_unsynthesized_deployment_has_no_stacks(deployment: Deployment) -> None:
    assert deployment.stacks() == []
    assert deployment.output() == {}


def test_a_failed_synthesis_says_why(tmp_path: Path) -> None:
    program = "import sys; sys.stderr.write('desired_count: got 1001\\n'); sys.exit(2)"
    synthesis = Synthesis([sys.executable, "-c", program], tmp_path)
    with pytest.raises(SynthError, match="^desired_count: got 1001$") as error:
        Deployment(tmp_path / "cdktf.out", {}, synthesis).deploy(1001)
    assert error.value.code == 2


def test_time_is_told_apart_by_kind(deployment: Deployment) -> None:
    deployment.deploy(1)
    deployment.check_plan_is_empty()
    deployment.destroy()
    assert list(deployment.timings.seconds) == ["synth", "init", "apply", "plan", "destroy"]


def test_deployed_facts_come_from_the_outputs() -> None:
    outputs: dict[str, dict[str, Any]] = {
        "network-inputs": {"private_subnet_ids": ["subnet-1", "subnet-2"]},
        "discovery": {
            "service_id": "srv-1",
            "service_fqdn": "web.example.internal",
            "hosted_zone_id": "Z1",
        },
        "compute": {"cluster_name": "c", "service_name": "s", "desired_count": 4},
    }
    deployed = DiscoverableService.of(outputs)
    assert (deployed.record_name, deployed.desired) == ("web.example.internal.", 4)
    assert deployed.subnet_ids == ("subnet-1", "subnet-2")
    with pytest.raises(NotDeployed, match="not deployed: the stack compute has no outputs"):
        DiscoverableService.of({**outputs, "compute": {}})
