"""Pictures by what they are made of: nothing lies outside whatever the numbers are, and words tell it too."""

from __future__ import annotations

from itertools import pairwise
from math import inf, isfinite, nan
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pages.charts import Scale, picture, scale_of, ticks
from chalicelib.pages.charts_outcomes import (
    Bin,
    Column,
    Strip,
    draw_calibration,
    draw_columns,
    draw_interval,
    draw_rungs,
    draw_strips,
)
from chalicelib.pages.charts_series import Outlook, draw_outlook, draw_rates

KINDS = {"healed": "healed", "failed": "needed a person"}
WHOLE = 100.01
"""Percent of the width, but for rounding."""

any_number = st.floats() | st.integers(-3, 3).map(float)
any_share = st.floats(0, 1)
some = st.lists(any_number, max_size=40).map(tuple)


def read(markup: str) -> ET.Element:
    """A picture as elements, after a look at what all pictures have."""
    assert "nan" not in markup.lower().replace("automatic", "")
    assert "inf" not in markup.replace("information", "")
    assert 'style="' not in markup
    svg = ET.fromstring(markup)  # noqa: S314 - our own
    title, told = svg[0], svg[1]
    assert (svg.get("role"), title.tag, told.tag) == ("img", "title", "desc")
    assert title.text
    assert told.text
    assert svg.get("aria-labelledby") == f"{title.get('id')} {told.get('id')}"
    _check_inside(svg, float(svg.get("height", "0")))
    return svg


def _check_inside(svg: ET.Element, height: float) -> None:
    for mark in svg.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert 0 <= _percent(mark.get(name, "0%")) <= WHOLE
        for name in ("y", "y1", "y2", "cy"):
            assert 0 <= float(mark.get(name, "0")) <= height
        if mark.tag == "rect":
            assert _percent(mark.get("x", "")) + _percent(mark.get("width", "")) <= WHOLE
            assert float(mark.get("y", "")) + float(mark.get("height", "")) <= height + 0.11
        for point in mark.get("points", "").split():
            across, down = map(float, point.split(","))
            assert 0 <= across <= 1000
            assert 0 <= down <= height


def _percent(value: str) -> float:
    assert value.endswith("%")
    return float(value.removesuffix("%"))


def marks(svg: ET.Element, css: str) -> list[ET.Element]:
    return [mark for mark in svg.iter() if mark.get("class") == css]


def texts(svg: ET.Element) -> list[str]:
    return [mark.text or "" for mark in svg.iter("text")]


# -- scales -------------------------------------------------------------------------------------


@given(any_number, any_number, any_number, st.booleans())
def test_every_number_has_a_place_on_every_scale(low: float, high: float, value: float, log: bool) -> None:
    assert 0 <= Scale(low=low, high=high, log=log).position(value) <= 1


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2))
def test_a_scale_keeps_the_order_and_uses_its_whole_length(values: list[float]) -> None:
    scale = scale_of(values)
    places = [scale.position(value) for value in sorted(values)]
    assert places == sorted(places)
    if scale.high / 2 - scale.low / 2 > 0:
        assert (places[0], places[-1]) == (0, 1)


@given(any_number, any_number, st.integers(1, 6))
def test_ticks_are_few_round_and_inside(low: float, high: float, most: int) -> None:
    found = ticks(low, high, most)
    assert len(found) <= most
    assert all(low <= one <= high for one in found)


def test_ticks_are_where_people_expect_them() -> None:
    assert ticks(0, 10, 3) == (0, 5, 10)
    assert ticks(0, 17, 3) == (0, 10)
    assert ticks(0.2, 0.9, 4) == pytest.approx((0.2, 0.4, 0.6, 0.8))
    assert ticks(5, 5) == ticks(0, inf) == ticks(nan, 1) == ()


def test_what_is_told_is_escaped() -> None:
    svg = picture("a", "<script>", '"><b>', 10, [])
    assert "<script>" not in svg
    assert ET.fromstring(svg)[0].text == "<script>"  # noqa: S314 - our own


# -- per day ------------------------------------------------------------------------------------

counts = st.fixed_dictionaries({}, optional=dict.fromkeys(KINDS, st.integers(0, 10**9)))
columns = st.lists(st.builds(Column, label=st.just("24 Nov"), parts=counts, known=st.booleans()), max_size=40)


@given(columns)
def test_columns_stay_inside_whatever_was_counted(found: list[Column]) -> None:
    svg = read(draw_columns("days", "Per day", found, KINDS))
    assert len(marks(svg, "unknown")) == sum(not one.known for one in found)


def test_a_column_is_as_high_as_its_count_and_kinds_stand_on_each_other() -> None:
    days = [
        Column(label="1 Nov", parts={"healed": 3, "failed": 1}),
        Column(label="2 Nov", parts={"healed": 2}),
    ]
    svg = read(draw_columns("days", "Per day", days, KINDS))
    first, second = marks(svg, "kind healed")
    (failed,) = marks(svg, "kind failed")
    heights = [float(mark.get("height", "")) for mark in (first, second, failed)]
    assert heights[0] == pytest.approx(3 * heights[2], abs=0.2)
    assert heights[1] == pytest.approx(2 * heights[2], abs=0.2)
    assert float(failed.get("y", "")) + heights[2] == pytest.approx(float(first.get("y", "")), abs=0.2)
    assert svg[1].text == "2 days, at most 4 incidents on one of them. healed: 5; needed a person: 1."


def test_a_day_that_was_not_read_is_no_day_without_incidents() -> None:
    svg = read(draw_columns("days", "Per day", [Column(label="1 Nov", parts={}, known=False)], KINDS))
    assert marks(svg, "unknown")


# -- how long it took ---------------------------------------------------------------------------

strips = st.lists(
    st.builds(
        Strip,
        label=st.just("ec2.instance"),
        seconds=some,
        p50=any_number | st.none(),
        p90=any_number | st.none(),
    ),
    max_size=8,
)


@given(strips)
def test_strips_stay_inside_whatever_it_took(found: list[Strip]) -> None:
    read(draw_strips("times", "Times", found))


def test_each_recovery_is_a_dot_and_longer_ones_stand_further_right() -> None:
    strip = Strip(label="ec2.instance", seconds=(60.0, 4.0, 900.0), p50=60.0, p90=900.0)
    svg = read(draw_strips("times", "Times", [strip]))
    places = [_percent(dot.get("cx", "")) for dot in marks(svg, "sample")]
    assert places == sorted(places)
    assert len(set(places)) == 3
    assert _percent(marks(svg, "mark half")[0].get("x1", "")) == places[1]
    assert _percent(marks(svg, "mark most")[0].get("x1", "")) == places[2]
    assert {"10 s", "1 min", "10 min"} <= set(texts(svg))
    assert svg[1].text == "ec2.instance: 3 times, half within 1 min, 9 of 10 within 15 min."


@pytest.mark.parametrize("seconds", [(5.0, 5.1, 6.3), (0.01,), (70.0, 71.0), (1e7,), ()])
def test_however_close_they_are_there_are_times_to_read_them_by(seconds: tuple[float, ...]) -> None:
    strip = Strip(label="x", seconds=seconds, p50=None, p90=None)
    assert len(marks(read(draw_strips("times", "Times", [strip])), "grid")) >= 2


def test_of_a_single_recovery_only_its_time_is_told() -> None:
    svg = read(draw_strips("times", "Times", [Strip(label="x", seconds=(5.0,), p50=5.0, p90=5.0)]))
    assert marks(svg, "mark half") == marks(svg, "mark most") == []
    assert svg[1].text == "x: 1 time, 5 s."


def test_thousands_of_recoveries_are_shown_by_as_many_dots_as_can_be_told_apart() -> None:
    seconds = tuple(float(number) for number in range(1, 5000))
    svg = read(draw_strips("times", "Times", [Strip(label="x", seconds=seconds, p50=2500.0, p90=4500.0)]))
    places = [_percent(dot.get("cx", "")) for dot in marks(svg, "sample")]
    assert len(places) == 120
    assert "n = 5 k" in texts(svg)


# -- how well confidence was kept ---------------------------------------------------------------

bins = st.lists(
    st.builds(
        Bin, stated=any_share, right=any_share, low=any_share, high=any_share, count=st.integers(0, 10**9)
    ),
    max_size=10,
)


@given(bins)
def test_a_calibration_stays_inside(found: list[Bin]) -> None:
    svg = read(draw_calibration("kept", "Kept", found))
    assert len(marks(svg, "sample strong")) == len(marks(svg, "whisker")) == len(found)


def test_what_was_well_stated_lies_on_the_diagonal() -> None:
    shares = (0.0, 0.25, 0.9, 1.0)
    found = [Bin(stated=one, right=one, low=one, high=one, count=5) for one in shares]
    svg = read(draw_calibration("kept", "Kept", found))
    (diagonal,) = marks(svg, "diagonal")
    x1, x2 = (_percent(diagonal.get(name, "")) for name in ("x1", "x2"))
    y1, y2 = (float(diagonal.get(name, "")) for name in ("y1", "y2"))
    for dot in marks(svg, "sample strong"):
        along = (_percent(dot.get("cx", "")) - x1) / (x2 - x1)
        assert float(dot.get("cy", "")) == pytest.approx(y1 + along * (y2 - y1), abs=0.1)
    assert texts(svg).count("5") == len(shares)


# -- shares and steps ---------------------------------------------------------------------------


@given(any_number, any_number, any_number)
def test_an_interval_stays_inside(share: float, low: float, high: float) -> None:
    read(draw_interval("worked", "Worked", share, low, high))


def test_an_interval_says_its_numbers() -> None:
    svg = read(draw_interval("worked", "Worked", 0.9, 0.6, 0.98))
    assert svg[1].text == "90 %, and with 95 % certainty between 60 % and 98 %."


@given(st.lists(st.text("abc", min_size=1), max_size=6), st.integers(-1, 6), st.integers(0, 6))
def test_steps_stay_inside(steps: list[str], now: int, most: int) -> None:
    svg = read(draw_rungs("rungs", "Autonomy", steps, now=now, most=most))
    assert len(list(svg.iter("circle"))) == len(steps)


def test_steps_show_where_it_stands_and_what_is_barred() -> None:
    svg = read(draw_rungs("rungs", "Autonomy", ["off", "observe", "ask", "automatic"], now=1, most=2))
    assert [dot.get("class") for dot in svg.iter("circle")] == [
        "step passed",
        "step here",
        "step open",
        "step barred",
    ]
    assert [mark.get("class") for mark in svg.iter("line")] == ["rung", "rung", "rung barred"]
    assert svg[1].text == "Stands on: observe. May come up to: ask."


# -- series -------------------------------------------------------------------------------------


@given(some)
def test_rates_stay_inside(rates: tuple[float, ...]) -> None:
    svg = read(draw_rates("rates", "Rates", rates))
    assert len(list(svg.iter("rect"))) == sum(isfinite(rate) for rate in rates)


def test_the_last_rate_is_now_and_the_line_is_what_was_usual_before_it() -> None:
    svg = read(draw_rates("rates", "Rates", (4.0, 4.0, 2.0, 8.0)))
    (now,), (usual,) = marks(svg, "rate now"), marks(svg, "usual")
    assert float(now.get("height", "")) == 28
    assert float(usual.get("y1", "")) == 30 - 14
    assert svg[1].text == "Now 8, usually 4, at most 8."


outlooks = st.builds(
    Outlook,
    past=some,
    now=any_number,
    usual=any_number | st.none(),
    limit=any_number | st.none(),
    earliest=any_number | st.none(),
    expected=any_number | st.none(),
    latest=any_number | st.none(),
)


@given(outlooks)
def test_an_outlook_stays_inside_whatever_lies_ahead(outlook: Outlook) -> None:
    read(draw_outlook("ahead", "Ahead", outlook))


FALLING = Outlook(
    past=(9.0, 7.0, 5.0), now=5.0, usual=8.0, limit=0.0, earliest=600.0, expected=1200.0, latest=2400.0
)


def test_the_past_leads_to_now_and_the_fan_to_the_limit() -> None:
    svg = read(draw_outlook("ahead", "Ahead", FALLING))
    (series,), (fan,), (leads,) = (marks(svg, css) for css in ("series", "fan", "leads"))
    (limit,) = [mark for mark in svg.iter("line") if mark.get("class") == "limit"]
    (now,) = marks(svg, "sample strong")
    past, ahead, way = (
        [tuple(map(float, p.split(","))) for p in one.get("points", "").split()]
        for one in (series, fan, leads)
    )
    here = (10 * _percent(now.get("cx", "")), float(now.get("cy", "")))
    assert past[-1] == ahead[0] == way[0] == here
    assert all(left[0] < right[0] and left[1] < right[1] for left, right in pairwise(past))
    assert {point[1] for point in (*ahead[1:], way[1])} == {float(limit.get("y1", ""))}
    assert here[0] < ahead[1][0] < way[1][0] < ahead[2][0]
    assert svg[1].text == (
        "Now 5; usually 8; the limit is 0; expected there in 20 min;"
        " in 8 of 10 cases between 10 min and 40 min."
    )


def test_without_a_limit_nothing_is_drawn_ahead() -> None:
    svg = read(draw_outlook("ahead", "Ahead", Outlook(past=(1.0, 2.0), now=2.0, usual=1.0)))
    assert marks(svg, "fan") == marks(svg, "leads") == []
    assert "now" in texts(svg)
