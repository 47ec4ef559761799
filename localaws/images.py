# SPDX-License-Identifier: Apache-2.0
"""Amazon's machine images in moto's EC2, made when somebody asks for an image or a snapshot."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.amis import Ami, AmiBackend


class ImagesOnDemand(AmiBackend):
    """Mixed into moto's EC2 backend.

    moto makes 1,347 images and as many snapshots in each account and region from the start.
    """

    _images_made = False

    def _load_amis(self) -> None:
        """Called by moto while the backend is made, when nobody asks yet."""

    def _make_images(self) -> None:
        if not self._images_made:
            self._images_made = True  # First, because moto reads both dictionaries meanwhile.
            super()._load_amis()

    @property
    def amis(self) -> dict[str, Ami]:
        """The images by id."""
        self._make_images()
        return self._amis

    @amis.setter
    def amis(self, empty: dict[str, Ami]) -> None:
        self._amis = empty

    @property
    def snapshots(self) -> dict[str, Any]:
        """The snapshots by id; each image has one."""
        self._make_images()
        return self._snapshots

    @snapshots.setter
    def snapshots(self, empty: dict[str, Any]) -> None:
        self._snapshots = empty
