# SPDX-License-Identifier: Apache-2.0
"""The secrets that the containers of a task get at their start, which have to be there.

Source: ECS developer guide, "Pass sensitive data to an Amazon ECS container".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

PARAMETER_MISSING = "unable to retrieve secrets from ssm: {retried}: invalid ssm parameters: {name}"
SECRET_MISSING = (
    "unable to retrieve secret from asm: {retried}: failed to fetch secret {name} from secrets "
    "manager: ResourceNotFoundException: Secrets Manager can't find the specified secret."
)
KEY_MISSING = (
    "unable to retrieve secret from asm: {retried}: retrieved secret from Secrets Manager did not "
    "contain json key {key}"
)
FAILED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: "
)
"""AWS's words on Fargate; what the agent says elsewhere is shorter."""
RETRIED = "service call has been retried 1 time(s)"


def missing_secret(
    definitions: Sequence[Mapping[str, Any]], *, account_id: str, region: str
) -> str | None:
    """Returns the stopped reason of a task that cannot get one of its secrets, or None.

    Nobody's permissions are asked, since the endpoint has none.
    """
    for value_from in _values_from(definitions):
        service = value_from.split(":")[2] if value_from.startswith("arn:") else "ssm"
        find = _secret_problem if service == "secretsmanager" else _parameter_problem
        if problem := find(value_from, account_id, region):
            return FAILED + problem
    return None


def _values_from(definitions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yields where each secret of the containers and of their log drivers is."""
    for definition in definitions:
        logging = definition.get("logConfiguration") or {}
        for secret in (*definition.get("secrets", ()), *logging.get("secretOptions", ())):
            yield secret["valueFrom"]


def _parameter_problem(value_from: str, account_id: str, region: str) -> str | None:
    """Returns what is wrong with a parameter, which is named or has its whole ARN."""
    if value_from.startswith("arn:"):
        _, _, _, region, account_id, _ = value_from.split(":", 5)
    try:
        if ssm_backends[account_id][region].get_parameter(value_from):
            return None
    except (JsonRESTError, ServiceException, KeyError):
        pass
    return PARAMETER_MISSING.format(retried=RETRIED, name=value_from)


def _secret_problem(value_from: str, account_id: str, region: str) -> str | None:
    """Returns what is wrong with a secret; a key, a stage and a version may follow its ARN."""
    parts = value_from.split(":")
    arn, (key, stage, version) = ":".join(parts[:7]), (*parts[7:], "", "", "")[:3]
    try:
        store = secretsmanager_backends[parts[4]][parts[3]]
        found = store.get_secret_value(arn, version or None, stage or None)  # type: ignore[arg-type]
    except (JsonRESTError, ServiceException, KeyError):
        return SECRET_MISSING.format(retried=RETRIED, name=arn)
    if key and key not in _members(found.get("SecretString")):
        return KEY_MISSING.format(retried=RETRIED, key=key)
    return None


def _members(text: str | None) -> Mapping[str, Any]:
    """Returns the members of a secret that is a JSON object."""
    try:
        members = json.loads(text or "")
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}
