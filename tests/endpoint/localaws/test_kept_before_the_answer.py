# SPDX-License-Identifier: Apache-2.0
"""What a client has been told is kept already, however large the account and busy the machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.core.base_backend import BackendDict

from localaws import kept_account, runtime, snapshot
from localaws.account_file import read
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from localaws.state_folder import account_file
from tests.endpoint.localaws.account import Account

BUSY_SECONDS = 0.1


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account that is kept before calls are answered, and at no other time."""
    monkeypatch.setattr(kept_account, "BUSY_SECONDS", 3600.0)
    with runtime.LOCK:
        BackendDict.reset()
    with Endpoint(EndpointSettings(port=0, state=tmp_path, keep=True)) as endpoint:
        yield Account(endpoint.url)


def kept(folder: Path) -> bytes:
    return read(account_file(folder)).state


def test_it_is_kept_on_a_machine_on_which_everything_takes_long(
    aws: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = snapshot.take

    def take_slowly() -> bytes:
        time.sleep(BUSY_SECONDS)
        return take()

    monkeypatch.setattr(snapshot, "take", take_slowly)
    for name in ("first", "second", "third"):
        aws.ecs.create_cluster(clusterName=name)
        assert name.encode() in kept(tmp_path)


def test_it_is_kept_in_a_large_account_when_a_call_may_have_changed_it(
    aws: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_account, "SMALL_BYTES", 0)
    aws.ecs.create_cluster(clusterName="first")
    assert b"first" in kept(tmp_path)
    before = account_file(tmp_path).with_name("account.recent").stat().st_mtime_ns
    aws.ecs.describe_clusters(clusters=["first"])
    assert account_file(tmp_path).with_name("account.recent").stat().st_mtime_ns == before
    aws.route53.create_hosted_zone(Name="second.example", CallerReference="1")
    assert b"second.example" in kept(tmp_path)
