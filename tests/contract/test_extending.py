"""The example in docs/extending.md, written into a copy of the project and run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tests.contract.documents import Document
from tests.contract.source import ROOT

EXAMPLE = {block.title: block.text for block in Document("docs/extending.md").blocks if block.title}

TABLES = {
    "chalicelib/resources/__init__.py": ("_TYPES = (", "chalicelib.resources", "ResourceType"),
    "chalicelib/recovery/actions/__init__.py": (
        "_CATALOGUE = (",
        "chalicelib.recovery.actions",
        "RecoveryAction",
    ),
}
"""Where entries are put, how they are imported, and what they are."""

STRUCTURE = ("imports", "registries", "permissions")
"""Contracts that the example has to keep as well."""

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with the example's files in it, its entries in their tables, and the policies made anew."""
    copy = tmp_path_factory.mktemp("extended") / "project"
    litter = ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", ".terraform")
    copytree(ROOT, copy, ignore=litter)
    for path, text in EXAMPLE.items():
        (copy / path).write_text(text, encoding="utf-8")
    for table, (begin, package, kind) in TABLES.items():
        entries = {
            path: found[1]
            for path, text in EXAMPLE.items()
            if (found := re.search(rf"^([A-Z_]+) = {kind}\(", text, re.MULTILINE))
        }
        _register(copy / table, begin, package, entries)
    _run(copy, "-m", "mainstay.policies")
    return copy


def _register(table: Path, begin: str, package: str, entries: dict[str, str]) -> None:
    text = table.read_text(encoding="utf-8")
    for path, name in entries.items():
        line = f"from {package}.{Path(path).stem} import {name}\n"
        at = text.index(f"from {package}.")
        text = (text[:at] + line + text[at:]).replace(begin, f"{begin}\n    {name},", 1)
    table.write_text(text, encoding="utf-8")


def _run(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rule_of_the_example_is_healed(project: Path) -> None:
    told = _run(project, "try_it.py").splitlines()

    assert told[0] == "Heard that nightly was disabled"
    assert "Verified: it is there; state is ENABLED" in told


def test_going_forward_may_enable_rules_and_going_back_may_disable_them(project: Path) -> None:
    may = {
        function: {
            action
            for statement in json.loads((project / f".chalice/policy-{function}.json").read_text())[
                "Statement"
            ]
            for action in statement["Action"]
            if action.startswith("events:")
        }
        for function in ("run_action", "roll_back", "plan_recovery")
    }

    assert may == {
        "run_action": {"events:DescribeRule", "events:EnableRule"},
        "roll_back": {"events:DescribeRule", "events:DisableRule"},
        "plan_recovery": set(),
    }


def test_the_structure_is_kept(project: Path) -> None:
    tests = [f"tests/contract/test_{name}.py" for name in STRUCTURE]

    assert "failed" not in _run(project, *PYTEST, *tests)


def test_an_entry_that_nobody_registered_is_found(project: Path) -> None:
    """What the document says: a file whose entry is in no table fails a test."""
    table = project / "chalicelib/recovery/actions/__init__.py"
    whole = table.read_text(encoding="utf-8")
    table.write_text(whole.replace("    ENABLE_RULE,\n", "", 1), encoding="utf-8")
    found = "test_every_entry_of_a_folder_is_in_its_table_once"

    try:
        with pytest.raises(AssertionError, match=found):
            _run(project, *PYTEST, "tests/contract/test_registries.py", "-k", found)
    finally:
        table.write_text(whole, encoding="utf-8")
