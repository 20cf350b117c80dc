from pathlib import Path

import chalicelib.analysis.gates as room
from chalicelib.analysis.gates import GATES
from chalicelib.incidents.plans import Verdict
from tests.unit.analysis.builders import a_question

NO_GATES = {"__init__", "gate"}


def test_every_file_of_the_room_is_in_the_table_under_its_name() -> None:
    files = {path.stem for path in Path(room.__file__).parent.glob("*.py")} - NO_GATES
    assert {gate.name for gate in GATES} == files
    assert [gate.ask.__module__.rpartition(".")[2] for gate in GATES] == [gate.name for gate in GATES]


def test_an_answer_names_its_gate_and_is_a_sentence() -> None:
    unreadable = a_question(plan=None, guard=None, load=None, mode=None)
    for gate in GATES:
        for question in (a_question(), unreadable):
            answer = gate.ask(question)
            assert answer.gate == gate.name
            assert answer.reason[0].isupper() or answer.reason[0].isdigit()
            assert answer.reason.endswith(".")


def test_each_gate_allows_the_ordinary_case() -> None:
    assert {gate.ask(a_question()).verdict for gate in GATES} == {Verdict.RECOVER}
