from chalicelib.analysis.evidence.known_good import weigh_known_good
from tests.unit.analysis.builders import TAMPERED, a_case, an_observation

GOOD = an_observation(attributes={"timeout": 30, "memory": 512, "role": "worker"})


def test_tampering_without_a_known_good_state_cannot_be_judged() -> None:
    evidence = weigh_known_good(a_case(kind=TAMPERED))
    assert evidence is not None
    assert evidence.weight < -3


def test_what_differs_from_the_known_good_state_is_named() -> None:
    seen = an_observation(attributes={"timeout": 1, "memory": 512, "handler": "evil.main"})
    evidence = weigh_known_good(a_case(kind=TAMPERED, known_good=GOOD, observation=seen))
    assert evidence is not None
    assert evidence.weight > 0
    assert evidence.fact == "it differs from its known good state in handler, role, timeout"


def test_many_differences_are_counted() -> None:
    seen = an_observation(attributes={f"variable.{n}": n for n in range(9)} | GOOD.attributes)
    evidence = weigh_known_good(a_case(kind=TAMPERED, known_good=GOOD, observation=seen))
    assert evidence is not None
    assert evidence.fact.endswith("variable.4 and 4 more")


def test_as_many_differences_as_are_shown_need_no_count() -> None:
    seen = an_observation(attributes={f"variable.{n}": n for n in range(5)} | GOOD.attributes)
    evidence = weigh_known_good(a_case(kind=TAMPERED, known_good=GOOD, observation=seen))
    assert evidence is not None
    assert evidence.fact.endswith("variable.3, variable.4")


def test_being_gone_is_a_difference() -> None:
    seen = an_observation(exists=False, attributes=GOOD.attributes)
    evidence = weigh_known_good(a_case(kind=TAMPERED, known_good=GOOD, observation=seen))
    assert evidence is not None
    assert evidence.fact.endswith("existence")


def test_no_difference_speaks_against_tampering() -> None:
    evidence = weigh_known_good(a_case(kind=TAMPERED, known_good=GOOD, observation=GOOD))
    assert evidence is not None
    assert evidence.weight < 0


def test_a_stop_needs_no_known_good_state() -> None:
    assert weigh_known_good(a_case()) is None
