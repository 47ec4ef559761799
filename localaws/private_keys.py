# SPDX-License-Identifier: Apache-2.0
"""The private keys of moto's KMS as bytes, and back: each key has one, whatever it is for."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from moto.kms.utils import AbstractPrivateKey, ECDSAPrivateKey, RSAPrivateKey

KINDS: tuple[type[AbstractPrivateKey], ...] = (ECDSAPrivateKey, RSAPrivateKey)


def reduced(key: Any) -> tuple[Any, ...]:
    """Returns a private key in the form that pickle asks for."""
    der = key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return _restored, (type(key), {**key.__dict__, "private_key": der})


def _restored(kind: type[AbstractPrivateKey], state: dict[str, Any]) -> AbstractPrivateKey:
    key = kind.__new__(kind)
    key.__dict__ |= {**state, "private_key": load_der_private_key(state["private_key"], None)}
    return key
