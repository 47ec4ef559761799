# SPDX-License-Identifier: Apache-2.0
"""ECS's account settings: set for one principal or for all, kept and shown."""

from __future__ import annotations

from tests.endpoint.localaws.account import Account, refused

ROOT = "arn:aws:iam::123456789012:root"


def test_a_default_setting_is_kept_and_shown_with_its_principal(aws: Account) -> None:
    shown = {
        "name": "containerInsights",
        "value": "enhanced",
        "principalArn": ROOT,
        "type": "user",
    }
    reply = aws.ecs.put_account_setting_default(name="containerInsights", value="enhanced")
    assert reply["setting"] == shown
    assert aws.ecs.list_account_settings()["settings"] == [shown]
    assert aws.ecs.list_account_settings(name="awsvpcTrunking")["settings"] == []
    assert aws.ecs.list_account_settings(value="disabled")["settings"] == []


def test_the_effective_settings_are_awss_and_the_accounts(aws: Account) -> None:
    aws.ecs.put_account_setting_default(name="fargateTaskRetirementWaitPeriod", value="14")
    found = aws.ecs.list_account_settings(effectiveSettings=True, maxResults=100)["settings"]
    values = {each["name"]: each["value"] for each in found}
    assert values["fargateTaskRetirementWaitPeriod"] == "14"
    assert values["containerInsights"] == "disabled"
    assert values["serviceLongArnFormat"] == "enabled"


def test_a_setting_that_there_is_not_is_refused(aws: Account) -> None:
    code, _, _ = refused(
        lambda: aws.ecs.put_account_setting_default(
            name="colour",  # type: ignore[arg-type]
            value="blue",
        )
    )
    assert code == "InvalidParameterException"
