import pytest

from chalicelib.analysis.evidence.call_outcome import weigh_call_outcome
from chalicelib.incidents.model import Signal
from tests.unit.analysis.builders import a_case, a_signal, a_state_change


@pytest.mark.parametrize(
    ("signal", "fact"),
    [
        pytest.param(
            a_signal(error_code="UnauthorizedOperation"),
            "the call StopInstances failed with UnauthorizedOperation",
            id="refused",
        ),
        pytest.param(a_signal(dry_run=True), "the call StopInstances was only a dry run", id="dry-run"),
    ],
)
def test_a_call_without_effect_settles_the_matter(signal: Signal, fact: str) -> None:
    evidence = weigh_call_outcome(a_case(signal))
    assert evidence is not None
    assert evidence.decisive
    assert evidence.weight < 0
    assert evidence.fact == fact


def test_a_refused_call_settles_nothing_where_the_state_did_change() -> None:
    evidence = weigh_call_outcome(a_case(a_signal(error_code="Throttling"), a_state_change()))
    assert evidence is not None
    assert not evidence.decisive
    assert evidence.weight == 0


def test_a_call_that_succeeded_needs_no_word() -> None:
    assert weigh_call_outcome(a_case()) is None
