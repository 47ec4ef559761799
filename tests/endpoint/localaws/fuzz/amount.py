# SPDX-License-Identifier: Apache-2.0
"""How much is tried, and which: `make fuzz [EXAMPLES=n] [SEED=n]` sets the two variables."""

from __future__ import annotations

import os

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 1000)
"""How many requests are sent to all services together, at the least; and how many DNS packets."""

SEED = int(os.environ.get("FUZZ_SEED") or 20261128)
