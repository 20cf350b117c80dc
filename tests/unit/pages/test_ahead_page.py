"""The pages of warnings and patterns: one series in each picture, and rows in the order asked for."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.ahead import Ahead, Bound, Warned
from chalicelib.incidents.alert import Alert, Explanation
from chalicelib.incidents.alert_messages import alert_document
from chalicelib.outlook import Forecast, Pattern, Patterns
from chalicelib.pages.ahead import PatternsView, render_forecasts, render_patterns
from chalicelib.prediction.scores import summarize
from tests.unit.incidents.alerts import CHECKOUT, OPENED, STORAGE, a_log_sight, after, an_alert

BYTES = Bound(value=0.0, unit="bytes")
LINES = Bound(value=None, unit="lines")


def warned(alert: Alert, bound: Bound) -> Warned:
    document = alert_document(alert)
    known = {name: document[name] for name in Forecast.model_fields if name in document}
    return Warned(forecast=Forecast.model_validate({**known, "suggested_action": ""}), bound=bound)


def page_of(*found: Warned, minutes: float = 10, **changes: Any) -> str:
    usual: dict[str, Any] = {"open": found, "more": False, "recent": (), "worth": ()}
    ahead = Ahead(**usual | changes)
    return render_forecasts(ahead, OPENED + timedelta(minutes=minutes), base="/prod", mode="auto")


def told(page: str) -> str:
    """What the picture says in words."""
    found = re.search(r"<desc[^>]*>(.*?)</desc>", page)
    assert found
    return found[1]


def test_a_metric_is_shown_up_to_now_and_on_to_its_limit() -> None:
    page = page_of(warned(an_alert(STORAGE), BYTES))
    assert told(page) == (
        "Now 1.2 GiB; usually 1.9 GiB; the limit is 0 bytes; expected there in 30 min;"
        " in 8 of 10 cases between 15 min and 1 h."
    )


def test_what_is_overdue_is_due_now() -> None:
    assert "expected there in 0 s" in told(page_of(warned(an_alert(STORAGE), BYTES), minutes=60))


def test_of_a_log_group_lines_are_shown_whatever_it_was_that_was_unusual() -> None:
    shift = a_log_sight(detectors=("value_shift",), now=731.0, usual=88.0, rates=(20.0, 24.0, 22.0, 30.0))
    assert told(page_of(warned(an_alert(CHECKOUT, sight=shift), LINES))) == "Now 30 lines; usually 22 lines."


def test_percentages_in_lines_are_shown_with_a_hundred_as_their_limit() -> None:
    sight = a_log_sight(
        detectors=("forecast",), now=93.0, usual=100.0, rates=(), expected_at=after(70), latest_at=None
    )
    page = page_of(warned(an_alert(CHECKOUT, sight=sight), Bound(value=100.0, unit="percent")))
    assert told(page) == "Now 93 %; the limit is 100 %; expected there in 1 h."


def test_what_the_model_makes_of_it_is_said_to_be_advice() -> None:
    explained = an_alert(
        CHECKOUT, explanation=Explanation(cause="A bank.", advice="Ask it.", probability=0.5)
    )
    assert "(advice, not a finding): A bank. Ask it." in page_of(warned(explained, LINES))


def test_a_warning_leads_to_its_incident() -> None:
    page = page_of(warned(an_alert(CHECKOUT, incident_id="ec2/../x?y"), LINES))
    assert 'href="/prod/ui/incidents/ec2%2F..%2Fx%3Fy"' in page


def test_what_became_of_others_and_what_they_were_worth_is_told() -> None:
    rows = [{"week": "2026-W48", "detector": "forecast", "failed": 3, "wrong": 1, "lead_minutes": 90.0}]
    recent = (warned(an_alert(STORAGE), BYTES).forecast,)
    page = page_of(recent=recent, worth=summarize(rows))
    assert "not scored yet" in page
    assert "75 %" in page
    assert "30 min" in page


# -- patterns -----------------------------------------------------------------------------------


def a_pattern(text: str, count: int, *rates: float, new: bool = False) -> Pattern:
    return Pattern(
        template_id=text, template=text, count=count, share=count / 1000, rates=rates or (0.0,), new=new
    )


FOUND = Patterns(
    log_group="/app/checkout",
    scanned_at=OPENED,
    read_until=OPENED,
    templates=9,
    lines=1000,
    rates=(10.0, 12.0, 90.0),
    patterns=(
        a_pattern("steady", 700, 50.0, 50.0, 50.0),
        a_pattern("falling", 200, 50.0, 50.0, 1.0),
        a_pattern("rising", 90, 1.0, 1.0, 80.0),
        a_pattern("new", 10, 0.0, 0.0, 9.0, new=True),
    ),
)


def order_of(sort: Any) -> list[str]:
    view = PatternsView(log_group="/app/checkout", sort=sort)
    page = render_patterns(view, FOUND, (), base="", mode="auto")
    return re.findall(r'<td class="template">(\w+)', page)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("count", ["steady", "falling", "rising", "new"]),
        ("rising", ["rising", "new", "steady", "falling"]),
        ("new", ["new", "steady", "falling", "rising"]),
        ("text", ["falling", "new", "rising", "steady"]),
    ],
)
def test_patterns_stand_in_the_order_that_was_asked_for(sort: str, order: list[str]) -> None:
    assert order_of(sort) == order


def test_that_only_the_most_frequent_are_shown_is_told() -> None:
    page = render_patterns(PatternsView(log_group="/app/checkout"), FOUND, (), base="", mode=None)
    assert "The 4 most frequent of 9 patterns." in page
    assert page.count(">new</span>") == 1
