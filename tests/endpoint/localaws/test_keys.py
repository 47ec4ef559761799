# SPDX-License-Identifier: Apache-2.0
"""KMS: how often a key is rotated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, refused


@pytest.fixture
def kms(aws: Account) -> Any:
    return aws.client("kms")


def test_a_key_is_rotated_every_year_unless_asked_otherwise(kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]

    def status() -> Any:
        return kms.get_key_rotation_status(KeyId=key["KeyId"])

    assert not status()["KeyRotationEnabled"]
    assert "RotationPeriodInDays" not in status()
    kms.enable_key_rotation(KeyId=key["KeyId"])
    assert (status()["KeyId"], status()["RotationPeriodInDays"]) == (key["KeyId"], 365)
    kms.enable_key_rotation(KeyId=key["Arn"], RotationPeriodInDays=180)
    assert status()["RotationPeriodInDays"] == 180
    kms.disable_key_rotation(KeyId=key["KeyId"])
    assert "RotationPeriodInDays" not in status()


def test_a_period_out_of_range_is_refused(kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    code, _, _ = refused(lambda: kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=30))
    assert code == "ValidationException"
