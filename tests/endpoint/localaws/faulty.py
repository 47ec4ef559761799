# SPDX-License-Identifier: Apache-2.0
"""The endpoint's pages for faults, as a test asks them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.faults.active import ACTIVE
from localaws.server import Endpoint

RULES, EFFECTS, OWN = "/_localstack/chaos/faults", "/_localstack/chaos/effects", "/_localaws/faults"


class Faults:
    """The endpoint's pages for faults."""

    def __init__(self, url: str):
        self._url = url

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)["error"]


@pytest.fixture
def faults(endpoint: Endpoint) -> Iterator[Faults]:
    """No fault stays after the test."""
    yield Faults(endpoint.url)
    ACTIVE.clear()
