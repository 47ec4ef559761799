# SPDX-License-Identifier: Apache-2.0
"""The four commands as a person types them, through the real CLI, in a copy of the checkout."""

from cloudmap_harness.discovery.convergence import wait_until_converged
from tests.live.checkout import STACKS, Copy


def test_the_commands_work_as_typed(copy: Copy) -> None:
    """GIVEN a checkout that is set up and nothing else
    WHEN the hands-on is synthesized, deployed by two of its stacks, and destroyed
    THEN each command does what it says, a shell inside the VPC gets the page, and nothing is left.
    """
    listing = copy.run("make", "synth")
    assert all(f"cdktf.out/stacks/{stack}/cdk.tf.json" in listing for stack in STACKS)
    synthesized = {stack: copy.json(stack) for stack in STACKS}

    copy.run("cdktf", "deploy", "discovery", "compute", "--auto-approve")
    assert {stack: copy.json(stack) for stack in STACKS} == synthesized
    aws, deployed = copy.aws(), copy.deployed()
    wait_until_converged(
        aws,
        deployed.cluster,
        deployed.ecs_service,
        desired=1,
        expectations=lambda check: deployed.expectations(check, ttl=300),
        timeout=60,
        interval=0.2,
    )

    name = deployed.record_name.rstrip(".")
    page = copy.run("sh", "-c", f'eval "$(make -s env)" && curl --silent --show-error {name}')
    assert page.endswith("<html><body><h1>It works!</h1></body></html>\n")

    copy.run("cdktf", "destroy", "--auto-approve")
    assert [copy.managed(stack) for stack in STACKS] == [0, 0, 0]
    assert aws.ecs.list_clusters()["clusterArns"] == []
    assert aws.servicediscovery.list_namespaces()["Namespaces"] == []
    assert aws.route53.list_hosted_zones()["HostedZones"] == []
