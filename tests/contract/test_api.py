"""The REST API: nobody comes in unasked, and nothing but routes stands in its blueprint."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from chalice import IAMAuthorizer
from chalice.app import RouteEntry

import app
from tests.contract.source import shipped

OPEN_TO_ALL: frozenset[str] = frozenset()
"""Routes that need no authorization, and why: none yet."""

LONGEST_ROUTE = 3
"""Lines below the docstring: parse, one call, an answer."""


def _routes() -> Iterator[tuple[str, RouteEntry]]:
    for path, by_method in app.app.routes.items():
        for method, entry in by_method.items():
            yield f"{method} {path}", entry


ROUTES = dict(_routes())


def _nodes() -> Iterator[ast.AST]:
    for name, module in shipped().items():
        if name.startswith("chalicelib.api"):
            yield from ast.walk(module.tree)


@pytest.mark.parametrize("route", ROUTES)
def test_whoever_calls_has_to_be_allowed_to(route: str) -> None:
    authorizer = ROUTES[route].authorizer

    assert isinstance(authorizer, IAMAuthorizer) or (route in OPEN_TO_ALL and authorizer is None)


def test_no_route_that_is_open_to_all_is_left_over() -> None:
    assert ROUTES.keys() >= OPEN_TO_ALL


@pytest.mark.parametrize("route", ROUTES)
def test_no_other_site_may_call_in_a_person_s_name(route: str) -> None:
    assert not ROUTES[route].cors


def test_the_blueprint_holds_routes_and_nothing_else() -> None:
    """A trigger in it would be pointed at the blueprint's module, and app.py would never be loaded."""
    handlers = [
        ast.unparse(decorator)
        for node in _nodes()
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
    ]

    assert len(handlers) == len(ROUTES)
    assert [one for one in handlers if not one.startswith("routes.route(")] == []


def test_a_route_decides_nothing() -> None:
    long = {
        node.name: len(node.body) - 1
        for node in _nodes()
        if isinstance(node, ast.FunctionDef) and node.decorator_list and len(node.body) - 1 > LONGEST_ROUTE
    }

    assert long == {}
