"""Whatever defines an entry stands in its table: nothing lies about that nobody uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from chalicelib.analysis.evidence import EVIDENCE_RULES
from chalicelib.analysis.gates import GATES
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import RecoveryAction
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.resources.model import ResourceType
from chalicelib.signals import EVENT_FORMS, MESSAGE_FORMS, read_alarm
from mainstay.demo.act import Scenario
from mainstay.demo.scenarios import SCENARIOS
from mainstay.doctor.check import Check
from mainstay.doctor.checks import CHECKS
from mainstay.doctor.restoring import READINESS, examine_nothing
from tests.contract.reach import function_id, graph
from tests.contract.source import ROOT, imports_of, modules


@dataclass(frozen=True, kw_only=True)
class Room:
    """A folder with a table: how an entry is known, and what the table holds."""

    folder: str
    is_entry: Callable[[str, Any], bool]
    table: tuple[Any, ...]

    @property
    def module(self) -> str:
        return self.folder.replace("/", ".")

    @property
    def files(self) -> list[str]:
        found = sorted((ROOT / self.folder).glob("*.py"))
        return [f"{self.module}.{path.stem}" for path in found if path.stem != "__init__"]

    def entries(self, module: str) -> Iterator[Any]:
        """Those that a file defines, not those that it imports."""
        for name, value in vars(import_module(module)).items():
            if self.is_entry(name, value) and getattr(value, "__module__", module) in {
                module,
                type(value).__module__,
            }:
                yield value


def _named(prefix: str) -> Callable[[str, Any], bool]:
    return lambda name, value: name.startswith(prefix) and callable(value)


ROOMS = (
    Room(
        folder="chalicelib/resources",
        is_entry=lambda _, value: isinstance(value, ResourceType),
        table=tuple(RESOURCE_TYPES.values()),
    ),
    Room(
        folder="chalicelib/recovery/actions",
        is_entry=lambda _, value: isinstance(value, RecoveryAction),
        table=tuple(ACTIONS.values()),
    ),
    Room(folder="chalicelib/analysis/evidence", is_entry=_named("weigh_"), table=EVIDENCE_RULES),
    Room(
        folder="chalicelib/analysis/gates", is_entry=_named("ask_"), table=tuple(gate.ask for gate in GATES)
    ),
    Room(
        folder="mainstay/demo/scenarios",
        is_entry=lambda _, value: isinstance(value, Scenario),
        table=tuple(SCENARIOS.values()),
    ),
    Room(folder="mainstay/doctor/checks", is_entry=lambda _, value: isinstance(value, Check), table=CHECKS),
    Room(
        folder="mainstay/doctor/restoring",
        is_entry=_named("examine_"),
        table=tuple(dict.fromkeys(READINESS.values()).keys() - {examine_nothing}),
    ),
)

of_rooms = pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.folder)


@of_rooms
def test_every_entry_of_a_folder_is_in_its_table_once(room: Room) -> None:
    defined = [entry for module in room.files for entry in room.entries(module)]

    assert len(defined) == len(room.table)
    assert all(any(entry is other for other in room.table) for entry in defined)


@of_rooms
def test_a_file_without_an_entry_serves_others(room: Room) -> None:
    """A file whose entry nobody registered, or whose entry was renamed, shows up here."""
    imported = {
        one.target for module in modules().values() for one in imports_of(module) if one.by != one.target
    }

    assert [module for module in room.files if module not in imported] == []


def test_every_form_of_event_is_read() -> None:
    """Each file that names a detail type is in the table of forms. Alarms come by a door of their own."""
    forms = {
        module.DETAIL_TYPE
        for path in (ROOT / "chalicelib/signals").glob("*.py")
        if hasattr(
            module := import_module(f"chalicelib.signals.{path.stem}".removesuffix(".__init__")),
            "DETAIL_TYPE",
        )
    }
    reached = graph().reach(function_id(read_alarm))

    assert forms == set(EVENT_FORMS)
    assert {f"{form.read.__module__}:{form.read.__name__}" for form in MESSAGE_FORMS.values()} <= reached
    assert "chalicelib.signals.alarm:read_alarm_message" in reached


def test_an_action_answers_failures_or_undoes_another() -> None:
    """One that does neither would never run; one that acts by itself says how it is taken back."""
    undoing = {name for action in ACTIONS.values() for name in action.undone_by}
    answering = {name for name, action in ACTIONS.items() if action.failures}

    assert answering | undoing == ACTIONS.keys()
    assert [name for name in answering if ACTIONS[name].automatic and ACTIONS[name].undo is None] == []
    assert [name for name, action in ACTIONS.items() if bool(action.undo) != bool(action.undone_by)] == []


def _terraform_modules() -> Iterable[Path]:
    return sorted(path for path in (ROOT / "terraform/modules").iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", _terraform_modules(), ids=lambda path: path.name)
def test_a_terraform_module_keeps_the_contract(folder: Path) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.tf"))
    addresses = (folder / "addresses.txt").read_text(encoding="utf-8").split()

    assert 'backend "s3"' in text
    assert 'output "resource_id"' in text
    assert addresses
    assert all(f'resource "{kind}" "{name}"' in text for kind, name in (one.split(".") for one in addresses))
