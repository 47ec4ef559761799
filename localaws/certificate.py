# SPDX-License-Identifier: Apache-2.0
"""The certificate with which the endpoint serves HTTPS on loopback: made once, kept in a folder."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from localaws.state_folder import certificate_file, key_file

VALID = timedelta(days=825)
"""Apple's clients take no longer one, from nobody."""
RENEWED = timedelta(days=30)
"""How long before its end a certificate is replaced at a start."""
NAMES: tuple[x509.GeneralName, ...] = (
    x509.DNSName("localhost"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
)


def server_context(folder: Path) -> ssl.SSLContext:
    """What serves HTTPS with the folder's certificate, made now if there is none that is valid."""
    certificate, key = certificate_file(folder), key_file(folder)
    if not _is_usable(certificate, key):
        _make(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _is_usable(certificate: Path, key: Path) -> bool:
    """Whether both files are there, belong together and are valid for a while."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
        made = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):  # An SSLError is an OSError.
        return False
    return made.not_valid_after_utc - datetime.now(UTC) > RENEWED


def _make(certificate: Path, key: Path) -> None:
    """Writes a new key, for the owner alone, and a certificate that it has signed itself."""
    certificate.parent.mkdir(parents=True, exist_ok=True)
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localaws")])
    now = datetime.now(UTC)
    # Python 3.13 takes no certificate without these key identifiers.
    subject_key = x509.SubjectKeyIdentifier.from_public_key(private.public_key())
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # For a clock that is behind.
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(NAMES), critical=False)
        # Nobody can sign another certificate with it, also where it is trusted.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(subject_key, critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(private, hashes.SHA256())
    )
    key.unlink(missing_ok=True)
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
