# SPDX-License-Identifier: Apache-2.0
"""LOCALAWS_TLS=1: the same API over HTTPS, with a certificate that clients are told to trust."""

from __future__ import annotations

import socket
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
import urllib3
from cryptography import x509

from localaws import certificate
from localaws.certificate import server_context
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from localaws.state_folder import certificate_file


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Endpoint]:
    with Endpoint(EndpointSettings(port=0, tls=True, state=tmp_path)) as endpoint:
        yield endpoint


def trusting(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificate_file(folder))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def port_of(endpoint: Endpoint) -> int:
    assert endpoint.https_url is not None
    return urlsplit(endpoint.https_url).port or 0


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_a_client_that_trusts_the_certificate_is_served(
    secure: Endpoint, tmp_path: Path, name: str
) -> None:
    with (
        socket.create_connection(("127.0.0.1", port_of(secure)), timeout=20) as plain,
        trusting(tmp_path).wrap_socket(plain, server_hostname=name) as connection,
    ):
        connection.sendall(b"GET /_localstack/health HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_an_sdk_calls_it(secure: Endpoint, tmp_path: Path) -> None:
    sts = boto3.client(
        "sts",
        endpoint_url=secure.https_url,
        region_name="ap-northeast-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        verify=str(certificate_file(tmp_path)),
    )
    assert sts.get_caller_identity()["Account"] == "123456789012"


def test_a_client_that_does_not_trust_it_ends_there(secure: Endpoint) -> None:
    with urllib3.PoolManager(retries=False) as pool, pytest.raises(urllib3.exceptions.SSLError):
        pool.request("GET", f"{secure.https_url}/_localstack/health")


def test_strangers_are_refused_here_too(secure: Endpoint, tmp_path: Path) -> None:
    with urllib3.PoolManager(retries=False, ssl_context=trusting(tmp_path)) as pool:
        url = f"{secure.https_url}/_localstack/health"
        assert pool.request("GET", url, headers={"Origin": "https://evil.example"}).status == 403
        assert pool.request("GET", url, headers={"Host": "evil.example"}).status == 403
        assert pool.request("GET", url, headers={"Origin": f"{secure.https_url}"}).status == 200


def test_a_client_that_says_nothing_keeps_nobody_waiting(secure: Endpoint, tmp_path: Path) -> None:
    with (
        socket.create_connection(("127.0.0.1", port_of(secure))),
        urllib3.PoolManager(retries=False, timeout=20, ssl_context=trusting(tmp_path)) as pool,
    ):
        assert pool.request("GET", f"{secure.https_url}/_localstack/health").status == 200


def test_the_key_is_its_owners_alone(secure: Endpoint, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert b"PRIVATE" not in certificate_file(tmp_path).read_bytes()


def test_the_certificate_signs_no_other(secure: Endpoint, tmp_path: Path) -> None:
    made = x509.load_pem_x509_certificate(certificate_file(tmp_path).read_bytes())
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_certificate_stays_from_one_start_to_the_next(tmp_path: Path) -> None:
    server_context(tmp_path)
    first = certificate_file(tmp_path).read_bytes()
    server_context(tmp_path)
    assert certificate_file(tmp_path).read_bytes() == first


def test_a_certificate_that_ends_soon_or_is_broken_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(certificate, "VALID", certificate.RENEWED / 2)
        server_context(tmp_path)
    ending = certificate_file(tmp_path).read_bytes()
    server_context(tmp_path)
    replaced = certificate_file(tmp_path).read_bytes()
    assert replaced != ending
    certificate_file(tmp_path).write_bytes(replaced[:100])
    server_context(tmp_path)
    assert certificate_file(tmp_path).read_bytes() != replaced[:100]
