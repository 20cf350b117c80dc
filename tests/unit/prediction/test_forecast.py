from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.forecast import WARNING, Forecast, Forecaster

STEP = 300.0
DAY = 288
HOUR = 12


def dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same each time


def follow(values: Sequence[float | None], *, forecaster: Forecaster | None = None) -> list[Forecast | None]:
    """Five minutes apart, with a limit of 100."""
    forecaster = forecaster or Forecaster(limit=100.0)
    return [forecaster.step(number * STEP, value) for number, value in enumerate(values)]


def probabilities(values: Sequence[float | None]) -> list[float]:
    return [forecast.probability if forecast else 0.0 for forecast in follow(values)]


def noisy(level: Callable[[int], float], count: int, *, noise: float = 0.5, seed: int = 1) -> list[float]:
    chance = dice(seed)
    return [level(number) + chance.gauss(0, noise) for number in range(count)]


def up_to_crossing(values: list[float]) -> list[float]:
    crossing = next(at for at in range(len(values)) if values[at] >= 100 and values[at + 1] >= 100)
    return values[: crossing + 1]


def bursts(number: int, chance: Random) -> Iterator[float]:
    level = 30.0
    for _ in range(number):
        level += chance.uniform(2, 8) if chance.random() < 0.06 else 0
        yield level


CROSSING: dict[str, Callable[[int], float]] = {
    "a leak": lambda i: 30 + max(0, i - 200) * 0.25,
    "a leak that accelerates": lambda i: 30 + (i / 300) ** 3 * 20,
    "a leak under a season": lambda i: 20 + 0.13 * i + 8 * math.sin(i / DAY * math.tau),
    "a leak after a step": lambda i: 30 if i < 200 else 50 + (i - 200) * 0.3,
    "growth that saturates beyond the limit": lambda i: 20 + 95 / (1 + math.exp((300 - i) / 40)),
    "a sawtooth that climbs": lambda i: 20 + (i // 70) * 9 + (i % 70) * 0.4,
}
SILENT: dict[str, Callable[[int], float]] = {
    "a constant": lambda _: 98.0,
    "a season near the limit": lambda i: 70 + 25 * math.sin(i / DAY * math.tau),
    "a sawtooth": lambda i: 30 + (i % 60) * 1.05,
    "a plateau under the limit": lambda i: 40 if i < 200 else 95,
    "a slow approach to a plateau": lambda i: 94 - 60 * math.exp(-i / 60),
    "a fall": lambda i: 95 - 0.1 * i,
    "spikes": lambda i: 94 if i % 97 == 50 else 40,
}


@pytest.mark.parametrize("kind", CROSSING)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_crosses_is_warned_of_15_to_60_minutes_before(kind: str, seed: int) -> None:
    values = up_to_crossing(noisy(CROSSING[kind], 3 * DAY, seed=seed))

    assert max(probabilities(values)[-HOUR - 1 : -3]) >= WARNING


@pytest.mark.parametrize("kind", SILENT)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_does_not_cross_is_never_warned_of(kind: str, seed: int) -> None:
    # A first tooth is a leak until it falls back, so looking begins after two.
    said = probabilities(noisy(SILENT[kind], 3 * DAY, seed=seed))[130:]

    assert max(said) < WARNING


def test_most_batches_that_fill_a_disk_are_warned_of() -> None:
    series = [up_to_crossing([*bursts(3 * DAY, dice(seed)), 200.0, 200.0]) for seed in range(30)]
    warned = [max(probabilities(values)[-HOUR - 1 : -3]) >= WARNING for values in series]

    assert sum(warned) >= 20


def test_a_leak_without_any_noise_is_a_leak_and_no_series_of_jumps() -> None:
    forecast = follow([30.0] * 40 + [30 + 0.5 * number for number in range(130)])[-1]

    assert forecast is not None
    assert forecast.probability > 0.9
    assert forecast.expected_at == pytest.approx(forecast.at + 11 * STEP, abs=2 * STEP)


def test_a_jump_is_no_trend() -> None:
    said = probabilities(noisy(lambda i: 40 if i < 100 else 85, 160))

    assert max(said) < 0.1


def test_a_rise_that_has_turned_back_before_is_expected_to_do_so_again() -> None:
    first, second = (probabilities(noisy(lambda i: 20 + (i % 110) * 0.7, count))[-1] for count in (109, 219))

    assert second < first / 2


def test_the_day_before_shows_where_a_rise_ends() -> None:
    """Steep, noisy, and up to 96."""
    values = noisy(lambda i: 60 + 35 * math.sin(i / DAY * math.tau), 4 * DAY, noise=1.0)

    assert max(probabilities(values)[DAY + HOUR :]) < 0.3


def test_falling_below_is_the_mirror_of_rising_above() -> None:
    values = noisy(CROSSING["a leak"], 480)
    falling = Forecaster(limit=0.0, rising=False)
    mirrored = [falling.step(number * STEP, 100 - value) for number, value in enumerate(values)]

    for one, other in zip(follow(values), mirrored, strict=True):
        assert one is not None
        assert other is not None
        assert one.probability == pytest.approx(other.probability, abs=1e-6)


def test_over_the_limit_is_certain_and_now() -> None:
    forecast = follow([50.0] * 20 + [101.0, 101.0])[-1]

    assert forecast is not None
    assert (forecast.probability, forecast.expected_at) == (1.0, 21 * STEP)


def test_a_spike_over_the_limit_is_over_and_then_forgotten() -> None:
    *before, spike, after = probabilities([*noisy(lambda _: 50, 50), 120.0, 50.0])

    assert spike == 1.0
    assert max(before) < 0.1
    assert after < 0.1


def test_before_anything_is_known_nothing_is_certain() -> None:
    forecaster = Forecaster(limit=100.0)

    assert forecaster.step(0.0, None) is None
    first = forecaster.step(0.0, 99.0)
    assert first is not None
    assert 0 < first.probability < 1
    assert first.expected_at is None


def test_the_interval_holds_about_eight_of_ten_crossings() -> None:
    inside = total = 0
    for seed in range(60):
        chance = dice(seed)
        pace, noise = chance.uniform(0.15, 0.6), chance.choice([0.3, 1.0, 2.0])
        values = up_to_crossing(noisy(lambda i, pace=pace: 20 + pace * i, 900, noise=noise, seed=seed))
        crossing = (len(values) - 1) * STEP
        forecast = follow(values[: -chance.randrange(4, 24)])[-1]
        assert forecast is not None
        if forecast.expected_at is not None and forecast.earliest_at is not None:
            total += 1
            latest = forecast.latest_at or math.inf
            inside += forecast.earliest_at - STEP <= crossing <= latest + STEP

    assert total > 40
    assert 0.6 <= inside / total <= 0.97


@pytest.mark.parametrize("spacing", [60.0, 300.0, 900.0, 3600.0])
def test_a_leak_is_seen_at_any_spacing(spacing: float) -> None:
    forecaster = Forecaster(limit=100.0, horizon_seconds=max(3600.0, 2 * spacing))
    chance = dice(1)
    said = {}
    for number in range(3000):
        at = number * spacing + chance.uniform(-0.05, 0.05) * spacing
        value = 20 + 2.5 * at / max(3600.0, 2 * spacing) + chance.gauss(0, 0.3)
        if value >= 99.5:
            break
        forecast = forecaster.step(at, value)
        assert forecast is not None
        if number > HOUR:
            said[round((99.5 - value) / 2.5, 1)] = forecast.probability

    assert max(chance for left, chance in said.items() if left > 4) < 0.1
    assert max(chance for left, chance in said.items() if 0.4 < left < 0.9) > WARNING


def test_a_gap_is_not_extrapolated_across() -> None:
    values = noisy(lambda i: 40 + 0.4 * i, 100)
    forecaster = Forecaster(limit=100.0)
    follow(values, forecaster=forecaster)
    after = forecaster.step(100 * STEP + 50 * 3600, 40.0)

    assert after is not None
    assert after.probability < 0.1


def test_a_shorter_gap_neither_hides_a_leak_nor_makes_one() -> None:
    leak = noisy(lambda i: 30 + 0.3 * i, 226)
    flat = noisy(lambda _: 90.0, 226)
    for values, warned in ((leak, True), (flat, False)):
        forecaster = Forecaster(limit=100.0)
        said = [
            forecast.probability
            for number, value in enumerate(values)
            if not 180 < number < 205
            if (forecast := forecaster.step(number * STEP, value))
        ]
        assert (said[-1] >= WARNING) == warned
        assert max(said[:181]) < 0.1


def test_a_new_spacing_is_taken_up() -> None:
    forecaster = Forecaster(limit=100.0)
    values = noisy(lambda i: 30 + 0.1 * i, 600)
    for number, value in enumerate(values):
        forecaster.step(number * 60.0, value)
    for number in range(1, 15):
        forecast = forecaster.step(599 * 60.0 + number * 900, 90 + 0.5 * number)

    assert forecast is not None
    assert forecaster.spacing == 900
    assert forecast.probability > 0.3


def test_points_out_of_order_change_nothing_until_the_clock_is_seen_to_be_set_back() -> None:
    forecaster = Forecaster(limit=100.0)
    [*_, last] = follow(noisy(lambda _: 40, 50), forecaster=forecaster)

    assert forecaster.step(10 * STEP, 99.0) == last
    assert forecaster.step(49 * STEP, 99.0) == last
    for number in range(30):
        forecast = forecaster.step(number * STEP, 40 + number * 2.0)
    assert forecast is not None
    assert forecast.at == 29 * STEP
    assert forecast.probability > WARNING


def test_its_state_survives_json_exactly() -> None:
    values = noisy(CROSSING["a sawtooth that climbs"], 500)
    whole = follow(values)
    forecaster = Forecaster(limit=100.0)
    follow(values[:300], forecaster=forecaster)

    restored = Forecaster.restore(json.loads(json.dumps(forecaster.state(), allow_nan=False)))
    rest = [restored.step(number * STEP, values[number]) for number in range(300, 500)]

    assert rest == whole[300:]


def test_its_state_stays_small() -> None:
    forecaster = Forecaster(limit=100.0)
    sizes = []
    for number, value in enumerate(noisy(SILENT["a season near the limit"], 20 * DAY)):
        forecaster.step(number * 60.0, value)
        sizes.append(len(json.dumps(forecaster.state())) if number % 500 == 499 else 0)

    assert max(sizes) < 5_000


@pytest.mark.parametrize("limit", [math.nan, math.inf, -math.inf, 1e100])
def test_a_limit_that_is_no_number_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="a limit is a number"):
        Forecaster(limit=limit)


@pytest.mark.parametrize("limit", [0.0, 1e-12, -5.0, 1e12])
@pytest.mark.parametrize("spacing", [1e-6, 1.0, 3600.0, 1e7])
def test_numbers_of_any_size_are_survived(limit: float, spacing: float) -> None:
    chance = dice(1)
    forecaster = Forecaster(limit=limit)
    at = -1e9
    for _ in range(400):
        at += spacing * chance.choice([0, 1, 1, 1, 1, 50, -1])
        tiny_or_huge = 10 ** chance.uniform(-320, 59) * chance.choice([1, -1])
        forecast = forecaster.step(at, chance.choice([tiny_or_huge, 0.0, limit, -1e-320, math.nan]))
        if forecast is not None:
            check_sane(forecast)
    json.dumps(forecaster.state(), allow_nan=False)


def test_a_state_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 0"):
        Forecaster.restore({**Forecaster(limit=1.0).state(), "version": 0})


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1e5) | st.floats(),
            st.none() | st.floats() | st.floats(0, 120),
        )
    ),
    st.floats(-1e9, 1e9),
    st.booleans(),
)
def test_any_numbers_give_a_probability_and_times_in_order(
    points: list[tuple[float, float | None]], limit: float, rising: bool
) -> None:
    forecaster = Forecaster(limit=limit, rising=rising)
    at = 0.0
    for seconds, value in points:
        at = at + seconds if seconds > 0 else seconds
        forecast = forecaster.step(at, value)
        if forecast is not None:
            check_sane(forecast)
    json.dumps(forecaster.state(), allow_nan=False)


def check_sane(forecast: Forecast) -> None:
    assert 0 <= forecast.probability <= 1
    first, about, last = forecast.earliest_at, forecast.expected_at, forecast.latest_at
    assert (first is None) == (about is None)
    if first is not None and about is not None:
        assert forecast.at <= first <= about
        assert last is None or about <= last


@given(st.lists(st.floats(0, 120), min_size=1, max_size=60), st.lists(st.floats(0, 120)))
def test_what_comes_later_changes_nothing_that_was_said(past: list[float], future: list[float]) -> None:
    assert follow([*past, *future])[: len(past)] == follow(past)


def test_a_warning_is_taken_back_only_when_it_is_clearly_over() -> None:
    at_half, lower, over = (
        Forecast(probability, 0.0, 10.0, 0.0, 0.0, 0.0, 3600.0) for probability in (0.5, 0.3, 0.2)
    )

    assert at_half.warns(before=False)
    assert lower.warns(before=True)
    assert not lower.warns(before=False)
    assert not over.warns(before=True)
