"""Documents say what the code does: commands exist, links lead somewhere, tables are those of the source."""

from __future__ import annotations

import re
import shlex
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel

from chalicelib import settings
from chalicelib.analysis.approvers import Approvals, Approver
from chalicelib.analysis.gates import GATES
from chalicelib.analysis.policy import (
    Actors,
    Budgets,
    ChangeWindow,
    Limits,
    Match,
    Policy,
    Protected,
    Rule,
    read_policy,
)
from chalicelib.analysis.scan_policy import ScanPolicy
from chalicelib.aws import keys, pattern_keys
from chalicelib.errors import MainstayError
from chalicelib.incidents.lifecycle import ENDED, TRANSITIONS
from chalicelib.incidents.model import Classification, State
from chalicelib.incidents.plans import Health, Verdict
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import Recreation
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.sweep import sweep
from chalicelib.switching import MODES
from chalicelib.telemetry import METRICS
from mainstay.cli import app as command_line
from mainstay.demo.days import DAYS
from mainstay.demo.scenarios import SCENARIOS
from tests.contract.documents import Document, documents, exists, names_in
from tests.contract.source import ROOT

README = Document("README.md")
ARCHITECTURE = Document("docs/architecture.md")
POLICY = Document("docs/policy.md")
RUNBOOK = Document("docs/runbook.md")
GLOSSARY = Document("docs/glossary.md")
SETTINGS = Document("docs/settings.md")
EXTENDING = Document("docs/extending.md")

ALL = pytest.mark.parametrize("document", documents(), ids=lambda document: document.path)


def _commands(document: Document) -> Iterator[list[str]]:
    """Every command that a document shows; what make passes on stands as a command of its own."""
    for block in document.blocks:
        for line in block.text.splitlines() if block.language == "sh" else ():
            words = shlex.split(line, comments=True)
            yield words
            if words[:2] == ["make", "demo"] and words[2:]:
                yield ["mainstay", "demo", *shlex.split(words[2].removeprefix("ARGS="))]


def _shown(cell: str) -> str:
    return cell.replace("``", "").replace("`", "")


# -- what can be followed -----------------------------------------------------------------------


@ALL
def test_links_lead_somewhere(document: Document) -> None:
    inside = [link for link in document.links if not re.match(r"https?://|mailto:", link)]

    assert [link for link in inside if not exists(document, link)] == []


@ALL
def test_files_that_are_named_exist(document: Document) -> None:
    """Paths in code marks, where they look like files of the project."""
    rooms = "app.py|chalicelib|mainstay|infra|tests|docs|terraform|bench|.chalice"
    named = {name for name in names_in(document.prose) if re.fullmatch(rf"(?:{rooms})/[a-z_./-]+", name)}
    to_be_written = {"tests/unit/resources/test_events_rule.py"}

    assert {name for name in named - to_be_written if not (ROOT / name).exists()} == set()


@ALL
def test_commands_that_are_shown_exist(document: Document) -> None:
    group: Any = typer.main.get_command(command_line)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words in _commands(document):
        if words[:1] == ["make"]:
            assert words[1] in targets
        if words[:1] == ["mainstay"]:
            command, rest = group.commands[words[1]], words[2:]
            while rest and rest[0] in getattr(command, "commands", {}):
                command, rest = command.commands[rest[0]], rest[1:]
            options = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in rest if word.startswith("--")} <= options


def test_the_readme_begins_with_the_two_commands() -> None:
    first = next(block for block in README.blocks if block.language == "sh")

    assert first.text.split("\n") == ["make demo", "make test", ""]


@pytest.mark.parametrize("block", [block for block in README.blocks if block.language == "python"])
def test_code_in_the_readme_is_that_of_the_example_which_is_run(block: Any) -> None:
    assert block.text in EXTENDING.text


def test_the_picture_is_drawn_for_light_and_dark_and_can_be_read_aloud() -> None:
    text = (ROOT / "docs/images/flow.svg").read_text(encoding="utf-8")
    drawing = ET.fromstring(text)  # noqa: S314 - our own file
    name = "{http://www.w3.org/2000/svg}"

    assert "prefers-color-scheme: dark" in text
    assert drawing.findtext(f"{name}title")
    assert drawing.findtext(f"{name}desc")
    assert not re.search(r"<script|href=|url\((?!#)", text)


# -- tables -------------------------------------------------------------------------------------


def test_the_scenarios_of_the_readme_are_those_of_the_demo() -> None:
    rows = list(README.rows("## What the demo shows"))

    assert [_shown(row[0]) for row in rows] == [*SCENARIOS, *DAYS]


def test_the_ends_that_the_readme_names_are_those_of_the_demo() -> None:
    """Every end of an act stands in its scenario's row."""
    told = {_shown(row[0]): row[2] for row in README.rows("## What the demo shows")}
    missing = [
        f"{name}: {act.ends.value}"
        for name, scenario in SCENARIOS.items()
        for act in scenario.acts
        if act.ends.value not in told[name] and act.ends is not State.EXPIRED
    ]

    assert missing == []


def test_the_readme_counts_types_and_actions_right() -> None:
    words = {9: "nine", 20: "twenty"}

    assert f"{words[len(RESOURCE_TYPES)]} resource types, {words[len(ACTIONS)]} actions" in README.text


def test_the_settings_are_those_of_the_source() -> None:
    source = [line for line in (settings.__doc__ or "").splitlines() if line.startswith("| ")][1:]
    shown = [[_shown(cell) for cell in row] for row in SETTINGS.rows("# Settings")]

    assert shown == [[_shown(cell).strip() for cell in line.strip("|").split("|")] for line in source]


@pytest.mark.parametrize(("table", "module"), [("incidents", keys), ("patterns", pattern_keys)])
def test_the_keys_are_those_of_the_source(table: str, module: ModuleType) -> None:
    source = [line for line in (module.__doc__ or "").splitlines() if line.startswith("| ")][1:]
    shown = [[_shown(cell) for cell in row] for row in ARCHITECTURE.rows(f"## The {table} table")]

    assert shown == [[_shown(cell).strip() for cell in line.strip("|").split("|")] for line in source]


def test_the_life_of_an_incident_is_that_of_the_source() -> None:
    shown = {
        _shown(row[0]): {name for name in row[2].split(", ") if name}
        for row in ARCHITECTURE.rows("## The life of an incident")
    }
    known = {
        old.value: {new.value for new in following if new is not old}
        for old, following in TRANSITIONS.items()
    }

    assert shown == known


SECTIONS: dict[str, tuple[type[BaseModel], ...]] = {
    "## `limits`: what holds for one resource": (Limits,),
    "## `rules`: other limits for some resources": (Match,),
    "## `change_windows`: when people change things on purpose": (ChangeWindow,),
    "## `protected`: resources whose good state is remembered": (Protected, Recreation),
    "## `budgets`: how much may happen in an account": (Budgets,),
    "## `approvals`: who is asked": (Approvals, Approver),
    "## `scan`: what is read to warn before anything fails": (ScanPolicy,),
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_option_of_the_policy_is_explained(heading: str) -> None:
    explained = {name for row in POLICY.rows(heading) for name in names_in(row[0])}

    assert explained == {name for model in SECTIONS[heading] for name in model.model_fields}


def test_every_section_of_the_policy_is_explained() -> None:
    explained = {
        name for heading in re.findall(r"^## (.*)$", POLICY.text, re.MULTILINE) for name in names_in(heading)
    }
    others = {name for row in POLICY.rows("## `actors` and `leave_alone_tags`") for name in names_in(row[0])}

    assert explained == Policy.model_fields.keys() - {"version"}
    assert others == {*Actors.model_fields, "leave_alone_tags"}
    assert Rule.model_fields.keys() == {"match", "set"}


@pytest.mark.parametrize(
    "heading", ["## `limits`: what holds for one resource", "## `budgets`: how much may happen in an account"]
)
def test_the_defaults_that_are_named_are_those_of_the_source(heading: str) -> None:
    model = SECTIONS[heading][0]()
    for name, default, *_ in POLICY.rows(heading):
        assert default == str(getattr(model, _shown(name))).lower()


def test_the_examples_of_the_policy_can_be_used() -> None:
    examples = [block.text for block in POLICY.blocks if block.language == "yaml"]

    assert len(examples) == 5
    assert read_policy("\n".join(examples))


def _recreations() -> Iterator[dict[str, Any]]:
    shipped = (ROOT / "chalicelib/policy.yaml").read_text(encoding="utf-8")
    uncommented = re.sub(r"(?m)^#(   .*)$", r"\1", shipped.replace(": []\n", ":\n"))
    for text in (uncommented, *(block.text for block in POLICY.blocks if block.language == "yaml")):
        for entry in yaml.safe_load(text).get("protected") or ():
            if "recreation" in entry:
                yield entry["recreation"]


@pytest.mark.parametrize("recreation", _recreations(), ids=lambda one: str(one["module"]))
def test_a_recreation_in_an_example_names_a_module_as_it_is(recreation: dict[str, Any]) -> None:
    folder = ROOT / "terraform/modules" / recreation["module"]
    variables = (folder / "variables.tf").read_text(encoding="utf-8")

    assert recreation["address"] in (folder / "addresses.txt").read_text(encoding="utf-8").split()
    assert all(f'variable "{name}"' in variables for name in recreation["variables"])


def test_every_gate_is_explained_in_the_order_in_which_they_are_asked() -> None:
    assert [_shown(row[0]) for row in POLICY.rows("## The gates")] == [gate.name for gate in GATES]


def test_every_mode_is_explained() -> None:
    assert [_shown(row[0]) for row in POLICY.rows("# The policy")] == list(MODES)


# -- the runbook and the glossary ---------------------------------------------------------------


def test_the_runbook_says_what_every_end_asks_of_people() -> None:
    headings = set(re.findall(r"^### (\w+)$", RUNBOOK.text, re.MULTILINE))

    assert headings == {state.value for state in ENDED} | {State.AWAITING_APPROVAL.value}


def test_the_runbook_explains_every_metric_and_its_dimensions() -> None:
    rows = {_shown(row[0]): row for row in RUNBOOK.rows("## Metrics")}

    assert {name: row[1] for name, row in rows.items()} == {
        name: metric.unit.value for name, metric in METRICS.items()
    }
    for name, row in rows.items():
        assert set(row[2].split(", ")) == _dimensions(name)


def _dimensions(metric: str) -> set[str]:
    """Of all places in the source that count it."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    calls = re.findall(rf'\.count\(\s*"{metric}"(.*?)\)\n', source, re.DOTALL)
    assert calls
    return {name for call in calls for name in re.findall(r"\b([A-Z]\w+)=", call)}


def test_the_runbook_explains_every_count_of_the_sweep() -> None:
    source = (ROOT / "chalicelib/sweep.py").read_text(encoding="utf-8")
    counted = re.findall(r"found (?:\|=|=) \{(.*?)\}", source)
    assert sweep.__doc__

    assert [_shown(row[0]) for row in RUNBOOK.rows("## The sweep")] == re.findall(
        r'"(\w+)": 0', ", ".join(counted)
    )


def test_the_errors_that_the_runbook_names_exist() -> None:
    known = {error.__name__ for error in _all_errors(MainstayError)}

    assert set(re.findall(r"\b[A-Z]\w+Error\b", RUNBOOK.text)) <= known


def _all_errors(error: type[MainstayError]) -> Iterator[type[MainstayError]]:
    for kind in error.__subclasses__():
        yield kind
        yield from _all_errors(kind)


def test_the_glossary_has_every_word_of_the_vocabulary() -> None:
    words = {value.value for kind in (State, Classification, Verdict, Health) for value in kind}

    assert {word for word in words if not re.search(rf"\b{word}\b", GLOSSARY.text)} == set()
