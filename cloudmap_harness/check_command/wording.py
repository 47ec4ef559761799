# SPDX-License-Identifier: Apache-2.0
"""Numbers in words, as the output and the progress say them."""


def count(number: int, what: str) -> str:
    """Returns `1 call`, `2 calls`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def calls(number: int, repetitions: int) -> str:
    """Returns `45 calls and 44 repetitions`: 89 times something was sent."""
    again = f" and {count(repetitions, 'repetition')}" if repetitions else ""
    return f"{count(number, 'call')}{again}"
