"""The gates that look at the assessment."""

import pytest

from chalicelib.analysis.gates.classification import ask_classification
from chalicelib.analysis.gates.confidence import ask_confidence
from chalicelib.analysis.policy import Limits
from chalicelib.incidents.model import Classification
from chalicelib.incidents.plans import Verdict
from tests.unit.analysis.builders import a_question, an_assessment


@pytest.mark.parametrize(
    ("classification", "verdict"),
    [
        (Classification.FAILURE, Verdict.RECOVER),
        (Classification.TAMPERING, Verdict.RECOVER),
        (Classification.ANOMALY, Verdict.REVIEW),
        (Classification.NORMAL, Verdict.IGNORE),
    ],
)
def test_only_what_is_wrong_is_put_right(classification: Classification, verdict: Verdict) -> None:
    question = a_question(assessment=an_assessment(classification=classification))
    assert ask_classification(question).verdict is verdict


@pytest.mark.parametrize(
    ("confidence", "threshold", "verdict"),
    [
        pytest.param(0.9, 0.8, Verdict.RECOVER, id="above"),
        pytest.param(0.8, 0.8, Verdict.RECOVER, id="just-enough"),
        pytest.param(0.799, 0.8, Verdict.REVIEW, id="just-below"),
        pytest.param(0.99, 1.0, Verdict.REVIEW, id="never-sure-enough"),
        pytest.param(0.0, 0.0, Verdict.RECOVER, id="no-threshold"),
    ],
)
def test_below_the_threshold_a_person_is_asked(confidence: float, threshold: float, verdict: Verdict) -> None:
    question = a_question(assessment=an_assessment(confidence=confidence), limits=Limits(threshold=threshold))
    assert ask_confidence(question).verdict is verdict


def test_the_reason_names_both_numbers() -> None:
    question = a_question(assessment=an_assessment(confidence=0.711))
    assert ask_confidence(question).reason == "The confidence is 0.711, below the threshold of 0.8."
