# SPDX-License-Identifier: Apache-2.0
"""Who answers at a URL, by LocalStack's health path, which localaws serves too."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

PATH = "/_localstack/health"


class EndpointError(Exception):
    """Why the endpoint cannot be had; the text is for the user."""


@dataclass(frozen=True)
class Running:
    """A localaws that answers."""

    url: str
    pid: int
    version: str
    dns: str
    """Where its VPC's resolver listens: `127.0.0.1:port`."""
    bastion: str
    """The URL of the proxy that stands in the VPC."""
    peak_memory: int
    """Bytes, at the most so far."""
    started: bool = False
    """Did this very call start it?"""


@dataclass(frozen=True)
class Other:
    """Something else that answers, in words."""

    what: str


def who_answers(url: str) -> Running | Other | None:
    """Who is at that URL; None: nobody."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=5)
    try:
        connection.request("GET", PATH)
        response = connection.getresponse()
        server, body = response.getheader("Server") or "no name", response.read()
    except ConnectionRefusedError:
        return None
    except (OSError, http.client.HTTPException):
        return Other("something that does not answer HTTP")
    finally:
        connection.close()
    try:
        health = json.loads(body)
        edition, version = str(health["edition"]), str(health["version"])
        if edition == "localaws":
            return Running(
                url,
                int(health["pid"]),
                version,
                str(health["dns"]),
                str(health["bastion"]),
                int(health["peakMemoryBytes"]),
            )
    except (ValueError, KeyError, TypeError):
        return Other(f"another HTTP server ({server})")
    return Other(f"LocalStack ({edition} {version}); TARGET=localstack uses that")


def running_at(url: str) -> Running:
    """The localaws at that URL. Raises EndpointError when it is not there, or not that."""
    found = who_answers(url)
    if not isinstance(found, Running):
        what = found.what if found else "nothing"
        raise EndpointError(f"{url}: localaws should answer there, but {what} does")
    return found
