# SPDX-License-Identifier: Apache-2.0
"""Chooses one of the VPCs that an endpoint's health page lists, to look inside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloudmap_harness.aws.health import EndpointHealth
from cloudmap_harness.errors import AwsError, VpcNotChosen


@dataclass(frozen=True)
class VpcAddresses:
    """A VPC, and where one gets into it on this machine."""

    id: str
    account: str
    region: str
    name: str | None
    """Its Name tag."""
    cidr: str
    dns: str
    """Where its resolver listens: `127.0.0.1:port`."""
    bastion: str
    """The URL of the HTTP proxy inside it."""

    def __str__(self) -> str:
        return f"{self.id} ({self.name or 'no Name'}) in {self.region} of {self.account}"


def vpcs_of(health: EndpointHealth) -> tuple[VpcAddresses, ...]:
    """Returns the VPCs of a health page in its order, () for an endpoint that lists none.

    The VPC that an endpoint begins with comes first. Raises AwsError for a list of another form.
    """
    try:
        return tuple(
            VpcAddresses(
                id=str(id_),
                account=str(entry["account"]),
                region=str(entry["region"]),
                name=None if entry["name"] is None else str(entry["name"]),
                cidr=str(entry["cidr"]),
                dns=str(entry["dns"]),
                bastion=str(entry["bastion"]),
            )
            for id_, entry in health.page.get("vpcs", {}).items()
        )
    except (AttributeError, LookupError, TypeError) as error:
        raise AwsError(health.url, type(error).__name__, f"its list of VPCs: {error}") from error


def choose_vpc(
    vpcs: Sequence[VpcAddresses],
    wanted: str | None = None,
    *,
    preferred_name: str | None = None,
    account: str | None = None,
    region: str | None = None,
) -> VpcAddresses:
    """Returns the VPC of the id or the Name tag that is wanted.

    Without a wish it is the first one with the preferred Name, else the only one there is. With an
    account or a region only the VPCs there count. Raises VpcNotChosen, which lists those.
    """
    there = [vpc for vpc in vpcs if account in (None, vpc.account) and region in (None, vpc.region)]
    if not there:
        first = "a VPC is listed from its first private zone or task on"
        reason = f"no VPC to look into; {first}"
        raise VpcNotChosen(f"{wanted}: {reason}" if wanted else reason, ())
    if wanted is None:
        preferred = [vpc for vpc in there if preferred_name and vpc.name == preferred_name]
        if not preferred and len(there) > 1:
            raise VpcNotChosen("several VPCs, and none is chosen: say the id or the Name", there)
        return (preferred or there)[0]
    found = [vpc for vpc in there if wanted in (vpc.id, vpc.name)]
    if len(found) > 1:
        raise VpcNotChosen(f"{wanted}: several VPCs have this Name: say the id", found)
    if not found:
        raise VpcNotChosen(f"{wanted}: no VPC to look into has this id or Name", there)
    return found[0]
