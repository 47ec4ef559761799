# SPDX-License-Identifier: Apache-2.0
"""moto's EC2 catalogue (instance types, offerings, images), read when somebody asks for it.

moto reads all of it, for every region, when it is imported: 134 MiB in a second, of which a
deployment of Fargate tasks needs nothing. Imported before moto.ec2, this module lets moto read
nothing, and puts the same data under moto's own names, to be read on demand. When moto.ec2 is there
already, so is its catalogue, and nothing is changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property, partial
from typing import Any

from botocore import session
from moto.utilities import utils

_INSTANCE_TYPES = "ec2/resources/instance_types.json"
_IMAGES = "ec2/resources/amis.json"
_OFFERINGS = "ec2/resources/instance_type_offerings"


class OnDemandMapping(Mapping[str, Any]):
    """A mapping that is made when it is read for the first time."""

    def __init__(self, make: Callable[[], Mapping[str, Any]]):
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, Any]:
        return self._make()

    def __getitem__(self, key: str) -> Any:
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


class OnDemandSequence(Sequence[Any]):
    """A sequence that is made when it is read for the first time."""

    def __init__(self, make: Callable[[], Sequence[Any]]):
        self._make = make

    @cached_property
    def _made(self) -> Sequence[Any]:
        return self._make()

    def __getitem__(self, index: Any) -> Any:
        return self._made[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@contextmanager
def _without_catalogue() -> Iterator[list[str]]:
    """Lets moto.ec2 be imported without its catalogue; yields what it would have read."""
    withheld: list[str] = []
    load_resource, create_loader = utils.load_resource, session.create_loader

    def load(resource: str) -> Any:
        if resource in (_INSTANCE_TYPES, _IMAGES) or resource.startswith(f"{_OFFERINGS}/"):
            withheld.append(resource)
            return {}
        return load_resource(resource)

    utils.load_resource = load
    # moto asks a new session for the regions of each partition and of each service. Without a
    # common loader every one of them reads botocore's endpoints from the disk.
    session.create_loader = cache(create_loader)
    try:
        yield withheld
    finally:
        utils.load_resource, session.create_loader = load_resource, create_loader


def _put_on_demand() -> None:
    """Puts what is read on demand in the place of what moto did not find."""
    types, load = instance_types, utils.load_resource
    types.INSTANCE_TYPES = OnDemandMapping(  # type: ignore[assignment]
        partial(load, _INSTANCE_TYPES)
    )
    types.INSTANCE_FAMILIES = OnDemandSequence(  # type: ignore[assignment]
        lambda: sorted({name.split(".")[0] for name in types.INSTANCE_TYPES})
    )
    types.InstanceTypeBackend.instance_types = OnDemandSequence(  # type: ignore[assignment]
        lambda: [*map(types.InstanceType, types.INSTANCE_TYPES)]
    )
    for location_type, regions in types.INSTANCE_TYPE_OFFERINGS.items():
        for region in regions:
            regions[region] = OnDemandSequence(partial(_offerings, location_type, region))
    amis.AMIS = OnDemandSequence(partial(load, _IMAGES))  # type: ignore[assignment]


def _offerings(location_type: str, region: str) -> list[dict[str, Any]]:
    found = utils.load_resource(f"{_OFFERINGS}/{location_type}/{region}.json")
    return [{**each, "LocationType": location_type} for each in found]


if "moto.ec2.models" in sys.modules:
    from moto.ec2.models import amis, instance_types
else:
    with _without_catalogue() as _withheld:
        from moto.ec2.models import amis, instance_types
    if not {_INSTANCE_TYPES, _IMAGES} < {*_withheld}:
        raise ImportError(f"moto.ec2 does not read its catalogue as {__name__} expects")
    _put_on_demand()
