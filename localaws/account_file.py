# SPDX-License-Identifier: Apache-2.0
"""A kept account as a file: a line of JSON, which says who wrote it and what follows, and bytes.

Two files are replaced by turns, each in one step. `account` is on the disk, so that there is a
whole one after a power cut at any moment; `account.recent` is quicker to write, and outlives the
process but perhaps not the machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import moto

from localaws.state_folder import recent_account_file


class UnreadableAccountError(Exception):
    """Why a file is not an account that this version can go on with."""


@dataclass(frozen=True)
class AccountBytes:
    """What is kept of an account."""

    clock: float
    """The endpoint's clock, see runtime.now."""
    state: bytes
    replies: bytes
    """Those that the endpoint remembers for clients that repeat a call."""


def recent(file: Path) -> Path:
    """The file beside `account` that is quicker to write."""
    return recent_account_file(file.parent)


def write_quickly(file: Path, account: AccountBytes) -> None:
    """Writes what outlives this process."""
    _replace(recent(file), account, on_disk=False)


def write_on_disk(file: Path, account: AccountBytes) -> None:
    """Writes what outlives a power cut too."""
    _replace(file, account, on_disk=True)
    recent(file).unlink(missing_ok=True)


def read(file: Path) -> AccountBytes:
    """Reads the newer of the two files that can be read.

    Raises FileNotFoundError when there is none, and UnreadableAccountError when none can be read.
    """
    unreadable: UnreadableAccountError | None = None
    found: list[AccountBytes] = []
    for each in filter(Path.exists, (file, recent(file))):
        try:
            found.append(_read(each))
        except UnreadableAccountError as error:
            unreadable = unreadable or error
    if found:
        return max(found, key=lambda account: account.clock)
    raise unreadable or FileNotFoundError(file)


def put_aside(file: Path) -> Path:
    """Renames the files, so that nothing is lost; returns the new name."""
    aside = file.with_name(f"{file.name}-{datetime.now():%Y%m%d-%H%M%S}-unreadable")
    if recent(file).exists():
        recent(file).rename(aside.with_name(f"{aside.name}.recent") if file.exists() else aside)
    if file.exists():
        file.rename(aside)
    return aside


def _replace(file: Path, account: AccountBytes, *, on_disk: bool) -> None:
    content = account.state + account.replies
    header = {
        **_writer(),
        "kept": datetime.now().isoformat(timespec="seconds"),
        "clock": account.clock,
        "state": len(account.state),
        "length": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    new = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
        output.write(json.dumps(header).encode() + b"\n" + content)
        if on_disk:
            output.flush()
            os.fsync(output.fileno())
    new.replace(file)
    if on_disk:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(file: Path) -> AccountBytes:
    first, _, content = file.read_bytes().partition(b"\n")
    try:
        header: dict[str, Any] = json.loads(first)
        written_by = {name: header[name] for name in _writer()}
        clock, length, digest = float(header["clock"]), header["length"], header["sha256"]
        end_of_state = int(header["state"])
    except (ValueError, LookupError, TypeError) as error:
        raise UnreadableAccountError("it is no account, or only a part of one") from error
    if written_by != _writer():
        differs = [f"{name} {was}" for name, was in written_by.items() if was != _writer()[name]]
        raise UnreadableAccountError(f"another version has written it: {', '.join(differs)}")
    if len(content) != length or hashlib.sha256(content).hexdigest() != digest:
        raise UnreadableAccountError("it is truncated or damaged")
    return AccountBytes(clock, content[:end_of_state], content[end_of_state:])


@cache
def _writer() -> Mapping[str, str]:
    """What can read an account: the versions of all whose classes are in it."""
    code = hashlib.sha256()
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        code.update(source.read_bytes())
    return {
        "localaws": code.hexdigest()[:12],
        "moto": moto.__version__,
        "python": ".".join(platform.python_version_tuple()[:2]),
    }
