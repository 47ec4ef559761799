# SPDX-License-Identifier: Apache-2.0
"""A service whose desired count is Application Auto Scaling's, with SRV records."""

import json
import time
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

        def follows(count: int, *, within: float = 20.0) -> None:
            eventually(
                lambda: records(aws, zone, "SRV"),
                lambda found: len(found) == count and all(" 8080 " in each for each in found),
                what=f"{count} SRV records",
                within=within,
            )

        follows(1)
        alarm("worker-busy", 95)
        follows(4)
        began = time.monotonic()
        assert stack.planned() == {}, "desired_count is ignored"
        # An action that is due before it is there is never carried out: an apply takes as long as
        # a plan and a little more, however busy the machine is.
        ahead = 5 + 3 * (time.monotonic() - began)
        alarm("worker-idle", 10)
        follows(3)
        soon = datetime.now(ZoneInfo("Asia/Tokyo")) + timedelta(seconds=ahead)
        stack.apply(due=soon.strftime("%Y-%m-%dT%H:%M:%S"))
        follows(0, within=ahead + 20)
        assert stack.planned() == {}
        activities: Any = aws.client("application-autoscaling").describe_scaling_activities(
            ServiceNamespace="ecs"
        )["ScalingActivities"]
        assert len(activities) == 3
        assert not_kept() == []
    assert contents(aws) == before
