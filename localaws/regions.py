# SPDX-License-Identifier: Apache-2.0
"""The regions that there are, and the error for a call that is signed for another."""

from __future__ import annotations

import re
from functools import cache

from moto.core.base_backend import AccountSpecificBackend

from localaws.bad_input import BadInput

SCOPE = re.compile(r"Credential=[^/]+/[^/]+/([^/]+)/([^/]+)/aws4_request")
"""The region and the service that a call is signed for."""

REGIONAL = {
    "application-autoscaling": "InvalidSignatureException",
    "ec2": "AuthFailure",
    "ecs": "InvalidSignatureException",
    "elasticloadbalancing": "SignatureDoesNotMatch",
    "servicediscovery": "InvalidSignatureException",
    "ssm": "InvalidSignatureException",
}
"""The services of ours that have regions, by the names that they are signed with, and the error
code of each for credentials that are scoped to a wrong region [its "Common Errors"]."""


def refuse_unknown(authorization: str) -> None:
    """Raises BadInput for a call to one of these services in a region that does not exist.

    AWS has no host there that could answer; moto fails with a KeyError.
    """
    scope = SCOPE.search(authorization)
    if scope is None or scope[2] not in REGIONAL or scope[1] in _regions():
        return
    raise BadInput(
        REGIONAL[scope[2]],
        f"Credential should be scoped to a valid region: there is no region {scope[1]}.",
    )


@cache
def _regions() -> frozenset[str]:
    """Every region of every partition: EC2 is in all of them."""
    session = AccountSpecificBackend.get_session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition_name=partition)
    )
