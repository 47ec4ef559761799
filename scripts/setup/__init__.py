# SPDX-License-Identifier: Apache-2.0
"""The set-up and its reverse. Standard library only: they run before anything is installed."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
STEPS = ("python", "cdktf", "provider")
"""The steps' names on the command line, which has to be parsed before steps.py may be imported."""
