# SPDX-License-Identifier: Apache-2.0
"""Services behind a load balancer, and a second stack that only looks everything up."""

from pathlib import Path

from cloudmap_harness.aws.clients import AwsClients
from tests.support.hcl_stack import hcl_stack
from tests.support.waiting import eventually
from tests.terraform.inventory import contents
from tests.terraform.seen import SeenService, healthy_targets, not_kept


def balanced(service: SeenService) -> None:
    """Waits until the service's tasks are the healthy targets of its target group."""
    eventually(
        lambda: healthy_targets(service.aws, f"web-{service.name}"),
        lambda targets: targets == service.addresses(),
        what=f"the targets of {service.name}",
    )


def test_services_behind_a_load_balancer_and_data_sources_of_everything(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN nothing but an empty account
    WHEN the stack is created, looked up by another one, scales to 3 and to 0 and is destroyed
    THEN each task is a healthy target, every data source finds it, and nothing is left.
    """
    before = contents(aws)
    with hcl_stack("web", tmp_path, environment) as stack:
        stack.apply(desired_count=1)
        outputs = stack.outputs
        site, api = (
            SeenService(aws, "web", name, outputs["service_ids"][name], outputs["zone_id"])
            for name in ("site", "api")
        )
        for service in (site, api):
            service.scaled(1)
            balanced(service)

        with hcl_stack("lookups", tmp_path / "lookups", environment) as lookups:
            lookups.apply(of="web")
            found = lookups.outputs["found"]
        assert found["balancer_groups"] == [outputs["balancer_group"]]
        assert found["running"] == 2
        assert found["records"] == 2
        assert found["private_zone"] == found["zone"] == outputs["zone_id"]
        assert found["way_out"] == found["nat"]
        assert found["prefix_list"] == found["s3_list"]
        assert len(found["s3_cidrs"]) == found["s3_entries"] > 0
        assert found["log_groups"] == ["/ecs/services/api", "/ecs/services/site"]

        for desired in (3, 0):
            stack.apply(desired_count=desired)
            for service in (site, api):
                service.scaled(desired)
                balanced(service)
        assert not_kept() == []
    assert contents(aws) == before
