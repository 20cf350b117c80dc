"""Imports point down and never up, and the outside world has one door each."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from bench.events import stop_instance_event
from tests.contract.source import ROOT, Import, Module, imports_of, modules, shipped

LAYERS = """
app
api
pages
services
reliability ahead rulebook answering overview
scanning outlook listing steering reviewing
sweep approval deciding alerting switching cursors lookup tokens
intake workflow doing watching weekly missing autonomy
undoing announcing
telling_people
asking
collaborators parts
aws
signals analysis prediction
recovery
resources
incidents
redaction
redaction_rules
settings telemetry
errors
"""
"""The rooms of app.py and chalicelib. Each may import from its own room and from lines below its own."""

LEVELS = {room: level for level, line in enumerate(LAYERS.split("\n")) for room in line.split()}

DOORS = {
    "aws_lambda_powertools": ("chalicelib.telemetry",),
    "boto3": ("chalicelib.aws",),
    "botocore": ("chalicelib.aws",),
    "chalice": ("app", "chalicelib.api"),
    "jinja2": ("chalicelib.pages",),
    "jwt": ("chalicelib.tokens",),
    "markupsafe": ("chalicelib.pages",),
    "yaml": ("chalicelib.analysis.policy",),
}
"""Third-party packages and the only rooms that may know them."""

PURE = ("signals", "resources", "analysis", "recovery", "prediction", "incidents", "redaction", "pages")
"""Rooms that do no I/O of their own, and know neither the time nor chance but as arguments."""

IMPURE_MODULES = frozenset(
    [
        "asyncio",
        "ctypes",
        "fcntl",
        "glob",
        "http",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "pickle",
        "random",
        "requests",
        "secrets",
        "select",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    ]
)
HARMLESS = frozenset({"urllib.parse"})
IMPURE_CALLS = frozenset(
    {"open", "input", "print", "now", "utcnow", "today", "fromtimestamp", "read_text", "write_text"}
)

ENVIRONMENTS = frozenset({"environ", "environb", "getenv"})

ALSO_A_COMMAND = "chalicelib.recovery.plan_gate"
"""Builds run the gate as a command, so its last lines read arguments and a file."""


def room_of(module: str) -> str:
    """The room of a module: the first name below chalicelib, or the module itself."""
    parts = module.split(".")
    return parts[1] if parts[0] == "chalicelib" and len(parts) > 1 else parts[0]


def _all_imports(of: Iterable[Module]) -> Iterator[Import]:
    for module in of:
        yield from imports_of(module)


def _is_pure(module: Module) -> bool:
    return room_of(module.name) in PURE and module.name != ALSO_A_COMMAND


def test_every_room_is_drawn() -> None:
    rooms = {room_of(name) for name in shipped() if name != "chalicelib"}

    assert rooms <= LEVELS.keys()


def test_imports_point_down() -> None:
    upwards = [
        f"{one.by}:{one.line} imports {one.target}"
        for one in _all_imports(shipped().values())
        if one.target.startswith("chalicelib.")
        and room_of(one.by) != room_of(one.target)
        and LEVELS[room_of(one.by)] >= LEVELS[room_of(one.target)]
    ]

    assert upwards == []


def test_no_file_imports_itself_by_a_detour() -> None:
    """Rooms cannot, by the layers; files within a room could."""
    follows = {name: {one.target for one in imports_of(module)} for name, module in shipped().items()}
    seen: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in seen:
            for target in sorted(follows[name] & follows.keys()):
                visit(target, (*path, name))
            seen.add(name)

    for name in follows:
        visit(name, ())


def test_what_is_shipped_needs_nothing_of_the_operator_s_side() -> None:
    assert [one for one in _all_imports(shipped().values()) if one.target.startswith("mainstay")] == []


def test_embedded_aws_knows_nothing_of_what_runs_on_it() -> None:
    """So that it can be used, and replaced, alone."""
    embedded = [module for name, module in modules().items() if name.startswith("mainstay.embedded")]
    outwards = {
        one.target
        for one in _all_imports(embedded)
        if one.target.startswith(("mainstay", "chalicelib", "app"))
        and not one.target.startswith("mainstay.embedded")
    }

    assert outwards <= {"chalicelib.errors", "mainstay.infrastructure"}


@pytest.mark.parametrize("package", DOORS)
def test_a_package_is_known_behind_its_door_only(package: str) -> None:
    knowing = [one for one in _all_imports(shipped().values()) if one.target.partition(".")[0] == package]

    assert knowing
    assert [one for one in knowing if not one.by.startswith(DOORS[package])] == []


def test_every_package_that_is_shipped_has_its_door() -> None:
    ours = {"app", "chalicelib"}
    third_party = {
        package
        for one in _all_imports(shipped().values())
        if (package := one.target.partition(".")[0]) not in ours | sys.stdlib_module_names
    }

    assert third_party == DOORS.keys() | {"pydantic"}


def test_the_environment_is_read_by_the_settings_only() -> None:
    """Whoever has the environment at hand passes it on whole."""
    loose = [
        f"{module.path}:{line}" for module in shipped().values() for line in _environment_uses(module.tree)
    ]

    assert loose == []


def _environment_uses(tree: ast.Module) -> Iterator[int]:
    passed_on = {
        id(argument)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"auth_kind", "read_settings", "topic_name"}
        for argument in call.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENTS and id(node) not in passed_on:
            yield node.lineno


def test_what_judges_and_plans_does_no_io() -> None:
    pure = [module for module in shipped().values() if _is_pure(module)]
    imports = [
        f"{one.by}:{one.line} imports {one.target}"
        for one in _all_imports(pure)
        if one.target.partition(".")[0] in IMPURE_MODULES and one.target not in HARMLESS
    ]
    calls = [
        f"{module.name}:{node.lineno} calls {name}"
        for module in pure
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (name := getattr(node.func, "id", getattr(node.func, "attr", ""))) in IMPURE_CALLS
    ]

    assert imports == []
    assert calls == []


WAITS = frozenset(
    [
        *("boto3", "botocore.session", "http.client", "jinja2", "jwt", "markupsafe", "ssl"),
        *("chalicelib.analysis.assess", "chalicelib.analysis.decision", "chalicelib.prediction"),
        *("chalicelib.aws.alert_table", "chalicelib.aws.chat", "chalicelib.aws.memory"),
        *("chalicelib.announcing", "chalicelib.deciding", "chalicelib.doing", "chalicelib.undoing"),
        *("chalicelib.lookup", "chalicelib.pages", "chalicelib.reviewing", "chalicelib.telling_people"),
        *("chalicelib.recovery.actions", "chalicelib.scanning", "chalicelib.sweep", "chalicelib.workflow"),
    ]
)
"""What is imported by the functions that need it, when they do: each would be part of every cold start."""


def test_app_comes_up_alone_and_without_what_can_wait(tmp_path: Path) -> None:
    """On Lambda there is nothing beside app.py and chalicelib."""
    loaded = _come_up(tmp_path, "import sys, app; print(*sys.modules)")

    assert {"app", "chalicelib.intake"} <= loaded
    assert not {"mainstay", "moto", *WAITS} & loaded


def test_the_event_handler_needs_nothing_of_it_before_its_first_call(tmp_path: Path) -> None:
    handle = f"""
import os, sys
import app
from chalicelib.aws.clients import Aws
def end(*_, **__):
    print(*sys.modules, flush=True)
    os._exit(0)
Aws.read = end
app.on_resource_event({stop_instance_event(1)!r}, None)
"""

    assert not WAITS & _come_up(tmp_path, handle)


def test_all_that_waits_comes_up_alone_as_well(tmp_path: Path) -> None:
    names = sorted(shipped())

    loaded = _come_up(tmp_path, f"import sys, {', '.join(names)}; print(*sys.modules)")

    assert {*names} <= loaded
    assert not {"mainstay", "moto"} & loaded
    assert loaded | {"boto3", "botocore.session"} >= WAITS


def _come_up(folder: Path, program: str) -> set[str]:
    """The names that a program prints which runs where nothing of ours is but what is shipped."""
    copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=ignore_patterns("__pycache__"))
    (folder / "app.py").write_text((ROOT / "app.py").read_text())
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"MAINSTAY_STAGE": "dev", "MAINSTAY_ACCOUNT": "111122223333", "AWS_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stdout.split())
