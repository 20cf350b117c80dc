from chalicelib.analysis.evidence.history import weigh_history
from chalicelib.incidents.guard import Outcomes
from tests.unit.analysis.builders import a_case


def test_what_became_of_earlier_ones_is_told_without_a_weight() -> None:
    evidence = weigh_history(a_case(outcomes=Outcomes(recovered=4, rejected=1)))
    assert evidence is not None
    assert evidence.fact == "of incidents like it, 4 recovered, 1 rejected by a person"
    assert evidence.weight == 0


def test_without_earlier_ones_there_is_nothing_to_tell() -> None:
    assert weigh_history(a_case()) is None
