# SPDX-License-Identifier: Apache-2.0
"""Cloud Map in one account and region: all its calls behind moto's URLs."""

from __future__ import annotations

from moto.servicediscovery import urls

from localaws.cloudmap.discovery import DiscoveryCalls
from localaws.cloudmap.responses import CloudMapResponse
from localaws.moto_mixins import OwnUrls


class CloudMap(OwnUrls, DiscoveryCalls):
    """Namespaces, services and instances, changed by operations that end some time later."""

    moto_urls = urls
    responses = CloudMapResponse

    def tick(self) -> None:
        """Takes one turn of the scheduler: operations advance, due health statuses take effect."""
        try:
            self.ledger.advance()
            self.apply_due_health()
        finally:
            self.publish_changes()
