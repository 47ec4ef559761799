# SPDX-License-Identifier: Apache-2.0
"""The files in the state folder of an endpoint, which outlive it."""

from __future__ import annotations

from pathlib import Path


def account_file(folder: Path) -> Path:
    """The account, if the endpoint keeps it."""
    return folder / "account"


def recent_account_file(folder: Path) -> Path:
    """The account as it was a moment ago, until it is on the disk; see localaws/account_file.py."""
    return folder / "account.recent"


def account_files(folder: Path) -> tuple[Path, ...]:
    """All that makes up a kept account."""
    return account_file(folder), recent_account_file(folder)


def certificate_file(folder: Path) -> Path:
    """The certificate of HTTPS, which clients are to trust (AWS_CA_BUNDLE)."""
    return folder / "certificate.pem"


def key_file(folder: Path) -> Path:
    """The certificate's private key."""
    return folder / "key.pem"
