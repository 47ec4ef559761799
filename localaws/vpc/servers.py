# SPDX-License-Identifier: Apache-2.0
"""The servers of the VPC: one event loop in one thread for all of their sockets."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Coroutine
from contextlib import ExitStack
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

from localaws.default_network import VPC_NAME
from localaws.listening import HOST
from localaws.settings import EndpointSettings
from localaws.vpc.bastion import Bastion
from localaws.vpc.containers import Containers
from localaws.vpc.dns_server import DnsServer
from localaws.vpc.lookup import NamedVpc

T = TypeVar("T")

WANTED_FILES = 8192
"""Open files: a socket for each of several thousand tasks, and their connections."""


class VpcServers:
    """The resolver and the bastion of the default network's VPC, and the containers of all VPCs.

    A context manager.
    """

    def __init__(self, settings: EndpointSettings):
        self._settings = settings
        self._exits = ExitStack()
        self._loop = asyncio.new_event_loop()
        vpc = NamedVpc(settings.region, VPC_NAME)
        self.containers = Containers(self._loop)
        self._bastion = Bastion(vpc, self.containers)
        self._dns = DnsServer(vpc)
        self.dns_port = 0
        self.bastion_url = ""

    @property
    def addresses(self) -> dict[str, str]:
        """Where the resolver and the bastion listen, by the names that the health page uses."""
        return {"dns": f"{HOST}:{self.dns_port}", "bastion": self.bastion_url}

    def __enter__(self) -> Self:
        _allow_many_files()
        with ExitStack() as exits:
            thread = Thread(target=self._loop.run_forever, name="vpc-servers", daemon=True)
            thread.start()
            exits.callback(self._loop.close)
            exits.callback(thread.join)
            exits.callback(self._loop.call_soon_threadsafe, self._loop.stop)
            self.dns_port = self._run(self._dns.start(self._settings.dns_port))
            exits.callback(lambda: self._run(self._dns.stop()))
            port = self._run(self._bastion.start(self._settings.bastion_port))
            self.bastion_url = f"http://{HOST}:{port}"
            exits.callback(lambda: self._run(self._bastion.stop()))
            exits.callback(self.containers.stop)
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exits.close()

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


def _allow_many_files() -> None:
    """Raises the soft limit on open files, which may be as low as 256, to WANTED_FILES."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
