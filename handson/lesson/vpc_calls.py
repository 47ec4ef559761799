# SPDX-License-Identifier: Apache-2.0
"""DNS and HTTP for the lesson's clients: the VPC's resolver, and the bastion in place of a host."""

import json
from ipaddress import IPv4Address

from cloudmap_harness.discovery.vpc_client import HttpReply, VpcClient
from handson.errors import HandsonError
from handson.lesson.calls import Outcome
from handson.lesson.client import Answer

PORT = 80
_OK = 200


def ask(vpc: VpcClient, name: str) -> Answer:
    """Resolves the name. Raises HandsonError when the resolver does not answer."""
    found = vpc.resolve(name)
    if found.failure:
        raise HandsonError(f"{name}: {found.failure}")
    if found.addresses:
        return Answer(found.addresses, min(found.ttls))
    # Without an SOA, an answer that there is nothing is not to be kept [RFC 2308, section 5].
    return Answer((), found.negative_ttl or 0)


def get(vpc: VpcClient, address: IPv4Address, service: str) -> Outcome:
    """Calls an address, and says whether a task of the service answered."""
    (reply,) = vpc.fetch_all([str(address)], PORT, path="/whoami")
    return outcome_of(reply, service)


def outcome_of(reply: HttpReply, service: str) -> Outcome:
    """Returns what the bastion's reply says of the address."""
    if reply.status == _OK:
        return Outcome.PAGE if _image(reply.body) == service else Outcome.STRANGER
    if reply.failure:
        raise HandsonError(reply.failure)
    if "nobody has the address" in reply.body:
        return Outcome.NOBODY
    return Outcome.REFUSED if "refused" in reply.body else Outcome.BROKEN


def _image(body: str) -> str:
    """Each service of the lesson has an image of its own name."""
    image: str = json.loads(body)["image"]
    return image.partition(":")[0]
