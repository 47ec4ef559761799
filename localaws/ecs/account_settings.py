# SPDX-License-Identifier: Apache-2.0
"""ECS's account settings: kept and shown. They change nothing but moto's long ARNs."""

from __future__ import annotations

from localaws.ecs.state import EcsState

DEFAULTS = {
    "serviceLongArnFormat": "enabled",
    "taskLongArnFormat": "enabled",
    "containerInstanceLongArnFormat": "enabled",
    "awsvpcTrunking": "disabled",
    "containerInsights": "disabled",
    "fargateFIPSMode": "disabled",
    "tagResourceAuthorization": "on",
    "fargateTaskRetirementWaitPeriod": "7",
    "guardDutyActivate": "off",
    "defaultLogDriverMode": "non-blocking",
}
"""What is in effect for an account that has set nothing [developer guide, "Account settings"]."""


class AccountSettings(EcsState):
    """Sets and lists the account's settings, which its one user, root, has too."""

    def shown_setting(self, name: str, value: str) -> dict[str, str]:
        """Returns a setting as the API shows it."""
        return {"name": name, "value": value, "principalArn": self.root_arn, "type": "user"}

    def shown_settings(
        self, name: str | None, value: str | None, *, effective: bool
    ) -> list[dict[str, str]]:
        """Returns the settings of this name and value; with `effective`, those not set too.

        moto: refuses the names of settings that are newer than it.
        """
        own = {each.name: each.value for each in self.account_settings.values()}
        return [
            self.shown_setting(*each)
            for each in ({**DEFAULTS, **own} if effective else own).items()
            if name in (None, each[0]) and value in (None, each[1])
        ]
