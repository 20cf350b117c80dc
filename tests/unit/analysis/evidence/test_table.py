from pathlib import Path

import chalicelib.analysis.evidence as room
from chalicelib.analysis.evidence import EVIDENCE_RULES, gather_evidence
from tests.unit.analysis.builders import a_case, a_state_change, an_observation

NO_RULES = {"__init__", "weights"}


def test_every_file_of_the_room_is_in_the_table() -> None:
    files = {path.stem for path in Path(room.__file__).parent.glob("*.py")} - NO_RULES
    assert {rule.__module__.rpartition(".")[2] for rule in EVIDENCE_RULES} == files


def test_a_rule_s_evidence_carries_the_name_of_its_file() -> None:
    case = a_case(a_state_change(), observation=an_observation(exists=False))
    told = [(rule.__module__.rpartition(".")[2], rule(case)) for rule in EVIDENCE_RULES]
    assert all(fact is None or fact.rule == name for name, fact in told)
    assert sum(fact is not None for _, fact in told) == 3


def test_the_same_case_gives_the_same_evidence_in_the_order_of_the_table() -> None:
    case = a_case()
    assert gather_evidence(case) == gather_evidence(case)
    assert [fact.rule for fact in gather_evidence(case)] == ["actor", "observed_state"]
