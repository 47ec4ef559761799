# SPDX-License-Identifier: Apache-2.0
"""KMS, completed: how often a key is rotated."""

from __future__ import annotations

import json
from typing import cast

from moto.kms import urls
from moto.kms.exceptions import ValidationException
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from localaws.moto_mixins import OwnUrls

DEFAULT_PERIOD = 365
SHORTEST_PERIOD, LONGEST_PERIOD = 90, 2560
"""Days [API reference, EnableKeyRotation]."""


class KmsApiResponse(KmsResponse):
    """Answers KMS's requests."""

    @property
    def _keys(self) -> Keys:
        return cast(Keys, self.kms_backend)

    def enable_key_rotation(self) -> str:
        """moto: drops the period, which Terraform then plans to set for ever."""
        period = self._get_param("RotationPeriodInDays") or DEFAULT_PERIOD
        if not SHORTEST_PERIOD <= period <= LONGEST_PERIOD:
            raise ValidationException(
                f"1 validation error detected: Value '{period}' at 'rotationPeriodInDays' failed "
                f"to satisfy constraint: Member must be between {SHORTEST_PERIOD} and "
                f"{LONGEST_PERIOD}"
            )
        reply = super().enable_key_rotation()
        self._keys.periods[self._key_id] = period
        return reply

    def get_key_rotation_status(self) -> str:
        status = json.loads(super().get_key_rotation_status())
        if status["KeyRotationEnabled"]:
            period = self._keys.periods.get(self._key_id, DEFAULT_PERIOD)
            status |= {"KeyId": self._key_id, "RotationPeriodInDays": period}
        return json.dumps(status)

    @property
    def _key_id(self) -> str:
        return self._keys.get_key_id(self._get_param("KeyId"))


class Keys(OwnUrls, KmsBackend):
    """moto's KMS, whose keys have a period of rotation."""

    SERVICE_NAMESPACE = "kms"
    moto_urls = urls
    responses = KmsApiResponse

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.periods: dict[str, int] = {}
        """Days between rotations, by the id of the key."""
