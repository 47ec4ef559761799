# SPDX-License-Identifier: Apache-2.0
"""Reads which module imports which, from the source alone: nothing is imported or run."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

CALLS = {"import_module", "__import__"}
# Folders at the top of a checkout that hold other people's Python or generated files.
FOREIGN = {"node_modules", "cdktf.out"}


class Import(NamedTuple):
    """One imported name: the absolute module, and the line of the statement or call."""

    name: str
    line: int
    for_types: bool
    """True under ``if TYPE_CHECKING:``, where nothing is imported when the program runs."""


@dataclass(frozen=True)
class Module:
    """A Python file of the checkout and what it imports."""

    name: str
    file: str
    """The path inside the checkout, with slashes."""
    imports: tuple[Import, ...]


def read_checkout(checkout: Path) -> dict[str, Module]:
    """Returns every module of the checkout by its dotted name, executables included."""
    sources = {
        file.relative_to(checkout).as_posix(): file.read_text(encoding="utf-8")
        for file in _python_files(checkout)
    }
    names = {module_name(file): file for file in sources}
    return {
        name: Module(name, file, tuple(read_imports(sources[file], file, names)))
        for name, file in sorted(names.items())
    }


def module_name(file: str) -> str:
    """Returns the dotted name of a file: ``a/b/__init__.py`` is ``a.b``."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def read_imports(source: str, file: str, modules: Mapping[str, object]) -> Iterator[Import]:
    """Yields what the source imports, by statement or by ``import_module`` with a literal name.

    ``from a import b`` yields ``a.b`` when that is one of ``modules``, else ``a``. Relative names
    are resolved against the file's package.
    """
    tree = ast.parse(source, filename=file)
    package = (
        module_name(file) if file.endswith("__init__.py") else module_name(file).rpartition(".")[0]
    )
    types = set(_type_checking_nodes(tree))
    for node in ast.walk(tree):
        for name in _names(node, package, modules):
            yield Import(name, getattr(node, "lineno", 0), node in types)


def import_cycles(modules: Mapping[str, Module]) -> list[list[str]]:
    """Returns import cycles, each as ``[a, b, a]`` for "a imports b imports a".

    Every module that is in a cycle fails the search until its cycle is broken: each cycle found is
    reported, then opened at one import, and the search runs again.
    """
    graph = {
        name: {each.name for each in module.imports if each.name in modules}
        for name, module in sorted(modules.items())
    }
    found = []
    while cycle := _a_cycle(graph):
        found.append(cycle)
        graph[cycle[0]].discard(cycle[1])
    return found


def _a_cycle(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter({name: sorted(names) for name, names in graph.items()}).prepare()
    except CycleError as error:
        backwards: Sequence[str] = error.args[1]
        return _from_first(list(reversed(backwards[1:])))
    return []


def _from_first(ring: list[str]) -> list[str]:
    """Turns the ring so that it starts, and ends, at its first name in alphabetical order."""
    start = ring.index(min(ring))
    return [*ring[start:], *ring[:start], ring[start]]


def _names(node: ast.AST, package: str, modules: Mapping[str, object]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute("." * node.level + (node.module or ""), package)
        submodules = [f"{base}.{alias.name}" for alias in node.names]
        yield from sorted({name if name in modules else base for name in submodules})
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        if ast.unparse(node.func).rsplit(".", 1)[-1] in CALLS:
            yield _absolute(str(node.args[0].value), package)


def _absolute(name: str, package: str) -> str:
    relative = name.lstrip(".")
    level = len(name) - len(relative)
    if level == 0:
        return name
    parents = package.split(".")
    return ".".join([*parents[: len(parents) - level + 1], *filter(None, [relative])])


def _type_checking_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in (
            "TYPE_CHECKING",
            "typing.TYPE_CHECKING",
        ):
            for statement in node.body:
                yield from ast.walk(statement)


def _python_files(checkout: Path) -> Iterator[Path]:
    for entry in sorted(checkout.iterdir()):
        if entry.name.startswith(".") or entry.name in FOREIGN or entry.is_symlink():
            continue
        files = [entry] if entry.is_file() else sorted(entry.rglob("*"))
        yield from (file for file in files if file.is_file() and _is_python(file))


def _is_python(file: Path) -> bool:
    if file.suffix:
        return file.suffix == ".py"
    with file.open("rb") as opened:
        first = opened.readline()
    return first.startswith(b"#!") and b"python" in first
