# SPDX-License-Identifier: Apache-2.0
"""Who answers at an endpoint, by LocalStack's health and info pages, which others serve too."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cloudmap_harness.errors import AwsError

NEEDED = ("ec2", "ecs", "route53", "servicediscovery", "sts")
"""LocalStack's names of the services that the hands-on uses."""
_TIMEOUT = 5.0


@dataclass(frozen=True)
class EndpointHealth:
    """What an endpoint tells of itself; `licensed` is None when it is no LocalStack."""

    name: str
    services: Mapping[str, str] = field(default_factory=dict)
    licensed: bool | None = None

    def advice(self) -> tuple[str, ...]:
        """What keeps a LocalStack from serving the hands-on, and what to do; () for another."""
        if self.licensed is None:
            return ()
        without = [name for name in NEEDED if self.services.get(name) in (None, "disabled")]
        lines = []
        if without:
            lines.append(
                f"this LocalStack has no {', '.join(without)}: Cloud Map (servicediscovery) is in "
                "LocalStack's top paid plan (docs.localstack.cloud/aws/licensing)"
            )
        if not self.licensed:
            lines.append(
                "no licence is activated: start LocalStack with LOCALSTACK_AUTH_TOKEN set to the "
                "token of a user who has one"
            )
        return tuple(lines)


def who_answers(url: str) -> EndpointHealth:
    """Who is at that URL. Raises AwsError when nobody answers HTTP there."""
    health = _page(url, "/_localstack/health")
    if not health:
        return EndpointHealth("an endpoint without a health page")
    info = _page(url, "/_localstack/info")
    edition, version = health.get("edition", "?"), health.get("version", "?")
    if "is_license_activated" not in info:
        return EndpointHealth(f"{edition} {version}", health.get("services", {}))
    return EndpointHealth(
        f"LocalStack {edition} {version}",
        health.get("services", {}),
        licensed=bool(info["is_license_activated"]),
    )


def _page(url: str, path: str) -> dict[str, Any]:
    """The JSON object there; {} when it is something else."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(str(parts.hostname), parts.port, timeout=_TIMEOUT)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        page = json.loads(reply.read())
    except (OSError, http.client.HTTPException) as error:
        raise AwsError(url, type(error).__name__, str(error) or "no answer") from error
    except ValueError:
        return {}
    finally:
        connection.close()
    return page if reply.status == 200 and isinstance(page, dict) else {}
