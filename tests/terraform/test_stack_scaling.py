# SPDX-License-Identifier: Apache-2.0
"""A service whose desired count is Application Auto Scaling's, with SRV records."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cloudmap_harness.aws.clients import AwsClients
from tests.support.hcl_stack import hcl_stack
from tests.support.waiting import eventually
from tests.terraform.inventory import contents
from tests.terraform.seen import not_kept, records

NEVER = "2090-01-01T00:00:00"


def test_alarms_and_schedules_move_the_desired_count(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN a service that ignores changes of its desired count
    WHEN an alarm steps it up and down, and a scheduled action is due
    THEN the SRV records follow, every plan is empty, and nothing is left.
    """
    before = contents(aws)

    def alarm(name: str, value: float) -> None:
        aws.client("cloudwatch").set_alarm_state(
            AlarmName=name,
            StateValue="ALARM",
            StateReason="a test",
            StateReasonData=json.dumps({"recentDatapoints": [value]}),
        )

    with hcl_stack("scaling", tmp_path, environment) as stack:
        stack.apply(due=NEVER)
        zone = stack.outputs["zone_id"]

        def follows(count: int) -> None:
            eventually(
                lambda: records(aws, zone, "SRV"),
                lambda found: len(found) == count and all(" 8080 " in each for each in found),
                what=f"{count} SRV records",
            )

        follows(1)
        alarm("worker-busy", 95)
        follows(4)
        assert stack.planned() == {}, "desired_count is ignored"
        alarm("worker-idle", 10)
        follows(3)
        soon = datetime.now(ZoneInfo("Asia/Tokyo")) + timedelta(seconds=8)
        stack.apply(due=soon.strftime("%Y-%m-%dT%H:%M:%S"))
        follows(0)
        assert stack.planned() == {}
        activities: Any = aws.client("application-autoscaling").describe_scaling_activities(
            ServiceNamespace="ecs"
        )["ScalingActivities"]
        assert len(activities) == 3
        assert not_kept() == []
    assert contents(aws) == before
