# SPDX-License-Identifier: Apache-2.0
"""The table of a run fits 80 columns, and names each service once."""

import io

from rich.console import Console

from handson.lesson.behaviours import BEHAVIOURS
from handson.lesson.figures import Count, Figures, Row
from handson.lesson.plan import EMPTY, INTERVAL, PHASES, UP_AGAIN, Plan
from handson.lesson.table import show

LONGEST = max(phase.ends - phase.begins for phase in Plan().phases)
CALLS = int(LONGEST / INTERVAL)
WIDEST = Count(CALLS, CALLS, LONGEST)
ROWS = (
    *(Row("ttl-300", each.name, dict.fromkeys(PHASES, WIDEST)) for each in BEHAVIOURS),
    *(Row(EMPTY, each.name, {UP_AGAIN: Count(0, 78, 0.0)}) for each in BEHAVIOURS),
)


def test_the_widest_figures_fit_80_columns_and_nothing_is_cut() -> None:
    out = io.StringIO()
    show(Console(file=out, width=80), Figures(20, 5.0, 300, ROWS))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.count(str(WIDEST)) for line in lines) == len(BEHAVIOURS) * len(PHASES)
    assert "…" not in out.getvalue()
    assert [line.split()[0] for line in lines if line.startswith(("ttl-", " ttl-"))] == ["ttl-300"]
    assert sum(EMPTY in line for line in lines) == 1
