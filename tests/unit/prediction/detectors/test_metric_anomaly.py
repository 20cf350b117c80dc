from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.prediction.detectors.metric_anomaly import ALARM, ALARM_RECORDS, WARM, MetricAnomaly

START = 1_800_000_000.0
MINUTE = 60.0
DAY = 1440

Series = Callable[[random.Random, int], float]


def wave(minute: int) -> float:
    """A day's course between 0 and 1."""
    return 0.5 - 0.5 * math.cos(2 * math.pi * minute / DAY)


def gaussian(dice: random.Random, _: int) -> float:
    return dice.gauss(50.0, 4.0)


def lognormal(dice: random.Random, _: int) -> float:
    return math.exp(dice.gauss(3.0, 0.6))


def counts(dice: random.Random, _: int) -> float:
    return float(sum(dice.random() < 0.3 for _ in range(12)))


def seasonal(dice: random.Random, minute: int) -> float:
    return 1000.0 + 600.0 * wave(minute) * (1.0 + 0.05 * dice.gauss(0.0, 1.0))


KINDS: dict[str, Series] = {
    "gaussian": gaussian,
    "lognormal": lognormal,
    "counts": counts,
    "seasonal": seasonal,
}


def make(kind: Series, length: int, seed: int = 1) -> list[float]:
    dice = random.Random(seed)  # noqa: S311 - seeded
    return [kind(dice, minute) for minute in range(length)]


def scores(values: Iterable[float | None], detector: MetricAnomaly | None = None) -> list[float]:
    watching = detector or MetricAnomaly()
    return [watching.score(START + MINUTE * at, value) for at, value in enumerate(values)]


def alarms(values: Sequence[float | None]) -> list[int]:
    return [at for at, score in enumerate(scores(values)) if score >= ALARM]


# -- one threshold means one rate ------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_whatever_the_series_false_alarms_come_at_the_stated_rate(name: str) -> None:
    length = 30 * DAY

    found = len(alarms(make(KINDS[name], length)))

    assert 0.05 <= found / (length / ALARM_RECORDS) <= 2.0


def test_unit_and_offset_of_a_series_do_not_matter() -> None:
    values = make(gaussian, 3 * DAY)

    assert alarms(values) == alarms([4096.0 * value for value in values])
    assert alarms(values) == alarms([-value for value in values])


# -- what is found ---------------------------------------------------------------------------------

AT = 6 * DAY + 600


def spike(values: list[float]) -> None:
    values[AT] += 60.0


def dip(values: list[float]) -> None:
    values[AT] -= 60.0


def level_shift(values: list[float]) -> None:
    for minute in range(AT, len(values)):
        values[minute] += 25.0


def flat_line(values: list[float]) -> None:
    for minute in range(AT, AT + 120):
        values[minute] = values[AT]


def burst(values: list[float]) -> None:
    dice = random.Random(5)  # noqa: S311 - seeded
    for minute in range(AT, AT + 40):
        values[minute] += dice.gauss(0.0, 25.0)


@pytest.mark.parametrize("change", [spike, dip, level_shift, flat_line, burst])
def test_an_alarm_tells_of(change: Callable[[list[float]], None]) -> None:
    values = make(gaussian, AT + 200)
    change(values)

    assert [at for at in alarms(values) if AT <= at < AT + 30]


def test_an_alarm_tells_of_a_night_that_did_not_come() -> None:
    night = 7 * DAY
    noise = make(gaussian, 8 * DAY)
    values = [100.0 * wave(minute) + noise[minute] / 10 for minute in range(8 * DAY)]
    values[night - 360 : night + 360] = values[night - 720 - 360 : night - 720 + 360]

    assert [at for at in alarms(values) if night - 360 <= at < night + 360]


def test_a_level_that_stays_becomes_usual() -> None:
    values = make(gaussian, 12 * DAY)
    shifted = [value + 40.0 * (at >= AT) for at, value in enumerate(values)]

    assert len([at for at in alarms(shifted) if at >= AT + DAY]) <= 2 * (5 * DAY) / ALARM_RECORDS + 1


def test_one_anomaly_is_not_told_again_and_again() -> None:
    values = make(gaussian, AT + 200)
    for minute in range(AT, AT + 60):
        values[minute] += 60.0

    assert len([at for at in alarms(values) if AT <= at < AT + 60]) <= 4


def test_the_finding_names_the_view_and_the_end() -> None:
    detector = MetricAnomaly()
    scores(make(gaussian, AT), detector)

    quiet = detector.finding
    score = detector.score(START + MINUTE * AT, 150.0)

    assert quiet is None
    assert score >= ALARM
    assert detector.finding is not None
    assert detector.finding.view in {"jump", "shift"}
    assert detector.finding.above


def test_a_jump_counts_for_more_in_a_smooth_series() -> None:
    dice = random.Random(4)  # noqa: S311 - seeded
    rough = [dice.gauss(0.0, 4.0) for _ in range(AT + 1)]
    smooth = [600.0 * wave(minute) + noise for minute, noise in enumerate(rough)]
    found = []
    for values in (rough, smooth):
        detector = MetricAnomaly()
        scores(values[:AT], detector)
        before = values[AT - 1]
        detector.score(START + MINUTE * AT, before + 60.0)
        assert detector.finding is not None
        found.append(detector.finding)

    assert found[1].view == "jump"
    assert found[1].surprise > found[0].surprise


# -- state, and what the future may not do ---------------------------------------------------------

ANY = st.one_of(
    st.none(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(-5.0, 5.0),
    st.sampled_from([0.0, 1.0, 1e308, -1e308, 5e-324]),
)
TIMES = st.one_of(st.floats(-1e11, 1e12), st.sampled_from([0.0, START]))


@given(st.lists(st.tuples(TIMES, ANY), max_size=150))
@settings(deadline=None, max_examples=60)
def test_scores_are_between_0_and_1_whatever_comes(records: list[tuple[float, float | None]]) -> None:
    detector = MetricAnomaly()

    found = [detector.score(at, value) for at, value in records]

    assert all(0.0 <= score <= 1.0 for score in found)
    json.dumps(detector.state(), allow_nan=False)


@given(st.integers(0, 400), st.lists(ANY, max_size=60))
@settings(deadline=None, max_examples=40)
def test_a_restored_detector_goes_on_exactly(known: int, rest: list[float | None]) -> None:
    detector = MetricAnomaly()
    scores(make(lognormal, known, seed=known), detector)
    restored = MetricAnomaly.restore(json.loads(json.dumps(detector.state())))

    assert scores([*rest, *make(counts, 60)], restored) == scores([*rest, *make(counts, 60)], detector)
    assert restored.state() == detector.state()


def test_a_state_of_another_version_is_not_used() -> None:
    detector = MetricAnomaly()
    scores(make(gaussian, 100), detector)

    begun_anew = MetricAnomaly.restore({**detector.state(), "version": 0})

    assert begun_anew.state() == MetricAnomaly().state()


def test_what_follows_does_not_change_a_score() -> None:
    values = make(seasonal, 2 * DAY)

    assert scores([*values, 1e9, *values])[: len(values)] == scores(values)


def test_gaps_score_nothing_and_teach_nothing() -> None:
    values: list[float | None] = [*make(gaussian, 300)]
    detector, other = MetricAnomaly(), MetricAnomaly()

    scores(values, detector)
    scores(values, other)
    gaps = [other.score(START + MINUTE * 301, value) for value in (None, math.nan, math.inf, -math.inf)]

    assert gaps == [0.0] * 4
    assert other.state() == detector.state()


def test_the_state_does_not_grow() -> None:
    sizes = []
    detector = MetricAnomaly()
    dice = random.Random(3)  # noqa: S311 - seeded
    for minute in range(8 * DAY):
        detector.score(START + MINUTE * minute, lognormal(dice, minute))
        if minute in {7 * DAY, 8 * DAY - 1}:
            sizes.append(len(json.dumps(detector.state())))

    assert sizes[1] <= 1.02 * sizes[0]
    assert sizes[1] <= 8_000


def test_nothing_is_called_unusual_before_enough_is_known() -> None:
    assert scores([*[1.0] * (WARM - 1), 1e9]) == [0.0] * WARM
