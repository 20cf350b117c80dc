"""Evidence on the scales: each fact is as long as it weighs, and the sum is what the facts say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.calibration import probability
from chalicelib.incidents.model import Classification
from chalicelib.pages.scales import weigh
from tests.unit.incidents.told import a_fact, an_assessment


def test_facts_come_by_their_weight_on_their_side() -> None:
    facts = (a_fact("a", 0.5), a_fact("b", 2.0), a_fact("c", -1.0), a_fact("d", 0.0), a_fact("e", -3.0))
    scales = weigh(an_assessment(evidence=facts))

    assert [one.fact.fact for one in scales.pro] == ["b", "a"]
    assert [one.fact.fact for one in scales.con] == ["e", "c"]
    assert [one.fact for one in scales.neutral] == ["d"]
    assert scales.total == -1.5
    assert scales.probability == probability(-1.5)


def test_a_bar_goes_from_the_middle_to_the_side_that_it_speaks_for() -> None:
    scales = weigh(an_assessment(evidence=(a_fact("a", 2.0), a_fact("b", -4.0))))

    (pro,), (con,) = scales.pro, scales.con
    assert (pro.start, pro.width) == (50, 25)
    assert (con.start, con.width) == (0, 50)
    assert (scales.sum_start, scales.sum_width) == (25, 25)


def test_what_settles_the_matter_is_added_up_alone() -> None:
    decisive = a_fact("it was refused", -4.0).model_copy(update={"decisive": True})
    settled = an_assessment(
        classification=Classification.NORMAL, evidence=(a_fact("it is down", 3.0), decisive)
    )
    scales = weigh(settled)

    assert scales.settled
    assert scales.total == -4
    assert scales.probability == pytest.approx(probability(4))


def test_no_evidence_is_even_odds() -> None:
    scales = weigh(an_assessment(evidence=()))

    assert (scales.total, scales.probability, scales.sum_width) == (0, 0.5, 0)


@given(st.lists(st.floats(min_value=-100, max_value=100), max_size=20))
def test_no_bar_leaves_the_picture(weights: list[float]) -> None:
    scales = weigh(an_assessment(evidence=tuple(a_fact("f", weight) for weight in weights)))

    bars = [(one.start, one.width) for one in (*scales.pro, *scales.con)]
    for start, width in [*bars, (scales.sum_start, scales.sum_width)]:
        assert -1e-9 <= start <= start + width <= 100 + 1e-9
    assert 0 <= scales.probability <= 1
