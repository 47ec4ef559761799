# SPDX-License-Identifier: Apache-2.0
"""No module imports itself by way of others, TYPE_CHECKING imports included.

A cycle means that the modules can only be understood, moved and tested together.
"""

from pathlib import Path

import pytest

from tests.support.files import write_files
from tests.support.paths import CHECKOUT
from tests.unit.import_graph import import_cycles, read_checkout

FOR_TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "


def test_no_import_cycle() -> None:
    cycles = import_cycles(read_checkout(CHECKOUT))
    assert not cycles, "import cycles:\n" + "\n".join(map(" imports ".join, cycles))


PLANTED = [
    (
        "two modules",
        {"p/a.py": "import p.b", "p/b.py": "from p import a"},
        [["p.a", "p.b", "p.a"]],
    ),
    (
        "three modules",
        {"p/a.py": "from p.c import x", "p/b.py": "import p.a", "p/c.py": "from . import b"},
        [["p.a", "p.c", "p.b", "p.a"]],
    ),
    (
        "two packages",
        {"p/a.py": "from q.b import x", "q/b.py": "import p.a"},
        [["p.a", "q.b", "p.a"]],
    ),
    (
        "TYPE_CHECKING",
        {"p/a.py": "from p.b import x", "p/b.py": f"{FOR_TYPES}from p.a import X"},
        [["p.a", "p.b", "p.a"]],
    ),
    (
        "import inside a function",
        {"p/a.py": "from p.b import x", "p/b.py": "def f():\n    from p import a"},
        [["p.a", "p.b", "p.a"]],
    ),
    (
        "import_module",
        {"p/a.py": "import p.b", "p/b.py": "import importlib\nimportlib.import_module('.a', 'p')"},
        [["p.a", "p.b", "p.a"]],
    ),
    (
        "a package and its module",
        {"p/__init__.py": "from p.a import x", "p/a.py": "from p import y"},
        [["p", "p.a", "p"]],
    ),
    ("a module and itself", {"p/a.py": "import p.a"}, [["p.a", "p.a"]]),
    (
        "two cycles at once",
        {
            "p/a.py": "import p.b",
            "p/b.py": "import p.a",
            "q/c.py": "import q.d",
            "q/d.py": "import q.c",
        },
        [["p.a", "p.b", "p.a"], ["q.c", "q.d", "q.c"]],
    ),
]


@pytest.mark.parametrize(
    ("files", "cycles"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED]
)
def test_planted_cycle_is_seen_and_named(
    files: dict[str, str], cycles: list[list[str]], tmp_path: Path
) -> None:
    write_files(tmp_path, files)
    assert import_cycles(read_checkout(tmp_path)) == cycles


def test_modules_that_share_an_import_are_no_cycle(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "p/__init__.py": "",
            "p/a.py": "import p.b\nimport p.c",
            "p/b.py": "from p.c import x\nimport os, pytest",
            "p/c.py": "",
        },
    )
    assert import_cycles(read_checkout(tmp_path)) == []
