"""One series, watched: a problem is told when it begins, while it lasts, and when it has passed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from chalicelib.prediction.series_watch import ANOMALY, FORECAST, SeriesWatch
from chalicelib.prediction.sightings import Phase, Sighting
from tests.unit.incidents.alerts import GIB, a_series

STEP = 300.0
START = 1_900_000_200.0
Points = Sequence[tuple[float, float]]


def points(values: Iterable[float], start: float = START) -> list[tuple[float, float]]:
    return [(start + place * STEP, value) for place, value in enumerate(values)]


def wave(place: int) -> float:
    """Small and the same each time, so that nothing about it is odd."""
    return ((place * 7) % 5 - 2) * 0.05


def filling(*, hours_flat: int = 12, pace: float = 0.4, until: float = -2.0) -> list[float]:
    """Free storage in GiB: flat at twenty, then falling by `pace` each five minutes."""
    flat = [20 + wave(place) for place in range(hours_flat * 12)]
    falling: list[float] = []
    while (falling or flat)[-1] > until:
        falling.append(20 + wave(len(falling)) - pace * (len(falling) + 1))
    return [max(0.0, value) * GIB for value in flat + falling]


def each_alone(watch: SeriesWatch, series: Points) -> list[tuple[float, Sighting]]:
    return [(point[0], sighting) for point in series for sighting in watch.scan([point])]


def of(kind: str, seen: list[tuple[float, Sighting]]) -> list[tuple[float, Sighting]]:
    return [(at, one) for at, one in seen if one.key == kind]


def test_a_filling_disk_is_told_once_ahead_of_time_and_then_kept_up_to_date() -> None:
    series = points(filling())
    crossing = next(at for at, value in series if value <= 0)
    seen = of(FORECAST, each_alone(SeriesWatch(a_series()), series))
    opened = [at for at, one in seen if one.phase is Phase.OPENED]
    assert len(opened) == 1
    assert 15 * 60 <= crossing - opened[0] <= 90 * 60
    assert {one.phase for _, one in seen[1:]} == {Phase.UPDATED}
    assert {one.opened_at for _, one in seen} == {opened[0]}


def test_the_words_of_a_forecast_say_what_how_much_and_when() -> None:
    seen = of(FORECAST, each_alone(SeriesWatch(a_series()), points(filling())))
    what = seen[0][1].sight.what
    assert what.startswith("free storage of db-orders is ")
    assert " GiB, likely to reach 0 bytes in " in what
    assert "(80 % sure: " in what
    assert seen[0][1].sight.expected_at is not None


def test_once_the_limit_is_reached_nothing_is_expected_any_more() -> None:
    seen = of(FORECAST, each_alone(SeriesWatch(a_series()), points(filling())))
    assert seen[-1][1].sight.what == (
        "free storage of db-orders is 0 bytes and has reached its limit, 0 bytes"
    )


def test_a_failure_is_dated_when_the_limit_was_crossed_for_good() -> None:
    series = points([*filling(), 0, 0, 0])
    crossing = next(at for at, value in series if value <= 0)
    seen = of(FORECAST, each_alone(SeriesWatch(a_series()), series))
    failed = {one.failed_at for at, one in seen if at > crossing + STEP}
    assert failed == {crossing}
    assert {one.failed_at for at, one in seen if at < crossing} == {None}


def test_one_value_beyond_the_limit_is_a_spike_and_no_failure() -> None:
    values = filling(until=1.0)
    series = points([*values, 0.0, *[5 * GIB] * 10])
    seen = of(FORECAST, each_alone(SeriesWatch(a_series()), series))
    assert seen
    assert {one.failed_at for _, one in seen} == {None}


def test_a_problem_has_passed_after_it_was_not_seen_for_a_while() -> None:
    values = filling(until=4.0)
    series = points([*values, *(20 * GIB + wave(place) for place in range(12))])
    grown = series[len(values)][0]
    seen = of(FORECAST, each_alone(SeriesWatch(a_series()), series))
    cleared = [at for at, one in seen if one.phase is Phase.CLEARED]
    assert len(cleared) == 1
    assert cleared[0] >= grown + 2 * STEP
    assert seen[-1][1].phase is Phase.CLEARED


def test_what_began_and_passed_between_two_scans_is_told_as_both() -> None:
    values = filling(until=4.0)
    series = points([*values, *(20 * GIB + wave(place) for place in range(12))])
    seen = [one for one in SeriesWatch(a_series()).scan(series) if one.key == FORECAST]
    assert [one.phase for one in seen] == [Phase.OPENED, Phase.CLEARED]
    assert seen[0].opened_at == seen[1].opened_at


def test_a_first_look_at_a_problem_that_is_still_there_opens_it_as_it_is_now() -> None:
    series = points(filling(until=2.0))
    (seen,) = [one for one in SeriesWatch(a_series()).scan(series) if one.key == FORECAST]
    assert seen.phase is Phase.OPENED
    assert seen.sight.now == series[-1][1]
    assert seen.opened_at < series[-1][0]


def test_a_quiet_series_tells_nothing() -> None:
    series = points((20 + wave(place)) * GIB for place in range(600))
    assert SeriesWatch(a_series()).scan(series) == []


def unusual() -> list[float]:
    return [*(50 + wave(place) for place in range(400)), 5000.0]


def test_what_is_unusual_is_told_with_what_was_usual_of_late() -> None:
    series = a_series(limit=None, rising=True, title="latency", unit="milliseconds")
    seen = each_alone(SeriesWatch(series), points(unusual()))
    (sight,) = [one.sight for _, one in seen]
    assert sight.detectors == (ANOMALY,)
    began, _, usual = sight.what.partition("; ")
    assert began.startswith("latency of db-orders is unusual: 5,000 milliseconds, ")
    assert any(word in began for word in ("above", "high"))
    assert usual == "of late mostly around 50 milliseconds"
    assert 0 < sight.probability <= 0.3 * sight.score


@pytest.mark.parametrize(
    ("jump", "told"),
    [(15.0, True), (-40.0, False), (1.5, False)],
    ids=["a good part nearer to the limit", "away from it", "hardly nearer"],
)
def test_where_a_limit_is_known_only_what_comes_nearer_to_it_matters(jump: float, told: bool) -> None:
    series = a_series(limit=100.0, rising=True, unit="percent")
    values = [50 + wave(place) for place in range(400)]
    seen = of(ANOMALY, each_alone(SeriesWatch(series), points([*values, 50 + jump])))
    assert bool(seen) is told


def test_what_comes_again_before_it_has_passed_is_the_same_problem() -> None:
    series = a_series(limit=None, rising=True)
    usual = [50 + wave(place) for place in range(400)]
    values = [*usual, 52.0, *usual[:4], 1e6, *usual[:4]]
    seen = each_alone(SeriesWatch(series), points(values))
    assert [one.phase for _, one in seen] == [Phase.OPENED, Phase.UPDATED]
    assert len({one.opened_at for _, one in seen}) == 1


def test_a_series_without_a_resource_is_called_by_its_whole_name() -> None:
    subject = a_series().subject.model_copy(update={"resource": None})
    series = a_series(subject=subject, limit=None, title="", unit="")
    (found,) = SeriesWatch(series).scan(points(unusual()))
    assert found.sight.what.startswith(f"FreeStorageSpace ({subject.name}) is unusual: ")


@pytest.mark.parametrize("cut", [1, 150, 190, 200])
def test_a_watch_goes_on_from_its_state_as_if_nothing_had_been_in_between(cut: int) -> None:
    series = points([*filling(), *([12 * GIB] * 8)])
    whole = each_alone(SeriesWatch(a_series()), series)
    first = SeriesWatch(a_series())
    before = each_alone(first, series[:cut])
    again = SeriesWatch(a_series(), json.loads(json.dumps(first.state())))
    assert before + each_alone(again, series[cut:]) == whole
    assert whole


def state_of_a_warning() -> dict[str, Any]:
    watch = SeriesWatch(a_series())
    watch.scan(points(filling(until=2.0)))
    state = watch.state()
    assert FORECAST in state["episodes"]
    return state


@pytest.mark.parametrize(
    "changes",
    [{"limit": GIB}, {"rising": True}, {"per": "Allocated"}, {"limit": None}],
    ids=["limit", "side", "per", "no limit"],
)
def test_a_series_whose_limit_has_changed_begins_anew(changes: dict[str, Any]) -> None:
    series = a_series(**changes)
    assert SeriesWatch(series, state_of_a_warning()).state() == SeriesWatch(series).state()


def test_a_state_of_another_version_is_not_gone_on_from() -> None:
    old = state_of_a_warning() | {"version": 0}
    assert SeriesWatch(a_series(), old).state() == SeriesWatch(a_series()).state()


def test_a_state_is_small_however_long_the_series() -> None:
    watch = SeriesWatch(a_series())
    watch.scan(points((20 + wave(place)) * GIB for place in range(3000)))
    assert len(json.dumps(watch.state())) < 40_000
