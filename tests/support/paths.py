# SPDX-License-Identifier: Apache-2.0
"""The checkout that the tests test."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
