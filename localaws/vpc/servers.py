# SPDX-License-Identifier: Apache-2.0
"""The servers of all VPCs: one event loop in one thread for all of their sockets."""

from __future__ import annotations

import asyncio
import logging
import resource
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import ExitStack
from threading import Thread
from types import TracebackType
from typing import Self

from moto.core.models import DEFAULT_ACCOUNT_ID

from localaws import runtime
from localaws.default_network import VPC_NAME
from localaws.listening import HOST
from localaws.settings import EndpointSettings
from localaws.vpc.bastion import Bastion
from localaws.vpc.containers import Containers, ServingTask
from localaws.vpc.dns_server import DnsServer
from localaws.vpc.lookup import Vpc, VpcOfName
from localaws.vpc.need import vpcs_in_need

LOG = logging.getLogger(__name__)

WANTED_FILES = 8192
"""Open files: a socket for each of several thousand tasks, and their connections."""

MOST_UNNEEDED = 64
"""How many VPCs keep their servers, and thereby their ports, without a zone or a task. Tests that
have an account each leave a VPC each."""

Entry = dict[str, str | None]
"""A VPC as the health page shows it."""


class Inside:
    """The resolver and the bastion of one VPC. They listen from the creation of this object on."""

    def __init__(
        self, vpc: Vpc, containers: Containers, *, dns_port: int = 0, bastion_port: int = 0
    ):
        """Raises OSError when a port is taken."""
        self.vpc = vpc
        self._dns = DnsServer(vpc, dns_port)
        try:
            self._bastion = Bastion(vpc, containers, bastion_port)
        except OSError:
            self._dns.close()
            raise
        self._ended = asyncio.Event()

    @property
    def addresses(self) -> dict[str, str]:
        """Where the resolver and the bastion listen, by the names that the health page uses."""
        return {"dns": f"{HOST}:{self._dns.port}", "bastion": self._bastion.url}

    @property
    def entry(self) -> Entry | None:
        """The VPC as the health page shows it, with its Name tag; None when it has gone."""
        found = self.vpc.current
        if found is None:
            return None
        about = {"account": self.vpc.account_id, "region": self.vpc.region}
        named = {"name": self.vpc.tag_name, "cidr": found.cidr_block}
        return {**self.addresses, **about, **named}

    async def serve(self) -> None:
        """Answers until `end` is called."""
        await self._dns.start()
        await self._bastion.start()
        await self._ended.wait()
        await self._bastion.stop()
        await self._dns.stop()

    def end(self) -> None:
        """Lets `serve` return; to be called on its event loop."""
        self._ended.set()


class VpcServers:
    """A resolver and a bastion for each VPC that needs them, and the containers of all VPCs.

    The VPC that the endpoint begins with has its servers from the start, on the ports of the
    settings. Every other VPC gets them when the health page is first asked with a zone or a task in
    it: nobody can know their ports before. A context manager.
    """

    def __init__(self, settings: EndpointSettings):
        self._settings = settings
        self._exits = ExitStack()
        self._loop = asyncio.new_event_loop()
        self._containers = Containers(self._loop)
        self._opened: dict[str, Inside] = {}
        """By VPC id, the oldest first. Guarded by runtime.LOCK."""
        self._serving: dict[Inside, Future[None]] = {}

    @property
    def addresses(self) -> dict[str, str]:
        """Where the resolver and the bastion of the VPC listen that the endpoint begins with."""
        return self._first.addresses

    def __enter__(self) -> Self:
        _allow_many_files()
        with ExitStack() as exits:
            thread = Thread(target=self._loop.run_forever, name="vpc-servers", daemon=True)
            thread.start()
            exits.callback(self._loop.close)
            exits.callback(thread.join)
            exits.callback(self._loop.call_soon_threadsafe, self._loop.stop)
            exits.callback(self._close_all)
            self._first = self._open(
                VpcOfName(DEFAULT_ACCOUNT_ID, self._settings.region, VPC_NAME),
                dns_port=self._settings.dns_port,
                bastion_port=self._settings.bastion_port,
            )
            exits.callback(self._containers.stop)
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exits.close()

    def listing(self) -> dict[str, Entry]:
        """Opens what is needed, and returns the VPCs with servers by id, as in the health page."""
        with runtime.LOCK:
            self._close_gone()
            self._open_needed()
            return dict(self._entries())

    def follow(self, serving: Iterable[ServingTask]) -> None:
        """Has these tasks' containers listen, and closes VPCs that have gone; with the lock."""
        self._containers.reconcile(serving)
        self._close_gone()

    def _entries(self) -> Iterator[tuple[str, Entry]]:
        for inside in (self._first, *self._opened.values()):
            found, entry = inside.vpc.current, inside.entry
            if found and entry and not (inside is not self._first and self._is_first(found.id)):
                yield found.id, entry

    def _is_first(self, vpc_id: str) -> bool:
        first = self._first.vpc.current
        return first is not None and first.id == vpc_id

    def _open_needed(self) -> None:
        needed = {vpc.id: vpc for vpc in vpcs_in_need() if not self._is_first(vpc.id)}
        unneeded = [id_ for id_ in self._opened if id_ not in needed]
        for id_ in unneeded[: max(0, len(unneeded) - MOST_UNNEEDED)]:
            self._close(self._opened.pop(id_))
        for id_, vpc in needed.items():
            if id_ in self._opened:
                continue
            try:
                self._opened[id_] = self._open(vpc)
            except OSError as error:
                LOG.warning("%s has no resolver and no bastion: %s", id_, error)

    def _close_gone(self) -> None:
        for id_ in [id_ for id_, inside in self._opened.items() if inside.vpc.current is None]:
            self._close(self._opened.pop(id_))

    def _open(self, vpc: Vpc, *, dns_port: int = 0, bastion_port: int = 0) -> Inside:
        # Nothing is waited for: the bastion needs the lock on the loop's thread, and who opens has
        # the lock. What comes before the servers have started waits in their sockets.
        inside = Inside(vpc, self._containers, dns_port=dns_port, bastion_port=bastion_port)
        serving = asyncio.run_coroutine_threadsafe(inside.serve(), self._loop)
        serving.add_done_callback(_log_failure)
        self._serving[inside] = serving
        return inside

    def _close(self, inside: Inside) -> None:
        self._loop.call_soon_threadsafe(inside.end)
        self._serving[inside].add_done_callback(lambda _: self._serving.pop(inside, None))

    def _close_all(self) -> None:
        for inside in [*self._serving]:
            self._loop.call_soon_threadsafe(inside.end)
        wait([*self._serving.values()])


def _log_failure(serving: Future[None]) -> None:
    if error := serving.exception():
        LOG.error("the servers of a VPC failed", exc_info=error)


def _allow_many_files() -> None:
    """Raises the soft limit on open files, which may be as low as 256, to WANTED_FILES."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
