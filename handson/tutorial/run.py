# SPDX-License-Identifier: Apache-2.0
"""Runs chapters of the tutorial in one shell, in a copy of the checkout."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from handson.errors import HandsonError
from handson.local_endpoint import ON_FREE_PORTS, status
from handson.tutorial.block import Block, Chapter
from handson.tutorial.checkout import checkout_copy
from handson.tutorial.shell import Shell
from handson.tutorial.steady import Steady
from localaws.running_endpoint import DEFAULT_ENDPOINT

CHECKOUT_NAME = "cloudmap-handson"
SHOWN_FOLDER = f"/home/you/{CHECKOUT_NAME}"
SHOWN_DNS_PORT, SHOWN_BASTION_PORT = "40053", "40080"
_NOT_FOR_THE_READER = ("AWS_", "HANDSON_", "LOCALAWS_", "CDKTF_", "MAKE", "MFLAGS", "TF_CLI")
_NOT_SET = ("TARGET", "DESIRED", "VPC", "ENDPOINT", "CONFIRM", "STATE", "BY", "VIRTUAL_ENV")


@contextmanager
def reader(shell: str, folder: Path, environ: Mapping[str, str]) -> Iterator["Reader"]:
    """Yields somebody with a fresh checkout in `folder` who types into a shell of that name."""
    folder = folder.resolve()
    with (
        checkout_copy(folder / CHECKOUT_NAME) as checkout,
        Shell(shell, folder=checkout, scratch=folder, environ=reader_environment(environ)) as typed,
    ):
        # The environment is this checkout's, and so is the `cdktf` in it.
        typed.run(Block("cdktf", (f"cdktf() {{ '{checkout}/scripts/cdktf' \"$@\"; }}",)))
        yield Reader(typed, checkout)


def reader_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the variables of somebody who has set none of ours, in English, on free ports."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(_NOT_FOR_THE_READER) and name not in _NOT_SET
    }
    return {**kept, **ON_FREE_PORTS, "CI": "true", "LC_ALL": "C", "COLUMNS": "80"}


def require(blocks: Chapter) -> None:
    """Raises HandsonError when a program is missing that a block needs."""
    missing = sorted({each.needs for each in blocks.values() if lacks_program(each)})
    if missing:
        raise HandsonError(f"not on PATH: {', '.join(missing)}; the pages show what it replies")


def lacks_program(block: Block) -> bool:
    """Says whether the block needs a program that is not on PATH."""
    return bool(block.needs) and shutil.which(block.needs) is None


class Reader:
    """Somebody who types blocks and takes down the replies, as the page has them."""

    def __init__(self, shell: Shell, checkout: Path) -> None:
        self.checkout = checkout
        self._shell = shell
        self._steady = Steady({str(checkout): SHOWN_FOLDER})

    def type(self, block: Block) -> str:
        """Types the block and returns what the page has of its reply. Raises BlockFailed."""
        reply = self._shell.run(block)
        self._know_ports()
        if block.shorten:
            reply = block.shorten(reply)
        lines = [line.rstrip() for line in reply.strip("\n").splitlines()]
        return self._steady("\n".join(lines))

    def _know_ports(self) -> None:
        """Remembers which ports the endpoint has, if it runs: the page has the usual ones."""
        endpoint = status(self.checkout / ".state")
        if endpoint is None:
            return
        self._steady.ports |= {
            str(urlsplit(endpoint.url).port): str(urlsplit(DEFAULT_ENDPOINT).port),
            endpoint.dns.rpartition(":")[2]: SHOWN_DNS_PORT,
            str(urlsplit(endpoint.bastion).port): SHOWN_BASTION_PORT,
        }
