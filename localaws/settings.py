# SPDX-License-Identifier: Apache-2.0
"""The settings of the endpoint, read once from LOCALAWS_* environment variables."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

PREFIX = "LOCALAWS_"


class EndpointSettingsError(ValueError):
    """A LOCALAWS_* variable is unknown or out of range; the text says what is allowed."""


class Log(StrEnum):
    """What can be logged."""

    CALLS = "calls"


@dataclass(frozen=True, kw_only=True)
class EndpointSettings:
    """Ports and delays. Where AWS takes tens of seconds the defaults are tenths."""

    port: int = 4566
    """TCP port on 127.0.0.1, LocalStack's by default; 0 picks a free one."""
    dns_port: int = 0
    """UDP and TCP port of the resolver of the VPC that is there from the start; 0: a free one."""
    bastion_port: int = 0
    """TCP port of the bastion, an HTTP proxy in that VPC; 0 picks a free one."""
    tls: bool = False
    """Whether the API is served over HTTPS too, with a certificate in the state folder."""
    tls_port: int = 0
    """TCP port of HTTPS; 0 picks a free one."""
    cors_origins: tuple[str, ...] = ()
    """Origins besides the endpoint's own whose web pages may call it: `http://localhost:3000`."""
    state: Path | None = None
    """The folder for what outlives the process; None for an endpoint that keeps nothing there."""
    keep: bool = False
    """Whether the account is kept in the state folder, for the next endpoint there."""
    owned: bool = False
    """Whether the endpoint ends with its standard input, which its run holds open."""
    region: str = "ap-northeast-1"
    """The region of that VPC; every other VPC has its servers on free ports."""
    tick_seconds: float = 0.05
    """Between two turns of the scheduler, which advance operations, tasks and services."""
    operation_seconds: float = 0.1
    """From the submission of a Cloud Map operation to its end (AWS: 3 to 40 s)."""
    task_step_seconds: float = 0.1
    """In each state of a task (AWS: 40 to 60 s from the start to RUNNING)."""
    health_seconds: float = 0.0
    """Until a custom health status takes effect (AWS: about 30 s)."""
    drop_seconds: float = 1.0
    """Until the bastion times out on a connection that no ingress rule allows."""
    log: Log | None = None
    """What is logged besides what goes wrong: `calls`, a line for each call of the API."""


def load_endpoint_settings(environ: Mapping[str, str]) -> EndpointSettings:
    """Reads the settings from the environment.

    Raises EndpointSettingsError for an unknown LOCALAWS_* variable and for a value out of range.
    """
    known = {PREFIX + field.name.upper(): field for field in fields(EndpointSettings)}
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    if unknown := sorted(given.keys() - known.keys()):
        raise EndpointSettingsError(
            f"{unknown[0]} is not a setting; there are: {', '.join(sorted(known))}"
        )
    values: dict[str, Any] = {
        known[name].name: PARSERS[str(known[name].type)](name, text) for name, text in given.items()
    }
    settings = EndpointSettings(**values)
    for needs_folder in ("tls", "keep"):
        if getattr(settings, needs_folder) and settings.state is None:
            name = PREFIX + needs_folder.upper()
            raise EndpointSettingsError(f"{name}=1: LOCALAWS_STATE is wanted too, a folder for it")
    return settings


def _port(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise EndpointSettingsError(f"{name}={text!r}: a port from 0 to 65535 is wanted")


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if 0 <= seconds <= 3600:
        return seconds
    raise EndpointSettingsError(f"{name}={text!r}: seconds from 0 to 3600 are wanted")


def _region(name: str, text: str) -> str:
    if re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", text):
        return text
    raise EndpointSettingsError(f"{name}={text!r}: a region such as ap-northeast-1 is wanted")


def _switch(name: str, text: str) -> bool:
    if text in ("0", "1"):
        return text == "1"
    raise EndpointSettingsError(f"{name}={text!r}: 0 or 1 is wanted")


def _folder(name: str, text: str) -> Path:
    if text:
        return Path(text).absolute()
    raise EndpointSettingsError(f"{name}={text!r}: a folder is wanted")


def _origins(name: str, text: str) -> tuple[str, ...]:
    """The origins between commas, as browsers write them."""
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    for origin in origins:
        # Neither `*` nor `null`, which every page can make itself.
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", origin):
            raise EndpointSettingsError(
                f"{name}={text!r}: origins such as http://localhost:3000 are wanted, "
                "with commas between them"
            )
    return origins


def _log(name: str, text: str) -> Log:
    try:
        return Log(text)
    except ValueError:
        raise EndpointSettingsError(f"{name}={text!r}: {', '.join(Log)} is wanted") from None


PARSERS: dict[str, Callable[[str, str], Any]] = {
    "int": _port,
    "float": _seconds,
    "str": _region,
    "bool": _switch,
    "Log | None": _log,
    "Path | None": _folder,
    "tuple[str, ...]": _origins,
}
"""By the type of a setting: what reads a variable's text."""
