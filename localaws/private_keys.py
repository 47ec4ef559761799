# SPDX-License-Identifier: Apache-2.0
"""Private keys and certificates as bytes, and back: KMS and ACM have them as objects of OpenSSL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509 import Certificate, load_der_x509_certificate


def _reduced_key(key: Any) -> tuple[Any, ...]:
    return _restored_key, (key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)


def _restored_key(der: bytes) -> Any:
    return load_der_private_key(der, None)


def _reduced_certificate(certificate: Certificate) -> tuple[Any, ...]:
    return _restored_certificate, (certificate.public_bytes(Encoding.DER),)


def _restored_certificate(der: bytes) -> Certificate:
    return load_der_x509_certificate(der)


REDUCERS: dict[type, Callable[[Any], Any]] = {
    Certificate: _reduced_certificate,
    openssl.ec.ECPrivateKey: _reduced_key,
    openssl.rsa.RSAPrivateKey: _reduced_key,
}
"""What pickle asks for each of OpenSSL's classes, which it looks up by the class itself."""
