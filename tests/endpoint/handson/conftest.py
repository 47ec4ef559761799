# SPDX-License-Identifier: Apache-2.0
"""Fixtures that the application's endpoint tests share with the live ones."""

from tests.support.interrupts import orderly_interrupts as orderly_interrupts
from tests.support.progress import steps as steps
