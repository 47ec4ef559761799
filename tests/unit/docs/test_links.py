# SPDX-License-Identifier: Apache-2.0
"""Every link, path and Python name that the documentation mentions exists.

Checked are relative links with their anchors, and in backticks: paths (`docs/fidelity.md`),
folders (`localaws/vpc/`) and names in a file (`localaws/install.py::COMPLETED`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
PAGES = sorted(
    [
        *(CHECKOUT / f"{name}.md" for name in ("README", "README.ja", "CONTRIBUTING", "SECURITY")),
        *(CHECKOUT / "docs").glob("*.md"),
    ]
)
ENDPOINT_TESTS = CHECKOUT / "tests" / "endpoint" / "localaws"
"""docs/fidelity.md names test files relative to this folder."""

FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(
    r"(?P<path>(?:[\w.-]+/)+(?:[\w-]*\.[\w.-]+)?|[\w-]+\.py(?=::))(?:::(?P<name>[\w.]+))?"
)
"""A folder that ends with a slash, or a file with a suffix; with `::`, a name that it defines."""


def problems(text: str, folder: Path, roots: Sequence[Path]) -> list[str]:
    """Returns what a page in `folder` mentions that does not exist; paths start at a root."""
    prose = FENCED.sub("", text)
    return [*_broken_links(prose, folder), *_missing_paths(prose, roots)]


def _broken_links(prose: str, folder: Path) -> Iterator[str]:
    for link in LINK.findall(prose):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = folder / target if target else None
        page = (
            prose if file is None else file.read_text("utf-8", "replace") if file.is_file() else ""
        )
        if file is not None and not file.exists():
            yield f"link {link}: no such file"
        elif anchor and anchor not in {_anchor(heading) for heading in _headings(page)}:
            yield f"link {link}: no such heading"


def _headings(page: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", FENCED.sub("", page), re.MULTILINE)


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _missing_paths(prose: str, roots: Sequence[Path]) -> Iterator[str]:
    for code in CODE.findall(prose):
        mentioned = PATH.fullmatch(code)
        if mentioned is None or _is_generated(mentioned["path"]):
            continue
        found = next(
            (root / mentioned["path"] for root in roots if (root / mentioned["path"]).exists()),
            None,
        )
        if found is None or found.is_dir() is not mentioned["path"].endswith("/"):
            yield f"`{code}`: no such file or folder"
        elif mentioned["name"] and not _defines(found, mentioned["name"]):
            yield f"`{code}`: the file does not define this name"


def _is_generated(path: str) -> bool:
    """Says whether Git ignores the file or folder, because a command writes it."""
    lines = (CHECKOUT / ".gitignore").read_text("utf-8").splitlines()
    ignored = [line.strip("/") for line in lines if line and not line.startswith("#")]
    return any(fnmatch(part, pattern) for part in path.split("/") for pattern in ignored)


def _defines(file: Path, dotted: str) -> bool:
    """Says whether a Python file defines the name, which may be a class and its member."""
    body: list[ast.stmt] = ast.parse(file.read_text("utf-8")).body
    for name in dotted.split("."):
        found = next((node for node in body if name in _names_of(node)), None)
        if found is None:
            return False
        body = getattr(found, "body", [])
    return True


def _names_of(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        return {target.id for target in statement.targets if isinstance(target, ast.Name)}
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return {statement.target.id}
    return set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_all_that_a_page_mentions_exists(page: Path) -> None:
    roots = [CHECKOUT, ENDPOINT_TESTS] if page.name == "fidelity.md" else [CHECKOUT]
    assert problems(page.read_text("utf-8"), page.parent, roots) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[the tests](nowhere.md)", "link nowhere.md: no such file"),
        ("[a part](docs/fidelity.md#no-such-part)", "link docs/fidelity.md#no-such-part: no such"),
        ("# Here\n\n[there](#there)", "link #there: no such heading"),
        ("see `localaws/nowhere.py`", "`localaws/nowhere.py`: no such file or folder"),
        ("see `docs/nowhere.md`", "`docs/nowhere.md`: no such file or folder"),
        ("see `localaws/nowhere/`", "`localaws/nowhere/`: no such file or folder"),
        ("see `stacks/settings.py/`", "`stacks/settings.py/`: no such file or folder"),
        ("see `.github/workflows/cd.yml`", "`.github/workflows/cd.yml`: no such file or folder"),
        ("see `main.py::build`", "`main.py::build`: the file does not define this name"),
        (
            "| `localaws/ecs/tasks.py::EcsTask.leap` |",
            "`localaws/ecs/tasks.py::EcsTask.leap`: the file does not define this name",
        ),
        ("see `main.py::Path`", "`main.py::Path`: the file does not define this name"),
        ("see `localaws/gone.py::tick`", "`localaws/gone.py::tick`: no such file or folder"),
    ],
)
def test_what_does_not_exist_is_a_problem(text: str, problem: str) -> None:
    [found] = problems(text, CHECKOUT, [CHECKOUT])
    assert found.startswith(problem)


@pytest.mark.parametrize(
    "text",
    [
        "[AWS](https://aws.amazon.com/nowhere) and [a mail](mailto:nobody@example.com)",
        "[the choices](docs/fidelity.md#choices)",
        "# `make leaks`, here\n\n[there](#make-leaks-here)",
        "`stacks/settings.py`, `localaws/vpc/` and `scripts/setup/tools.py::terraform`",
        "`localaws/ecs/task_states.py::TaskState.RUNNING`, `localaws/install.py::COMPLETED`",
        "`main.py::build_app`",
        "`cdktf.out/stacks/compute/cdk.tf.json`, `.state/localaws.log`, `.venv/bin/python`",
        "`text/html`, `hashicorp/aws`, `make env | tee a/b.txt`, `docs/*.md`",
        "```\n`localaws/nowhere.py` and [a link](nowhere.md)\n```",
    ],
)
def test_what_exists_or_is_generated_is_no_problem(text: str) -> None:
    assert problems(text, CHECKOUT, [CHECKOUT]) == []
