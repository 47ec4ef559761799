# SPDX-License-Identifier: Apache-2.0
"""Whether a reply is like the one that was printed once, with other ids and at another time."""

import re
from typing import Any


def differences(got: Any, printed: Any, at: str = "") -> list[str]:
    """Where a reply is not as printed, a line each; a dictionary may have more keys.

    In what was printed a pattern stands for a whole text that matches it, a type for its values.
    """
    if isinstance(printed, dict) and isinstance(got, dict):
        return [
            line
            for key, value in printed.items()
            for line in (
                differences(got[key], value, f"{at}.{key}") if key in got else [f"{at}.{key}: none"]
            )
        ]
    if isinstance(printed, list) and isinstance(got, list) and len(printed) == len(got):
        pairs = enumerate(zip(got, printed, strict=True))
        return [line for n, (one, other) in pairs for line in differences(one, other, f"{at}[{n}]")]
    if isinstance(printed, re.Pattern):
        same = isinstance(got, str) and printed.fullmatch(got) is not None
    elif isinstance(printed, type):
        same = isinstance(got, printed)
    else:
        same = bool(got == printed)
    return [] if same else [f"{at}: {got!r} instead of {printed!r}"]
