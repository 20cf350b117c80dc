import pytest

from chalicelib.analysis.evidence.observed_state import weigh_observed_state
from chalicelib.incidents.model import SignalSource
from tests.unit.analysis.builders import a_case, a_signal


@pytest.mark.parametrize(
    ("failing", "sign", "decisive"),
    [
        pytest.param(True, 1, False, id="still-failing"),
        pytest.param(None, -1, False, id="cannot-be-told"),
        pytest.param(False, -1, True, id="healthy-again"),
    ],
)
def test_what_is_read_now_counts(failing: bool | None, sign: int, decisive: bool) -> None:
    evidence = weigh_observed_state(a_case(failing=failing))
    assert evidence.weight * sign > 0
    assert evidence.decisive is decisive


def test_good_health_does_not_refute_a_forecast() -> None:
    evidence = weigh_observed_state(a_case(a_signal(source=SignalSource.FORECAST), failing=False))
    assert not evidence.decisive
    assert evidence.weight == 0


def test_good_health_refutes_a_forecast_that_came_with_an_event() -> None:
    forecast, event = a_signal(source=SignalSource.FORECAST), a_signal()
    assert weigh_observed_state(a_case(forecast, event, failing=False)).decisive
