# SPDX-License-Identifier: Apache-2.0
"""A kept account that cannot be read is put aside, told of, and never loaded by half."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from localaws.state_folder import account_file, recent_account_file
from tests.endpoint.localaws.account import Account
from tests.endpoint.localaws.keeping import Start
from tests.endpoint.localaws.keeping import start as start


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def cut_in_its_header(content: bytes) -> bytes:
    return content[:20]


def nothing(content: bytes) -> bytes:
    return b""


def one_byte_changed(content: bytes) -> bytes:
    return content[:-100] + bytes([content[-100] ^ 1]) + content[-99:]


def of_another_moto(content: bytes) -> bytes:
    header, _, state = content.partition(b"\n")
    return json.dumps({**json.loads(header), "moto": "4.0.0"}).encode() + b"\n" + state


def of_other_code(content: bytes) -> bytes:
    header, _, state = content.partition(b"\n")
    return json.dumps({**json.loads(header), "localaws": "0123456789ab"}).encode() + b"\n" + state


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (cut, "truncated"),
        (cut_in_its_header, "only a part"),
        (nothing, "only a part"),
        (one_byte_changed, "damaged"),
        (of_another_moto, "moto 4.0.0"),
        (of_other_code, "localaws 0123456789ab"),
    ],
)
def test_an_account_that_cannot_be_read_is_put_aside_and_told(
    start: Start, tmp_path: Path, change: Callable[[bytes], bytes], reason: str
) -> None:
    first = start()
    first.aws.ecs.create_cluster(clusterName="handson")
    first.process.terminate()
    first.process.wait(20)
    changed = change(account_file(tmp_path).read_bytes())
    account_file(tmp_path).write_bytes(changed)
    second = start()
    (aside,) = tmp_path.glob("account-*-unreadable")
    assert aside.read_bytes() == changed
    notice = second.health["notice"]
    assert reason in notice and str(aside) in notice and "make deploy" in notice
    assert second.aws.ecs.list_clusters()["clusterArns"] == []
    assert len(second.aws.subnets()) == 2, "the article's network"


def test_of_two_files_the_newer_is_used_and_a_broken_one_is_no_harm(
    start: Start, tmp_path: Path
) -> None:
    """As after a power cut, which a file that was not on the disk may not have outlived."""
    first = start()
    first.aws.ecs.create_cluster(clusterName="handson")
    first.process.terminate()
    first.process.wait(20)
    recent = recent_account_file(tmp_path)
    assert not recent.exists()
    recent.write_bytes(account_file(tmp_path).read_bytes()[:-1])
    second = start()
    assert len(second.aws.ecs.list_clusters()["clusterArns"]) == 1
    assert second.health["notice"] == ""


def test_a_disk_that_is_full_stops_no_call(tmp_path: Path) -> None:
    with Endpoint(EndpointSettings(port=0, state=tmp_path, keep=True)) as endpoint:
        ecs = Account(endpoint.url).ecs
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("localaws.kept_account.write_quickly", refuse)
            patch.setattr("localaws.kept_account.write_on_disk", refuse)
            ecs.create_cluster(clusterName="handson")
        assert len(ecs.list_clusters()["clusterArns"]) == 1


def refuse(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_state_that_its_own_classes_refuse_is_not_loaded_by_half(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    first.aws.ecs.create_cluster(clusterName="handson")
    first.process.terminate()
    first.process.wait(20)

    def no_such_class(state: bytes) -> None:
        raise AttributeError("no such class")

    monkeypatch.setattr("localaws.snapshot.restore", no_such_class)
    with Endpoint(EndpointSettings(port=0, state=tmp_path, keep=True)) as endpoint:
        assert Account(endpoint.url).ecs.list_clusters()["clusterArns"] == []
    assert len([*tmp_path.glob("account-*-unreadable")]) == 1
