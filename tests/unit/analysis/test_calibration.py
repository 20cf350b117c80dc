import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.calibration import calibrate, log_odds, prior_of, probability, temper
from chalicelib.incidents.guard import Outcomes

shares = st.floats(0, 1)
counts = st.integers(0, 10_000)
outcomes = st.builds(Outcomes, recovered=counts, failed=counts, approved=counts, rejected=counts)

ROUNDING = 1e-9


@given(shares)
def test_without_outcomes_the_prior_stands(prior: float) -> None:
    assert calibrate(prior, Outcomes(dismissed=7)) == prior


@given(shares, outcomes)
def test_it_lies_between_the_prior_and_the_share_of_good_outcomes(prior: float, seen: Outcomes) -> None:
    good, bad = seen.recovered + seen.approved, seen.failed + seen.rejected
    share = good / (good + bad) if good + bad else prior
    calibrated = calibrate(prior, seen)
    assert min(prior, share) - ROUNDING <= calibrated <= max(prior, share) + ROUNDING


@given(shares, shares, outcomes)
def test_a_surer_prior_is_never_less_sure_afterwards(one: float, other: float, seen: Outcomes) -> None:
    low, high = sorted((one, other))
    assert calibrate(low, seen) <= calibrate(high, seen) + ROUNDING


@pytest.mark.parametrize("good", ["recovered", "approved"])
@given(prior=shares, seen=outcomes)
def test_a_good_outcome_never_lowers_it(good: str, prior: float, seen: Outcomes) -> None:
    better = seen.model_copy(update={good: getattr(seen, good) + 1})
    assert calibrate(prior, better) >= calibrate(prior, seen) - ROUNDING


@pytest.mark.parametrize("bad", ["failed", "rejected"])
@given(prior=shares, seen=outcomes)
def test_a_bad_outcome_never_raises_it(bad: str, prior: float, seen: Outcomes) -> None:
    worse = seen.model_copy(update={bad: getattr(seen, bad) + 1})
    assert calibrate(prior, worse) <= calibrate(prior, seen) + ROUNDING


def test_the_present_case_keeps_a_third_of_the_say_however_long_the_history() -> None:
    assert calibrate(0.3, Outcomes(recovered=10**6)) == pytest.approx(0.3 / 3 + 2 / 3)
    assert calibrate(0.9, Outcomes(rejected=10**6)) == pytest.approx(0.9 / 3)


@pytest.mark.parametrize(
    ("prior", "seen", "automatic"),
    [
        pytest.param(0.71, Outcomes(approved=8), False, id="eight-approvals-are-not-enough"),
        pytest.param(0.711, Outcomes(approved=9), True, id="nine-are"),
        pytest.param(0.917, Outcomes(rejected=2), True, id="two-rejections-are-borne"),
        pytest.param(0.917, Outcomes(rejected=3), False, id="three-are-not"),
    ],
)
def test_the_numbers_of_the_docstring(prior: float, seen: Outcomes, automatic: bool) -> None:
    assert (calibrate(prior, seen) >= 0.8) is automatic


@given(st.floats(0.01, 0.99))
def test_log_odds_and_probability_undo_each_other(share: float) -> None:
    assert probability(log_odds(share)) == pytest.approx(share)


@given(st.floats(allow_nan=False))
def test_nobody_is_ever_wholly_sure(odds: float) -> None:
    assert 0.01 - ROUNDING <= probability(odds) <= 0.99 + ROUNDING


@given(shares, shares)
def test_a_model_only_ever_lowers(by_rules: float, by_model: float) -> None:
    assert 0 <= temper(by_rules, by_model) <= by_rules


@given(shares, shares, shares)
def test_a_less_sure_model_lowers_more(by_rules: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert temper(by_rules, low) <= temper(by_rules, high) + ROUNDING


def test_a_model_that_doubts_counts_as_much_as_the_rules() -> None:
    assert temper(0.9, 0.5) == pytest.approx(0.75)
    assert temper(0.9, 0.99) == 0.9


@given(st.floats(0.01, 0.99), outcomes)
def test_what_was_said_before_outcomes_were_heard_can_be_told_again(prior: float, seen: Outcomes) -> None:
    assert prior_of(calibrate(prior, seen), seen) == pytest.approx(prior, abs=1e-6)
