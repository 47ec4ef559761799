# SPDX-License-Identifier: Apache-2.0
"""moto's backends of a service in all accounts and regions that were used."""

from __future__ import annotations

from typing import Any

from moto.core.base_backend import BackendDict


def used(backends: BackendDict[Any]) -> list[tuple[str, str, Any]]:
    """Returns a service's backends with their accounts and regions, copied in single steps.

    moto's reset takes no lock: moto's own iterator fails on a dictionary that changes meanwhile.
    """
    return [
        (account_id, region, backend)
        for account_id, of_account in [*backends.items()]
        for region, backend in [*of_account.items()]
    ]
