"""Short files, short functions, plain names: what keeps the project readable."""

from __future__ import annotations

import ast
from statistics import median

import pytest

from chalicelib import errors
from chalicelib.errors import MainstayError
from tests.contract.source import ROOT, Module, functions_of, modules

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
LONGEST_MEDIAN = 6

ONE_PAGE = {"chalicelib/incidents/model.py": 400}
"""The vocabulary: long since it is read as one page, and it holds hardly any code."""

VAGUE_NAMES = ("Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Handler", "Processor")

of_modules = pytest.mark.parametrize("module", modules().values(), ids=lambda module: module.path)


def body_lines(function: ast.FunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    documented = ast.get_docstring(function) is not None
    body = function.body[1:] if documented else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@of_modules
def test_a_file_is_short(module: Module) -> None:
    assert module.lines <= ONE_PAGE.get(module.path, LONGEST_FILE)


@of_modules
def test_functions_are_short(module: Module) -> None:
    lengths = {name: body_lines(node) for name, node in functions_of(module)}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_half_of_all_functions_are_very_short() -> None:
    lengths = [body_lines(node) for module in modules().values() for _, node in functions_of(module)]

    assert median(lengths) <= LONGEST_MEDIAN


@of_modules
def test_a_name_says_what_a_thing_is(module: Module) -> None:
    classes = [node.name for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]

    assert [name for name in classes if name.endswith(VAGUE_NAMES)] == []
    assert not module.path.rpartition("/")[2].removesuffix(".py").endswith(("utils", "helpers", "common", "misc"))


@of_modules
def test_errors_are_named_errors_and_nothing_else_is(module: Module) -> None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and node.bases:
            bases = {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
            is_error = any(base.endswith(("Error", "Exception")) for base in bases)
            assert node.name.endswith("Error") is is_error, node.name


def test_every_error_says_what_to_do_about_it() -> None:
    """Retryable or permanent: the workflow routes on that."""
    ours = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, MainstayError)]
    undecided = {
        error.__name__
        for error in ours
        if not issubclass(error, errors.RetryableError | errors.PermanentError) and error is not MainstayError
    }

    assert undecided == set()
    assert not [one for one in ours if issubclass(one, errors.RetryableError) and issubclass(one, errors.PermanentError)]


def test_no_exception_is_swallowed_whole() -> None:
    """A bare except, or one that catches everything, hides the bugs of ten years."""
    broad = [
        f"{module.path}:{node.lineno}"
        for name, module in modules().items()
        if not name.startswith("mainstay")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
    ]

    assert broad == []


TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if path.name != "test_shape.py")

UNWANTED = {
    "mock.patch": "a fake is handed in instead",
    "MagicMock": "a fake is handed in instead",
    "time.sleep": "a condition is waited for instead",
    "pytest.skip": "a test that is not run proves nothing",
    "pytest.xfail": "a test that may fail proves nothing",
    "mark.skip": "a test that is not run proves nothing",
    "mark.xfail": "a test that may fail proves nothing",
    "importorskip": "a test that is not run proves nothing",
}


@pytest.mark.parametrize("what", UNWANTED)
def test_tests_do_without(what: str) -> None:
    using = [path.relative_to(ROOT).as_posix() for path in TESTS if what in path.read_text(encoding="utf-8")]

    assert using == [], UNWANTED[what]


def test_every_test_asserts_something() -> None:
    """A test that cannot fail is a defect. Raising and warning are asserted by their own blocks."""
    idle = []
    for path in TESTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                told = ast.unparse(node)
                if not any(word in told for word in ("assert", "raises(", "warns(", "check_", "expect_")):
                    idle.append(f"{path.relative_to(ROOT)}:{node.name}")

    assert idle == []
