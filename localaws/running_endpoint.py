# SPDX-License-Identifier: Apache-2.0
"""How the commands reach an endpoint that runs."""

from __future__ import annotations

import argparse
import json
import os
import urllib.request
from typing import Any

DEFAULT_ENDPOINT = "http://127.0.0.1:4566"


def add_endpoint(parser: argparse.ArgumentParser) -> None:
    """Adds the option that names the endpoint."""
    parser.add_argument("--endpoint", help=f"AWS_ENDPOINT_URL, or {DEFAULT_ENDPOINT}")


def endpoint_of(asked: argparse.Namespace) -> str:
    """Returns the URL that was named, by the option or the variable, or the default one."""
    return asked.endpoint or os.environ.get("AWS_ENDPOINT_URL") or DEFAULT_ENDPOINT


def request(method: str, url: str, body: Any = None) -> Any:
    """Returns the JSON that the endpoint answers. Raises OSError, HTTPError among them."""
    data = None if body is None else json.dumps(body).encode()
    # Heeds no proxy variable: `make env` sets that of the bastion.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data, method=method), timeout=10) as reply:
        return json.load(reply)
