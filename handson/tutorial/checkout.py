# SPDX-License-Identifier: Apache-2.0
"""A copy of the checkout, as a clone is after `make setup`, with state and endpoint of its own.

It shares the installed packages of this one, which is why it is there within a second.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudmap_harness.terraform.signals import deferred
from handson.local_endpoint import down
from handson.project import CHECKOUT

_PROVIDED = ("terraform.rc", "provider-stamp", "providers")


@contextmanager
def checkout_copy(folder: Path) -> Iterator[Path]:
    """Makes the copy in `folder`, which is not there yet, and yields it.

    At the end of the block the endpoint that its commands started is ended; the folder stays.
    """
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        if (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name)
    for installed in (".venv", "node_modules"):
        (folder / installed).symlink_to(CHECKOUT / installed)
    state = folder / ".state"
    state.mkdir()
    for provided in _PROVIDED:
        (state / provided).symlink_to(CHECKOUT / ".state" / provided)
    try:
        yield folder
    finally:
        with deferred():
            down(state)
