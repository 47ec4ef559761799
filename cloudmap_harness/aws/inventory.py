# SPDX-License-Identifier: Apache-2.0
"""Makes an inventory of the resources that exist in an account, by tag or by names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.listing import cloud_map, ec2, ecs, route53
from cloudmap_harness.aws.listing.resource import Resource, ResourceNames
from cloudmap_harness.errors import AwsError


@dataclass(frozen=True)
class Unlisted:
    """A service whose resources could not be listed, or not all of them."""

    service: str
    """botocore's name."""
    error: AwsError

    @property
    def is_absent(self) -> bool:
        """Whether the endpoint does not have the service, and so none of its resources.

        LocalStack answers HTTP 501 for a service that its edition or licence lacks.
        """
        return self.error.status == HTTPStatus.NOT_IMPLEMENTED

    def __str__(self) -> str:
        return f"{self.service}: {self.error}"


@dataclass(frozen=True)
class Inventory:
    """The resources that were listed, and the services that were not."""

    resources: tuple[Resource, ...]
    """In the order in which they can be deleted."""
    unlisted: tuple[Unlisted, ...] = ()

    @property
    def absent(self) -> tuple[Unlisted, ...]:
        """The services that the endpoint does not have."""
        return tuple(unlisted for unlisted in self.unlisted if unlisted.is_absent)

    @property
    def failed(self) -> tuple[Unlisted, ...]:
        """The services that the endpoint may well have resources of, and that failed to list."""
        return tuple(unlisted for unlisted in self.unlisted if not unlisted.is_absent)

    def require_complete(self) -> None:
        """Raises the AwsError of the first service that failed to list; absence is no failure."""
        for unlisted in self.failed:
            raise unlisted.error


def inventory_by_tag(
    aws: AwsClients, project: str, *, owns_zone: Callable[[str], bool]
) -> Inventory:
    """Lists what has the project's tag, and the hosted zones, which Cloud Map creates without tags.

    `owns_zone` says whether a zone's name, with its last dot, is one of the project's namespaces.
    AWS errors are in the inventory.
    """
    return _inventory(
        aws,
        {
            "ecs": lambda: ecs.list_by_tag(aws, project),
            "servicediscovery": lambda: cloud_map.list_by_tag(aws, project),
            "route53": lambda: route53.list_owned(aws, owns_zone),
            "ec2": lambda: ec2.list_by_tag(aws, project),
        },
    )


def inventory_by_names(aws: AwsClients, names: ResourceNames) -> Inventory:
    """Lists what has a deployment's names: no resource after a complete destroy.

    AWS errors are in the inventory.
    """
    return _inventory(
        aws,
        {
            "ecs": lambda: ecs.list_by_names(aws, names),
            "servicediscovery": lambda: cloud_map.list_by_names(aws, names),
            "route53": lambda: route53.list_by_names(aws, names),
            "ec2": lambda: ec2.list_by_names(aws, names),
        },
    )


def _inventory(
    aws: AwsClients, listings: Mapping[str, Callable[[], Iterable[Resource]]]
) -> Inventory:
    resources: list[Resource] = []
    unlisted: list[Unlisted] = []
    for service, resources_of in listings.items():
        try:
            with aws.errors_explained():
                for resource in resources_of():  # What is listed before an error counts.
                    resources.append(resource)
        except AwsError as error:
            unlisted.append(Unlisted(service, error))
    return Inventory(tuple(resources), tuple(unlisted))
