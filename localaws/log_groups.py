# SPDX-License-Identifier: Apache-2.0
"""CloudWatch Logs, completed: the class of a log group, its key and what goes with it."""

from __future__ import annotations

import json
from typing import Any, cast

from moto.logs import urls
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from localaws.moto_mixins import OwnUrls

STANDARD = "STANDARD"
CLASSES = (STANDARD, "INFREQUENT_ACCESS", "DELIVERY")
"""The classes of log groups; that of a group never changes [API reference, CreateLogGroup]."""


class LogsApiResponse(LogsResponse):
    """Answers the requests of CloudWatch Logs."""

    @property
    def _groups(self) -> LogGroups:
        return cast(LogGroups, self.logs_backend)

    def create_log_group(self) -> str:
        """moto: drops the class, and Terraform then replaces the group at every apply."""
        class_ = self._get_param("logGroupClass") or STANDARD
        if class_ not in CLASSES:
            raise InvalidParameterException(
                constraint=f"Member must satisfy enum value set: [{', '.join(CLASSES)}]",
                parameter="logGroupClass",
                value=class_,
            )
        reply = super().create_log_group()
        self._groups.classes[self._get_param("logGroupName")] = class_
        return reply

    def describe_log_groups(self) -> str:
        reply = json.loads(super().describe_log_groups())
        for group in reply["logGroups"]:
            group["logGroupClass"] = self._groups.classes.get(group["logGroupName"], STANDARD)
        return json.dumps(reply)

    def associate_kms_key(self) -> str:
        self._groups.set_key(self._get_param("logGroupName"), self._get_param("kmsKeyId"))
        return ""

    def disassociate_kms_key(self) -> str:
        self._groups.set_key(self._get_param("logGroupName"), None)
        return ""


class LogGroups(OwnUrls, LogsBackend):
    """moto's log groups, each of a class."""

    SERVICE_NAMESPACE = "logs"
    moto_urls = urls
    responses = LogsApiResponse

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.classes: dict[str, str] = {}
        """By the name of the group; STANDARD for one that is not in it."""

    def create_log_group(
        self, log_group_name: str, tags: dict[str, str], **kwargs: Any
    ) -> LogGroup:
        """CloudFormation's properties come as they are."""
        group = super().create_log_group(log_group_name, tags, **kwargs)
        self.classes[log_group_name] = kwargs.get("LogGroupClass", STANDARD)
        return group

    def delete_log_group(self, log_group_name: str) -> None:
        """moto: the tags stay for the next group of this name. AWS: they go with the group."""
        super().delete_log_group(log_group_name)
        self.classes.pop(log_group_name, None)
        arn = f"arn:{self.partition}:logs:{self.region_name}:{self.account_id}"
        self.tagger.delete_all_tags_for_resource(f"{arn}:log-group:{log_group_name}")

    def set_key(self, log_group_name: str, key: str | None) -> None:
        """Has a group use a key of KMS, or none. moto: NotImplemented."""
        if log_group_name not in self.groups:
            raise ResourceNotFoundException()
        self.groups[log_group_name].kms_key_id = key
