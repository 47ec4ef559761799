# SPDX-License-Identifier: Apache-2.0
"""What stays until the process ends, which no garbage collection needs to look through.

To look through moto's modules and botocore's models takes a tenth of a second, in which no call is
answered. Only in a process that is the endpoint's own: in another's, its garbage would stay too.
"""

from __future__ import annotations

import gc

_is_own = False


def begin() -> None:
    """Leaves out what there is now, and says that the process is the endpoint's own."""
    global _is_own
    _is_own = True
    gc.freeze()


def extend() -> None:
    """Leaves out what has come since then; in another's process nothing."""
    if _is_own:
        gc.freeze()
