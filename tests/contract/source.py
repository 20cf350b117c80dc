"""The project's own source, read as syntax trees: what the structural tests look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Module:
    """One file: its dotted name, its path below the project, and its tree."""

    name: str
    path: str
    tree: ast.Module
    text: str

    @property
    def lines(self) -> int:
        """How long the file is."""
        return len(self.text.splitlines())


@cache
def modules() -> Mapping[str, Module]:
    """Everything that is shipped and everything for the operator, by dotted name."""
    files = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "mainstay").rglob("*.py")]
    found = (_read(path) for path in sorted(files))
    return {module.name: module for module in found}


@cache
def shipped() -> Mapping[str, Module]:
    """What goes to Lambda."""
    return {name: module for name, module in modules().items() if not name.startswith("mainstay")}


def _read(path: Path) -> Module:
    text, below = path.read_text(encoding="utf-8"), path.relative_to(ROOT)
    name = ".".join(below.with_suffix("").parts).removesuffix(".__init__")
    return Module(name=name, path=below.as_posix(), tree=ast.parse(text), text=text)


@dataclass(frozen=True, kw_only=True)
class Import:
    """A module that a file imports, wherever in the file that stands."""

    by: str
    target: str
    line: int


def imports_of(module: Module) -> Iterator[Import]:
    """Every import, ``from package import name`` resolved to the file that is meant."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(by=module.name, target=alias.name, line=node.lineno)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield Import(by=module.name, target=_meant(node, alias), line=node.lineno)


def _meant(node: ast.ImportFrom, alias: ast.alias) -> str:
    if node.level or node.module is None:
        raise ValueError(f"line {node.lineno}: imports are absolute here")
    inside = f"{node.module}.{alias.name}"
    return inside if inside in modules() else node.module


def functions_of(module: Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function and method with its qualified name, those inside others too."""
    yield from _functions(module.tree, "")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield f"{prefix}{child.name}", child
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)
