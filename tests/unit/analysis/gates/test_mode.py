import pytest

from chalicelib.analysis.gates.mode import ask_mode
from chalicelib.incidents.plans import Verdict
from tests.unit.analysis.builders import a_question


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [
        ("auto", Verdict.RECOVER),
        ("approve", Verdict.REVIEW),
        ("observe", Verdict.IGNORE),
        ("off", Verdict.IGNORE),
        pytest.param(None, Verdict.REVIEW, id="unreadable"),
        pytest.param("", Verdict.REVIEW, id="empty"),
        pytest.param("AUTO", Verdict.REVIEW, id="unknown"),
    ],
)
def test_only_auto_recovers(mode: str | None, verdict: Verdict) -> None:
    assert ask_mode(a_question(mode=mode)).verdict is verdict
