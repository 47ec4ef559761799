# SPDX-License-Identifier: Apache-2.0
"""A stack of services by for_each, each with its registry, secrets, roles and logs."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.hcl_stack import HclStack, hcl_stack
from tests.support.waiting import eventually
from tests.terraform.inventory import contents
from tests.terraform.seen import SeenService, not_kept, records


def services(*, api: int, grpc: int, worker: int) -> dict[str, Any]:
    """The value of the stack's variable, with these desired counts."""
    return {
        "api": {
            "desired_count": api,
            "records": {"A": 10},
            "capacity": {"FARGATE": {"weight": 1, "base": 1}, "FARGATE_SPOT": {"weight": 2}},
            "secrets": True,
            "sidecars": {"agent": {"image": "agent", "command": ["run"]}},
        },
        "grpc": {
            "desired_count": grpc,
            "records": {"SRV": 30},
            "deployment": {"minimum": 50, "maximum": 150},
        },
        "worker": {
            "desired_count": worker,
            "records": {"A": 20},
            "check": "curl -f http://localhost/ || exit 1",
        },
    }


def seen(aws: AwsClients, stack: HclStack, name: str) -> SeenService:
    outputs = stack.outputs
    return SeenService(aws, "services", name, outputs["service_ids"][name], outputs["zone_id"])


def test_services_by_for_each(environment: dict[str, str], aws: AwsClients, tmp_path: Path) -> None:
    """GIVEN nothing but an empty account
    WHEN the stack is created, scales to 3 and to 0, is rolled over and destroyed
    THEN tasks, instances and records follow, every plan is empty, and nothing is left.
    """
    before = contents(aws)
    with hcl_stack("services", tmp_path, environment) as stack:
        stack.apply(services=services(api=1, grpc=1, worker=1))
        zone = stack.outputs["zone_id"]
        api, worker = seen(aws, stack, "api"), seen(aws, stack, "worker")
        api.scaled(1)
        worker.scaled(1)
        (srv,) = records(aws, zone, "SRV", "grpc.")
        assert srv.startswith("1 1 80 ")
        assert records(aws, zone, "A", "legacy.") == ["10.30.200.1", "10.30.200.2"]
        assert records(aws, zone, "CNAME") == ["db.example.com"]

        stack.apply(services=services(api=3, grpc=3, worker=0))
        api.scaled(3)
        worker.scaled(0)
        eventually(lambda: records(aws, zone, "SRV"), lambda found: len(found) == 3)
        providers = [task["capacityProviderName"] for task in api.running()]
        assert sorted(providers) == ["FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"]
        tasks = {task["taskArn"].rsplit("/", 1)[-1] for task in api.running()}
        assert {f"ecs/{name}/{id_}" for id_ in tasks for name in ("api", "agent")} <= {
            each["logStreamName"]
            for each in aws.client("logs").describe_log_streams(logGroupName="/ecs/services/api")[
                "logStreams"
            ]
        }

        stack.apply(services=services(api=3, grpc=0, worker=1), redeploy="second")
        assert not tasks & {task["taskArn"].rsplit("/", 1)[-1] for task in api.running()}
        api.scaled(3)
        eventually(lambda: records(aws, zone, "SRV"), lambda found: found == [])
        assert not_kept() == []
    assert contents(aws) == before
