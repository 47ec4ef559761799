# SPDX-License-Identifier: Apache-2.0
"""Flow logs of EC2, completed: a folder of a bucket, a log group by its ARN."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.flow_logs import FlowLogs, FlowLogsBackend
from moto.logs.models import logs_backends


class FlowLogDestinations(FlowLogsBackend):
    """moto's flow logs, which go to whole buckets and to log groups by name only."""

    account_id: str
    region_name: str

    def create_flow_logs(  # type: ignore[override]  # moto gives all of them by keyword.
        self, *, log_destination: str | None, **kwargs: Any
    ) -> tuple[list[FlowLogs], list[Any]]:
        """moto: looks for a bucket whose name has the folder in it, and for no ARN of a group."""
        bucket = log_destination
        if log_destination and ":s3:" in log_destination:
            bucket = log_destination.partition("/")[0]
        made, refused = super().create_flow_logs(log_destination=bucket, **kwargs)  # type: ignore[arg-type]
        for flow_log in made:
            flow_log.log_destination = log_destination  # type: ignore[assignment]
            if self._is_log_group(log_destination):
                flow_log.deliver_logs_status, flow_log.deliver_logs_error_message = "SUCCESS", None
        return made, refused

    def _is_log_group(self, destination: str | None) -> bool:
        """Whether this is the ARN of a log group that there is."""
        _, is_arn, name = (destination or "").partition(":log-group:")
        groups = logs_backends[self.account_id][self.region_name].groups
        return bool(is_arn) and name.removesuffix(":*") in groups
