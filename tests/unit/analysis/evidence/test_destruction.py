from chalicelib.analysis.evidence.destruction import weigh_destruction
from tests.unit.analysis.builders import a_case, an_observation


def test_what_is_gone_was_meant_more_often_than_what_is_stopped() -> None:
    evidence = weigh_destruction(a_case(observation=an_observation(exists=False)))
    assert evidence is not None
    assert -1 < evidence.weight < 0


def test_what_is_still_there_needs_no_word() -> None:
    assert weigh_destruction(a_case()) is None
