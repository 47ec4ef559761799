# SPDX-License-Identifier: Apache-2.0
"""The account in a file, so that it outlives the process.

It is written before a call that may change it is answered, whatever that takes: what a client has
been told must be true after a kill. What changes without a call is written within a second. On the
disk it is a second later at the most.
"""

from __future__ import annotations

import fcntl
import logging
import pickle
from collections.abc import Iterable
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Self

from localaws import runtime, snapshot
from localaws.account_file import (
    AccountBytes,
    UnreadableAccountError,
    put_aside,
    read,
    write_on_disk,
    write_quickly,
)
from localaws.calls import may_change
from localaws.repeats import AnsweringRepeats, Reply
from localaws.state_folder import account_file

if TYPE_CHECKING:
    from types import TracebackType

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOG = logging.getLogger(__name__)

SMALL_BYTES = 256 * 1024
"""Up to this size an account is written before a call that only reads is answered too: it may tell
what has changed without a call. By size, and not by the time that it takes: that is long now and
then on a busy machine."""
BUSY_SECONDS = 0.4
"""Between two looks at an account that changes."""
IDLE_SECONDS = 5.0
"""Between two looks at one that nobody calls: a task may end, a schedule may be due."""


class KeptAccount:
    """Restores the folder's account on entry, and keeps it until the end of the block.

    It is a WSGI application too, which serves another one and keeps what that changes. The replies
    that it remembers are kept as well: a client whose reply was lost with the process repeats its
    call, and must not be told that there is already what it makes.

    Raises OSError on entry when another endpoint keeps its account there.
    """

    def __init__(self, folder: Path, application: AnsweringRepeats):
        self._application = application
        self.file = account_file(folder)
        self.notice: str | None = None
        """What became of an account that could not be read."""
        self._touched = Event()
        self._stopped = Event()
        self._saving = Lock()
        self._written: bytes | None = None
        self._is_on_disk = False
        self._left_out: list[str] = []
        self._thread = Thread(target=self._keep, name="account", daemon=True)

    def __enter__(self) -> Self:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._hold_folder()
        try:
            self._restore(read(self.file))
        except FileNotFoundError:
            pass
        except UnreadableAccountError as error:
            self.notice = self._put_aside(error)
            LOG.warning("%s", self.notice)
        self._thread.start()
        return self

    def _restore(self, kept: AccountBytes) -> None:
        """Restores the account, whole or not at all. Raises UnreadableAccountError."""
        try:
            replies: list[tuple[str, Reply]] = pickle.loads(kept.replies)
            with runtime.LOCK:
                snapshot.restore(kept.state)
        except Exception as error:  # Whatever a class raises that does not know its own bytes.
            raise UnreadableAccountError(f"{type(error).__name__}: {error}") from error
        runtime.resume_at(kept.clock)
        self._application.remember(replies)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._touched.set()
        self._thread.join()
        self._save(on_disk=True)
        self._lock.close()

    def _hold_folder(self) -> None:
        """Lets no other endpoint keep its account here; the lock ends with the process.

        Raises OSError when another one does.
        """
        self._lock = (self.file.parent / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            reason = f"another endpoint keeps its account in {self.file.parent}"
            raise OSError(error.errno, f"{reason}; LOCALAWS_STATE chooses another") from error

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return self._application(environ, start_response)
        finally:
            if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
                if may_change(environ) or len(self._written or b"") <= SMALL_BYTES:
                    self._try_to_save(on_disk=False)
                self._touched.set()

    def _keep(self) -> None:
        busy = True
        while not self._stopped.is_set():
            if not busy:
                self._touched.wait(IDLE_SECONDS)
            self._stopped.wait(BUSY_SECONDS)
            # Cleared before the look: what is touched during it is looked at again.
            was_touched = self._touched.is_set()
            self._touched.clear()
            # A task that starts changes the account without a call: as long as it changes it is
            # looked at again.
            busy = self._try_to_save(on_disk=True) or was_touched

    def _try_to_save(self, *, on_disk: bool) -> bool:
        """Says whether there is reason to look again soon; a full disk must not stop the calls."""
        try:
            return self._save(on_disk=on_disk)
        except Exception:
            # The next look may do: a call that holds no lock has changed what was read.
            LOG.exception("the account was not kept")
            return True

    def _save(self, *, on_disk: bool) -> bool:
        """Writes the account when it has changed since the last time; says whether it had.

        With `on_disk` it survives a power cut too, which takes longer.
        """
        with self._saving:
            with runtime.LOCK:
                clock, state = runtime.now(), self._state()
            changed = state != self._written
            if changed or (on_disk and not self._is_on_disk):
                replies = pickle.dumps(self._application.remembered())
                write = write_on_disk if on_disk else write_quickly
                write(self.file, AccountBytes(clock, state, replies))
                self._written, self._is_on_disk = state, on_disk
            return changed

    def _state(self) -> bytes:
        try:
            return snapshot.take()
        except Exception:  # Any class of moto's may have a way of its own to refuse.
            state, left_out = snapshot.take_what_can_be()
            if left_out != self._left_out:
                self._left_out = left_out
                LOG.warning("not kept, as moto has no form for it: %s", ", ".join(left_out))
            return state

    def _put_aside(self, error: UnreadableAccountError) -> str:
        """Keeps the file under another name; returns what to tell the user."""
        aside = put_aside(self.file)
        return (
            f"the kept account cannot be used: {error}. It is put aside as {aside}, and this is an "
            "empty account: `make deploy` deploys there anew"
        )
