# SPDX-License-Identifier: Apache-2.0
"""The whole simulated account as bytes, and back: every service's state in every region."""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable, Iterator
from threading import Lock, RLock
from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from localaws import private_keys

Place = tuple[str, str, str]
"""A service by moto's name, an account and a region."""


class _Pickler(pickle.Pickler):
    dispatch_table: dict[type, Callable[[Any], Any]] = {
        **copyreg.dispatch_table,
        # A few of moto's objects hold all backends of a service, which have a place already.
        BackendDict: lambda backends: (get_backend, (backends.service_name,)),
        # Nobody holds one now, unless a call waits, which holds no lock of ours.
        type(Lock()): lambda _: (Lock, ()),
        type(RLock()): lambda _: (RLock, ()),
        **private_keys.REDUCERS,
    }


def take() -> bytes:
    """Returns the state of now; the caller holds the lock.

    Raises what pickle raises for state that has no bytes, such as a thread.
    """
    return bytes_of(dict(_used()))


def take_what_can_be() -> tuple[bytes, list[str]]:
    """Returns the state without the services of moto's that have no bytes, and their names."""
    state = dict(_used())
    left_out = sorted({place[0] for place, backend in state.items() if not _has_bytes(backend)})
    kept = {place: backend for place, backend in state.items() if place[0] not in left_out}
    return bytes_of(kept), left_out


def bytes_of(value: Any) -> bytes:
    """Returns any part of the state as bytes, the same ones as long as nothing changes in it."""
    output = io.BytesIO()
    _Pickler(output, protocol=5).dump(value)
    return output.getvalue()


def _has_bytes(backend: Any) -> bool:
    try:
        bytes_of(backend)
    except Exception:  # Any class may have a way of its own to refuse.
        return False
    return True


def restore(snapshot: bytes) -> None:
    """Puts the state of a snapshot in the place of the state of now; the caller holds the lock.

    Raises anything when the snapshot cannot be read, and then changes nothing.
    """
    state = pickle.loads(snapshot)
    backends = {place: get_backend(place[0]) for place in state}
    BackendDict.reset()
    for place, backend in state.items():
        _, account, region = place
        backends[place][account][region] = backend


def _used() -> Iterator[tuple[Place, Any]]:
    for backends in BackendDict._instances:  # type: ignore[misc]
        for account, region, backend in backends.iter_backends():
            yield (backends.service_name, account, region), backend
