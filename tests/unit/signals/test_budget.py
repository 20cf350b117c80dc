"""The mail of a budget, and what Cost Anomaly Detection says, become words to people."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.incidents.model import Signal, SignalSource
from tests.unit.signals.events import FOLDER, RECEIVED_AT, load, paths_in, read_message, with_value, without
from tests.unit.signals.test_bad_input import ANYTHING, RUBBISH

ACTUAL = (FOLDER / "budget-actual.txt").read_text(encoding="utf-8")
FORECASTED = (FOLDER / "budget-forecasted.txt").read_text(encoding="utf-8")
ANOMALIES = ("cost-anomaly", "cost-anomaly-event")


def one(message: object) -> Signal:
    (signal,) = read_message(message).signals
    return signal


def spent(amount: str, limit: str = "$100.00", text: str = ACTUAL) -> Signal:
    kind = "ACTUAL" if text is ACTUAL else "FORECASTED"
    known = {"ACTUAL": "$131.70", "FORECASTED": "$1,204.10"}[kind]
    text = text.replace(f"{kind} Amount: {known}", f"{kind} Amount: {amount}")
    return one(text.replace("Budgeted Amount: $100.00", f"Budgeted Amount: {limit}"))


# -- budgets ----------------------------------------------------------------------------------------


def test_what_was_spent_is_told_with_the_threshold_that_it_crossed() -> None:
    signal = one(ACTUAL)
    assert signal.source is SignalSource.COST
    assert signal.resource.key == ("111122223333/global/budgets.budget/orders-monthly (actual > $80.00)")
    assert signal.failure == "exceeded"
    assert not signal.warns
    assert signal.occurred_at == RECEIVED_AT
    assert (signal.details["amount"], signal.details["limit"]) == ("$131.70", "$100.00")
    assert str(signal.details["said"]).startswith("You requested that we alert you when the ACTUAL Cost")


def test_a_forecast_is_a_warning_for_the_end_of_the_month() -> None:
    signal = one(FORECASTED)
    assert signal.failure == "forecast"
    assert signal.warns
    assert signal.expected_at == datetime(2026, 10, 1, tzinfo=UTC)
    assert one(FORECASTED.replace("September", "December")).expected_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_forecast_of_no_month_names_no_day() -> None:
    quarter = FORECASTED.replace("for the current month", "for the current quarter")
    assert one(quarter).expected_at is None


@pytest.mark.parametrize(
    ("amount", "limit", "severity"),
    [
        ("$80.10", "$100.00", 4),
        ("$100.00", "$100.00", 6),
        ("$126", "$100.00", 7),
        ("$2,000.00", "$1,000.00", 8),
        ("1,250.5 GB", "100 GB", 8),
        ("", "$100.00", 4),
        ("$5.00", "$0.00", 4),
        ("$5.00", "nothing", 4),
    ],
)
def test_the_further_above_the_budget_the_more_severe(amount: str, limit: str, severity: int) -> None:
    assert spent(amount, limit).details["severity"] == severity


def test_what_is_only_expected_is_milder() -> None:
    assert spent("$2,000.00", text=FORECASTED).details["severity"] == 6
    assert spent("$90.00", text=FORECASTED).details["severity"] == 2


def test_falling_below_a_threshold_is_no_worse_the_more_is_used() -> None:
    used = ACTUAL.replace("Alert Threshold: > $80.00", "Alert Threshold: < 80%")
    assert one(used).details["severity"] == 4
    assert one(used).resource.id == "orders-monthly (actual < 80%)"


def test_a_threshold_is_told_once_a_month_and_that_of_a_day_once_a_day() -> None:
    def ids(text: str, *days: str) -> set[str]:
        return {one(text.replace("September 13, 2026", day)).signal_id for day in days}

    daily = ACTUAL.replace("for the current month", "per day")
    assert len(ids(ACTUAL, "September 13, 2026", "September 29, 2026")) == 1
    assert len(ids(ACTUAL, "September 13, 2026", "October 02, 2026")) == 2
    assert len(ids(daily, "September 13, 2026", "September 14, 2026")) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Alert Threshold: > $80.00", "Alert Threshold: > $100.00"),
        ("Budget Name: orders-monthly", "Budget Name: orders-yearly"),
        ("AWS Account 111122223333", "AWS Account 999988887777"),
    ],
)
def test_another_threshold_budget_or_account_is_another_resource(old: str, new: str) -> None:
    changed = one(ACTUAL.replace(old, new))
    assert changed.signal_id != one(ACTUAL).signal_id
    assert changed.resource.key != one(ACTUAL).resource.key


def test_a_mail_without_a_date_is_itself_the_second_time() -> None:
    undated = ACTUAL.replace(" September 13, 2026", "")
    assert one(undated).signal_id == one(undated).signal_id
    assert one(undated).signal_id != one(undated + "More.").signal_id


def test_lines_may_end_as_in_mail_and_names_may_be_of_any_script() -> None:
    name = "b\N{LATIN SMALL LETTER U WITH DIAERESIS}ro"
    signal = one(ACTUAL.replace("orders-monthly", name).replace("\n", "\r\n"))
    assert signal.resource.id == "b\\xfcro (actual > $80.00)"
    assert signal.details["budget"] == name


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Alert Type: ACTUAL", "Alert Type: GUESSED", "neither actual nor forecasted: 'GUESSED'"),
        ("Alert Type: ACTUAL\n", "", "neither actual nor forecasted: ''"),
        ("AWS Account 111122223333", "AWS Account XXXX", "the account is missing or is none"),
    ],
)
def test_a_mail_that_cannot_be_read_says_why(old: str, new: str, said: str) -> None:
    (ignored,) = read_message(ACTUAL.replace(old, new)).ignored
    assert ignored.code == "malformed"
    assert said in ignored.reason


@given(st.text(st.characters(exclude_categories=[])), st.integers(0, len(ACTUAL)), st.integers(0, 60))
@settings(max_examples=300, deadline=None)
def test_whatever_a_mail_holds_is_survived(text: str, at: int, taken: int) -> None:
    survives(ACTUAL[:at] + text + ACTUAL[at + taken :])


@pytest.mark.parametrize(
    "text",
    ["AWS Budget Notification", ACTUAL + "x" * 262_144, "AWS Budget Notification\n" + "a: b\n" * 50_000],
    ids=["title", "long", "many lines"],
)
def test_an_odd_mail_is_survived(text: str) -> None:
    survives(text)


def survives(message: object) -> None:
    reading = read_message(message)
    assert reading.signals or reading.ignored or reading.views
    for signal in reading.signals:
        assert len(signal.signal_id.encode()) <= 2048
        assert len(signal.model_dump_json()) < 5000
        assert not any(set("\n\r\0\x1b") & set(str(fact)) for fact in signal.details.values())


# -- anomalies --------------------------------------------------------------------------------------


def test_an_anomaly_is_told_with_its_causes() -> None:
    signal = one(load("cost-anomaly"))
    assert signal.resource.id == (
        "Amazon Elastic Compute Cloud - Compute (12345678-abcd-ef12-3456-987654321a12)"
    )
    assert (signal.failure, signal.details["severity"]) == ("cost_anomaly", 7)
    assert signal.details["said"] == (
        "Amazon Elastic Compute Cloud - Compute cost 1,001.00 more than the 300.00 that were to be expected, "
        "since 2026-09-12. Causes: Amazon Elastic Compute Cloud - Compute, EU-BoxUsage:p4d.24xlarge, "
        "eu-west-1, orders"
    )


def test_both_ways_in_which_an_anomaly_comes_are_the_same_signal() -> None:
    own, forwarded = (one(json.dumps(load(name))) for name in ANOMALIES)
    assert own.signal_id == forwarded.signal_id
    assert own.resource == forwarded.resource


def test_an_anomaly_that_grows_is_the_same_signal() -> None:
    anomaly = load("cost-anomaly")
    grown = anomaly | {"impact": anomaly["impact"] | {"totalImpact": 5000}}
    assert one(grown).signal_id == one(anomaly).signal_id


@pytest.mark.parametrize("amount", [None, True, "1", float("nan"), float("inf"), 2**400, [1]])
def test_an_amount_that_is_none_is_said_to_be_unknown(amount: Any) -> None:
    signal = one(with_value(load("cost-anomaly"), ("impact", "totalImpact"), amount))
    assert "cost an unknown amount more" in str(signal.details["said"])
    assert signal.details["severity"] == 4


@pytest.mark.parametrize("name", ANOMALIES)
def test_rubbish_in_any_field_of_an_anomaly_is_survived(name: str) -> None:
    event = load(name)
    for path in paths_in(event):
        for rubbish in RUBBISH:
            survives(with_value(event, path, rubbish))
        if path:
            survives(without(event, path))


@given(name=st.sampled_from(ANOMALIES), data=st.data(), value=ANYTHING)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything_in_any_field_of_an_anomaly_is_survived(
    name: str, data: st.DataObject, value: object
) -> None:
    event = load(name)
    survives(with_value(event, data.draw(st.sampled_from(list(paths_in(event)))), value))
