import pytest

from chalicelib.analysis.evidence.corroboration import weigh_corroboration
from chalicelib.incidents.model import Signal, SignalSource
from tests.unit.analysis.builders import a_case, a_signal, a_state_change


@pytest.mark.parametrize(
    ("signals", "corroborated"),
    [
        pytest.param([a_signal(), a_state_change()], True, id="call-and-state"),
        pytest.param([a_signal(source=SignalSource.ALARM), a_state_change()], True, id="alarm-and-state"),
        pytest.param([a_signal(), a_signal(signal_id="signal-2")], False, id="two-calls"),
        pytest.param([a_signal(), a_signal(source=SignalSource.SWEEP)], False, id="our-own-sweep"),
        pytest.param([a_signal(), a_signal(source=SignalSource.FORECAST)], False, id="our-own-forecast"),
        pytest.param([a_signal(dry_run=True), a_state_change()], False, id="a-dry-run-is-no-witness"),
        pytest.param([a_signal()], False, id="one"),
    ],
)
def test_two_independent_sources_count_more_than_one(signals: list[Signal], corroborated: bool) -> None:
    evidence = weigh_corroboration(a_case(*signals))
    assert (evidence is not None and evidence.weight > 0) is corroborated
