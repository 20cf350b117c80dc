"""What a function can reach, found by reading the source: AWS operations and errors.

The graph leans to the safe side. A name leads to the function that it stands for, ``thing.name`` to every
method of that name, and to whatever was ever given to a class as ``name=``, which is how the tables of
resource types and actions and the collaborators are wired. Where fields have the name of a method too, it has
to be called; where texts and streams have, on one of our own objects.
Fields of the catalogue can be cut, so that what a function does itself is told apart from what the
catalogue's entries do in its name.
"""

from __future__ import annotations

import ast
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.contract.source import Module, shipped

CATALOGUE = frozenset({"observe", "read_tags", "propose", "apply", "progress", "undo", "is_failing"})
"""Fields of resource types and actions that hold functions."""

COMPOSITION_ROOT = ("chalicelib.services", "chalicelib.parts")
"""They make everything and do nothing: what they mention is not called by them."""

PURE = "chalicelib.prediction."
"""It is handed numbers and texts, and never an object that does anything: test_imports.py sees to that."""

WIRED = ("Collaborators", "Gateway")
"""Classes whose fields hold our own objects."""

OF_OTHERS = frozenset({*dir(str), *dir(dict), *dir(re.Match), *dir(io.TextIOWrapper)})
"""Names that methods of the standard library have as well."""

CALLS_AWS = frozenset({"read", "change"})
PASSED_ON = frozenset({"partial", "cache"})


@dataclass
class Found:
    """One function: what it leads to, and what it does itself."""

    leads_to: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    operations: set[tuple[str, str]] = field(default_factory=set)
    raises: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    """Names of recovery actions in ActionCalls."""
    given: list[tuple[str, int, str]] = field(default_factory=list)
    """Arguments of calls to functions: which, at which place, and the text, empty where it is none."""
    open_operations: list[tuple[str, str]] = field(default_factory=list)
    """Operations that a parameter names: the service, and the parameter."""
    unclear: bool = False
    """Whether it calls AWS in a way that cannot be read here."""
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """All functions as ``module:name``, methods by their name, and what classes were given by field."""

    functions: dict[str, Found]
    methods: dict[str, set[str]]
    given: dict[str, set[str]]
    field_names: set[str]
    our_objects: set[str]

    def reach(self, start: str, *, cut: frozenset[str] = frozenset()) -> set[str]:
        """Every function that can run when this one does."""
        seen: set[str] = set()
        todo = [start]
        while todo:
            name = todo.pop()
            if name in seen or name.startswith(COMPOSITION_ROOT):
                continue
            seen.add(name)
            found = self.functions[name]
            todo += found.leads_to
            if name.startswith(PURE):
                continue
            todo += [one for method in found.methods - cut for one in self.methods.get(method, ())]
            todo += [one for used in found.fields - cut for one in self.given.get(used, ())]
        return seen

    def fields(self, start: str) -> set[str]:
        """The fields of the catalogue that a function uses."""
        return {
            name
            for one in self.reach(start, cut=CATALOGUE)
            for name in self.functions[one].fields & CATALOGUE
        }

    def operations(self, start: str, *, cut: frozenset[str] = frozenset()) -> set[tuple[str, str]]:
        """AWS operations, as ``(service, operation)`` in boto3's names."""
        reached = self.reach(start, cut=cut)
        named = {one for name in reached for one in self.functions[name].operations}
        return named | {one for name in reached for one in self._completed(name)}

    def raises(self, start: str) -> set[str]:
        """Names of the errors that are raised on purpose."""
        return {one for name in self.reach(start) for one in self.functions[name].raises}

    def _completed(self, caller: str) -> Iterator[tuple[str, str]]:
        """Operations that a called function leaves open and this one names."""
        for target, place, text in self.functions[caller].given:
            for service, parameter in self.functions[target].open_operations:
                if self.functions[target].parameters.index(parameter) == place:
                    yield service, text

    def unnamed_operations(self) -> set[str]:
        """Functions that name an operation in another way than by a plain text."""
        return {
            name
            for name, found in self.functions.items()
            if found.unclear or any(not operation for _, operation in self._completed(name))
        }


def function_id(function: Callable[..., Any]) -> str:
    """The name in the graph of a function in hand."""
    return f"{function.__module__}:{function.__qualname__}"


@cache
def graph() -> Graph:
    """The graph of everything that is shipped."""
    scopes = {name: _Scope(module) for name, module in shipped().items()}
    fields = {name for scope in scopes.values() for named in scope.fields.values() for name in named}
    objects = {name for scope in scopes.values() for kind in WIRED for name in scope.fields.get(kind, ())}
    made = Graph({}, defaultdict(set), defaultdict(set), fields, objects | {"self", "team"})
    for scope in scopes.values():
        for name, node in scope.callables.items():
            made.functions[name] = Found(parameters=tuple(one.arg for one in node.args.args))
            if "." in name.partition(":")[2]:
                made.methods[node.name].add(name)
    for scope in scopes.values():
        for name, node in scope.callables.items():
            _Reader(scope, scopes, made, made.functions[name]).read(node)
        _Reader(scope, scopes, made, Found()).read(scope.module.tree, only_top=True)
    return made


class _Scope:
    """The names of one module: its own functions and classes, and what it imports."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.callables: dict[str, ast.FunctionDef] = {}
        self.classes: set[str] = set()
        self.imported: dict[str, str] = {}
        self.fields: dict[str, set[str]] = defaultdict(set)
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef):
                self.callables[f"{module.name}:{node.name}"] = node
            if isinstance(node, ast.ClassDef):
                self.classes.add(node.name)
                for inner in node.body:
                    match inner:
                        case ast.FunctionDef():
                            self.callables[f"{module.name}:{node.name}.{inner.name}"] = inner
                        case ast.AnnAssign(target=ast.Name(id=name)):
                            self.fields[node.name].add(name)
        for found in ast.walk(module.tree):
            if isinstance(found, ast.ImportFrom):
                for alias in found.names:
                    self.imported[alias.asname or alias.name] = f"{found.module}.{alias.name}"


class _Reader:
    """Reads the body of one function, or what stands at the top of a module, into what it leads to."""

    def __init__(self, scope: _Scope, scopes: dict[str, _Scope], made: Graph, found: Found) -> None:
        self._scope, self._scopes, self._made, self._found = scope, scopes, made, found

    def read(self, tree: ast.AST, *, only_top: bool = False) -> None:
        body = [
            one for one in ast.iter_child_nodes(tree) if not only_top or not isinstance(one, _DEFINITIONS)
        ]
        for part in body:
            for node in ast.walk(part):
                self._note(node)

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.Name(ctx=ast.Load()):
                self._found.leads_to |= self._functions(node)
            case ast.Attribute(ctx=ast.Load()):
                self._found.fields.add(node.attr)
                if node.attr not in self._made.field_names and self._is_ours(node):
                    self._found.methods.add(node.attr)
                self._found.leads_to |= self._functions(node)
            case ast.Call():
                self._note_call(node)
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name))):
                self._found.raises.add(name)

    def _note_call(self, call: ast.Call) -> None:
        called = [call.func, *(call.args if _name(call.func) in PASSED_ON else ())]
        for one in called:
            if isinstance(one, ast.Attribute) and self._is_ours(one):
                self._found.methods.add(one.attr)
        if self._is_class(call.func):
            for keyword in call.keywords:
                if keyword.arg:
                    self._made.given[keyword.arg] |= self._given(keyword.value)
        if _name(call.func) == "ActionCall":
            self._found.actions |= {
                one.value.value
                for one in call.keywords
                if one.arg == "action"
                and isinstance(one.value, ast.Constant)
                and isinstance(one.value.value, str)
            }
        self._note_operation(call)
        self._note_given(call)

    def _note_operation(self, call: ast.Call) -> None:
        parts = [call.func, *call.args]
        if _name(call.func) == "partial":
            parts = list(call.args)
        match parts:
            case [func, ast.Constant(value=str(service)), ast.Constant(value=str(operation)), *_]:
                if _name(func) in CALLS_AWS:
                    self._found.operations.add((service, operation))
            case [func, ast.Constant(value=str(service)), ast.Name(id=parameter), *_]:
                if _name(func) in CALLS_AWS:
                    self._found.open_operations.append((service, parameter))
            case [func, ast.Constant(), _, *_]:
                self._found.unclear |= _name(func) in CALLS_AWS

    def _note_given(self, call: ast.Call) -> None:
        for target in self._functions(call.func):
            for place, argument in enumerate(call.args):
                value = argument.value if isinstance(argument, ast.Constant) else ""
                self._found.given.append((target, place, value if isinstance(value, str) else ""))

    def _functions(self, node: ast.AST) -> set[str]:
        """The function that a name or ``module.name`` stands for, if it does."""
        target = self._target(node)
        if target is None:
            return set()
        module, _, name = target.rpartition(".")
        known = f"{module}:{name}"
        return {known} if known in self._made.functions else set()

    def _target(self, node: ast.AST) -> str | None:
        match node:
            case ast.Name(id=name):
                own = f"{self._scope.module.name}.{name}"
                return self._scope.imported.get(name, own)
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in self._scope.imported:
                return f"{self._scope.imported[name]}.{attr}"
        return None

    def _is_ours(self, method: ast.Attribute) -> bool:
        if method.attr not in OF_OTHERS:
            return True
        return _name(method.value).lstrip("_") in self._made.our_objects

    def _is_class(self, node: ast.AST) -> bool:
        module, _, name = (self._target(node) or "").rpartition(".")
        return module in self._scopes and name in self._scopes[module].classes

    def _given(self, value: ast.AST) -> set[str]:
        """The functions in what is given to a class: by name, as a method of an object, or as the object."""
        found: set[str] = set()
        for node in ast.walk(value):
            found |= self._functions(node)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
                found |= self._made.methods.get(node.attr, set())
            if isinstance(node, ast.Call) and self._is_class(node.func):
                module, _, name = (self._target(node.func) or "").rpartition(".")
                found |= {one for one in (f"{module}:{name}.__call__",) if one in self._made.functions}
        return found


_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def _name(node: ast.AST) -> str:
    """The last name of ``a.b.name`` or ``name``."""
    return str(getattr(node, "attr", getattr(node, "id", "")))
