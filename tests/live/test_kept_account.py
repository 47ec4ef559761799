# SPDX-License-Identifier: Apache-2.0
"""What `make deploy` has deployed outlives its endpoint; an account that was reset does not."""

import os
import signal
import time

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.discovery.look import check_service
from cloudmap_harness.terraform.deployment import Deployment
from cloudmap_harness.terraform.environment import terraform_environment
from handson.background_process import read_pid_file
from handson.project import SYNTHESIS
from handson.stack_outputs import count_variable
from tests.live.checkout import Copy
from tests.support.waiting import eventually

PROMISED_SECONDS = 1.0


def endpoint_of(copy: Copy) -> tuple[int, str]:
    recorded = read_pid_file(copy.folder / ".state")
    assert recorded is not None
    return recorded


def test_a_deployment_outlives_its_endpoint_but_not_a_reset(copy: Copy) -> None:
    """GIVEN a deployment by make deploy
    WHEN its endpoint is killed, THEN `make status` finds all of it and Terraform has no plan
    WHEN its account is reset, THEN `make deploy` puts the state aside and deploys anew.
    """
    copy.run("make", "deploy", "DESIRED=2")
    deployed = copy.deployed()
    before = check_service(copy.aws(), deployed.cluster, deployed.ecs_service)
    time.sleep(PROMISED_SECONDS)
    pid, _ = endpoint_of(copy)
    os.kill(pid, signal.SIGKILL)

    copy.run("make", "status", "DESIRED=2")
    assert endpoint_of(copy)[0] != pid
    assert check_service(copy.aws(), deployed.cluster, deployed.ecs_service) == before
    assert len(before.records) == 2
    terraform_of(copy).check_plan_is_empty(count_variable(2))

    copy.run("make", "local-reset")
    assert deployed_clusters(copy.aws()) == []
    told = copy.run("make", "deploy", "DESIRED=1")
    assert "put aside: " in told
    assert len([*copy.folder.glob("terraform.*.tfstate.gone-*.backup")]) == 3
    assert len(deployed_clusters(copy.aws())) == 1
    copy.run("make", "destroy")
    eventually(lambda: deployed_clusters(copy.aws()), lambda clusters: clusters == [])


def deployed_clusters(aws: AwsClients) -> list[str]:
    return aws.ecs.list_clusters()["clusterArns"]


def terraform_of(copy: Copy) -> Deployment:
    child = child_environment(
        Target.LOCAL, copy.environ, endpoint=endpoint_of(copy)[1], region="ap-northeast-1"
    )
    rc = copy.folder / ".state" / "terraform.rc"
    environment = terraform_environment(child, cli_configuration=rc)
    return Deployment(copy.folder / "cdktf.out", environment, SYNTHESIS)
