# SPDX-License-Identifier: Apache-2.0
"""Tells the embedded endpoint from whatever else answers at a URL, by the health page."""

from dataclasses import dataclass

from cloudmap_harness.aws.health import EndpointHealth, read_health
from cloudmap_harness.errors import AwsError


class EndpointError(Exception):
    """Why the endpoint cannot be had; the text is for the user."""


@dataclass(frozen=True)
class Running:
    """An embedded endpoint that answers."""

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
    """Returns who answers at that URL; None when nobody listens."""
    try:
        health = read_health(url)
    except AwsError:
        return Other("something that does not answer HTTP")
    if health is None:
        return None
    if health.edition == "localaws":
        return _running(health) or Other(f"another HTTP server ({health.server or 'no name'})")
    if health.edition is None:
        return Other(f"another HTTP server ({health.server or 'no name'})")
    found = f"{health.edition} {health.version}"
    return Other(f"LocalStack ({found}); TARGET=localstack uses that")


def running_at(url: str) -> Running:
    """Returns the embedded endpoint at that URL. Raises EndpointError when something else, or
    nothing, is there.
    """
    found = who_answers(url)
    if not isinstance(found, Running):
        what = found.what if found else "nothing"
        raise EndpointError(f"{url}: localaws should answer there, but {what} does")
    return found


def _running(health: EndpointHealth) -> Running | None:
    """Returns what localaws adds to the health page; None when the page lacks a part of it."""
    page = health.page
    try:
        return Running(
            health.url,
            int(page["pid"]),
            str(page["version"]),
            str(page["dns"]),
            str(page["bastion"]),
            int(page["peakMemoryBytes"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
