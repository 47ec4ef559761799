# SPDX-License-Identifier: Apache-2.0
"""Which of moto's services a request is for."""

from __future__ import annotations

import re
import sys
from typing import TextIO

import pytest
from moto.moto_server.werkzeug_app import create_backend_app

from localaws.wsgi import CachingDispatcher

HOST = "nobody.ap-northeast-1.amazonaws.com"


class Pattern:
    """A service's pattern for URLs that sees what standard output is while it is asked."""

    def __init__(self) -> None:
        self.seen: list[TextIO] = []

    def match(self, url: str) -> re.Match[str] | None:
        self.seen.append(sys.stdout)
        return None


def test_a_host_of_no_service_is_refused_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """WHEN a request names a service that moto does not have
    THEN it is refused, moto prints nothing, and standard output was never another: the process's
    main thread may say at that moment that the endpoint is ready.
    """
    pattern = Pattern()
    dispatcher = CachingDispatcher(create_backend_app)
    monkeypatch.setattr(dispatcher, "backend_url_patterns", [("nobody", pattern)])
    with pytest.raises(NotImplementedError, match=f"no service of this endpoint is at {HOST}"):
        dispatcher.get_backend_for_host(HOST)
    assert pattern.seen == [sys.stdout]
    assert capsys.readouterr().out == ""
