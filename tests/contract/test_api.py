"""The REST API: nobody comes in unasked, and its document says what its routes are."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from chalice import IAMAuthorizer
from chalice.app import RouteEntry

import app
import chalicelib
from chalicelib.api.operations import EVERYWHERE, OPERATIONS
from chalicelib.api.problems import KINDS
from chalicelib.api.scopes import SCOPES, scope_of
from tests.contract.source import ROOT, shipped

OPEN_TO_ALL = {
    "GET /health": "tells that all is well, and nothing else",
    "GET /review/{token}": "a signed link is the authorization",
    "HEAD /review/{token}": "as above: what scanners of mail ask",
    "POST /review/{token}": "as above",
}
"""Routes that need no authorization, and why."""

PAGES = ("/", "/ui", "/review")
"""What people look at: no part of the document."""

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


def _is_page(path: str) -> bool:
    return path == "/" or path.startswith(tuple(f"{page}/" for page in PAGES[1:])) or path in PAGES


# -- who may call -------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ROUTES)
def test_whoever_calls_has_to_be_allowed_to(route: str) -> None:
    authorizer = ROUTES[route].authorizer

    assert isinstance(authorizer, IAMAuthorizer) != (route in OPEN_TO_ALL and authorizer is None)


def test_no_route_that_is_open_to_all_is_left_over() -> None:
    assert ROUTES.keys() >= OPEN_TO_ALL.keys()


_LOOK = """
import json, sys, app
found = {
    f"{method} {path}": getattr(getattr(entry.authorizer, "config", None), "handler_string", "")
    for path, methods in app.app.routes.items() for method, entry in methods.items()
}
print(json.dumps({"routes": found, "resolved": app.authorize_call.config.handler_string,
                  "callable": callable(app.authorize_call), "jwt": "jwt" in sys.modules}))
"""


@cache
def _with_oidc() -> dict[str, Any]:
    looked = subprocess.run(
        [sys.executable, "-c", _LOOK],
        cwd=ROOT,
        env={"MAINSTAY_STAGE": "dev", "MAINSTAY_AUTH": "oidc"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(looked.stdout)
    return found


def test_with_an_identity_provider_each_route_asks_the_same_function() -> None:
    expected = {route: "" if route in OPEN_TO_ALL else "app.authorize_call" for route in ROUTES}

    assert _with_oidc()["routes"] == expected


def test_lambda_finds_that_function_where_its_name_says() -> None:
    """`app.authorize_call`: the module that is imported, and a name in it that can be called."""
    found = _with_oidc()

    assert (found["resolved"], found["callable"]) == ("app.authorize_call", True)


def test_nothing_of_tokens_is_imported_before_one_comes() -> None:
    assert _with_oidc()["jwt"] is False


@pytest.mark.parametrize("auth", ["OIDC", "none", "iam ", "open"])
def test_a_slip_in_the_setting_opens_nothing(auth: str) -> None:
    looked = subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=ROOT,
        env={"MAINSTAY_AUTH": auth},
        capture_output=True,
        text=True,
        check=False,
    )

    assert looked.returncode != 0
    assert "MAINSTAY_AUTH" in looked.stderr


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in OPEN_TO_ALL])
def test_each_route_has_a_scope(route: str) -> None:
    """Without one, nobody with a token could call it."""
    method, _, path = route.partition(" ")

    assert scope_of(method, path) in SCOPES


@pytest.mark.parametrize("route", ROUTES)
def test_no_other_site_may_call_in_a_person_s_name(route: str) -> None:
    assert not ROUTES[route].cors


# -- the document -------------------------------------------------------------------------------


def test_the_document_has_the_routes_of_the_api_and_no_page() -> None:
    routes = {route for route in ROUTES if not _is_page(route.partition(" ")[2])}

    assert {f"{one.method} {one.path}" for one in OPERATIONS} == routes
    assert len({one.name for one in OPERATIONS}) == len(OPERATIONS)


def test_what_is_guarded_in_the_document_is_guarded() -> None:
    said = {f"{one.method} {one.path}": one.guarded for one in OPERATIONS}

    assert said == {route: ROUTES[route].authorizer is not None for route in said}


def test_every_kind_of_problem_can_happen_or_is_chalice_s() -> None:
    used = {kind.name for one in OPERATIONS for kind in (*EVERYWHERE, *one.problems)}

    assert {kind.name for kind in KINDS} - used == {"forbidden", "method-not-allowed"}
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_problem_is_explained(kind: Any) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")

    assert f"| `{kind.name}` | {kind.status.value} |" in text


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_every_operation_is_explained(operation: Any) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")

    assert f"`{operation.method} {operation.path}`" in text


def test_the_version_is_that_of_the_project() -> None:
    assert f'\nversion = "{chalicelib.VERSION}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


# -- how it is written --------------------------------------------------------------------------


def _decorated() -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in _nodes():
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                yield ast.unparse(decorator), node


def test_the_blueprint_holds_routes_and_nothing_else() -> None:
    """A trigger in it would be pointed at the blueprint's module, and app.py would never be loaded."""
    handlers = [name for name, _ in _decorated() if name.startswith("routes.")]
    beside = [name for name in handlers if not name.startswith("routes.route(")]

    assert {node.name for name, node in _decorated() if name.startswith("routes.route(")} == {
        entry.view_function.__name__ for entry in ROUTES.values()
    }
    assert beside == ["routes.middleware('http')"]


def test_a_route_decides_nothing() -> None:
    long = {
        node.name: len(node.body) - 1
        for name, node in _decorated()
        if name.startswith("routes.route(") and len(node.body) - 1 > LONGEST_ROUTE
    }

    assert long == {}
