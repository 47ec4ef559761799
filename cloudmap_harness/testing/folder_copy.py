# SPDX-License-Identifier: Apache-2.0
"""Copies a Terraform folder so that what it refers to by `../` is still there."""

import shutil
from pathlib import Path

_LEFT_OUT = ("*.tfstate", "*.tfstate.*", ".terraform", "terraform.tfstate.d", "cdktf.out")
"""What belongs to a deployment of the original."""


def copy_folder(folder: Path, root: Path, to: Path) -> Path:
    """Copies `folder` into the folder `to`, under its path from `root`; returns the copy.

    Beside the copy, and beside each folder above it up to `root`, stand links to the original's
    neighbours: a module, a template or a file that the folder names by `../` is found.
    """
    folder, root = folder.resolve(), root.resolve()
    if folder == root or not folder.is_relative_to(root):
        copy = to / folder.name
        shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        return copy
    above, copied = root, to
    copied.mkdir(parents=True, exist_ok=True)
    parts = folder.relative_to(root).parts
    for part in parts:
        for neighbour in above.iterdir():
            # A link to the folder that holds the copies would lead in a circle.
            if neighbour.name != part and not to.is_relative_to(neighbour):
                (copied / neighbour.name).symlink_to(neighbour)
        above, copied = above / part, copied / part
        if above != folder:
            copied.mkdir()
    shutil.copytree(folder, copied, symlinks=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    return copied
