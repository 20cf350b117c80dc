from __future__ import annotations

import json
import math
from random import Random

import pytest

from chalicelib.prediction.metrics.features import Features, Views
from chalicelib.prediction.metrics.packing import pack_features, unpack_features
from chalicelib.prediction.metrics.week import Week

MONDAY = 1_772_409_600.0
MINUTE, HOUR, WEEK = 60.0, 3_600.0, 604_800.0


def viewed(
    features: Features, values: list[float], start: float = MONDAY, step: float = MINUTE
) -> list[Views]:
    return [features.view(start + step * number, value) for number, value in enumerate(values)]


def noise(length: int, seed: int = 1) -> list[float]:
    dice = Random(seed)  # noqa: S311 - seeded
    return [dice.gauss(50.0, 1.0) for _ in range(length)]


def test_a_spike_is_a_jump_up_and_one_down() -> None:
    views = viewed(Features(), [*noise(300), 80.0, 50.0, 50.0])

    assert views[300].jump > 10.0
    assert views[301].jump < -5.0
    assert views[302].jump == 0.0
    assert views[300].jump > 5.0 * max(abs(one.jump) for one in views[50:300])


def test_a_step_of_the_level_is_a_shift_at_once_and_a_change_for_a_while() -> None:
    views = viewed(Features(), [*noise(300), *(value + 10.0 for value in noise(60, seed=2))])

    assert views[300].shift > 2.0 * max(abs(one.shift) for one in views[50:300])
    steady = max(abs(one.change) for one in views[50:300])
    assert views[312].change > 2.0 * steady
    assert abs(views[359].change) < 2.0 * steady


def test_levels_follow_at_three_paces() -> None:
    view = viewed(Features(), [*noise(300), *[100.0] * 30])[-1]

    assert view.level == 100.0
    assert 95.0 > view.level_30 > view.level_100 > 60.0


def test_a_flat_line_is_less_unrest_and_a_burst_more() -> None:
    quiet = viewed(Features(), [*noise(300), *[50.0] * 40])
    wild = viewed(Features(), [*noise(300), *(50.0 + 20.0 * (-1.0) ** number for number in range(40))])

    assert quiet[-1].unrest < quiet[299].unrest - 2.0
    assert quiet[-1].unrest_30 < quiet[299].unrest_30
    assert wild[-1].unrest > wild[299].unrest + 2.0


def test_after_a_gap_the_last_records_say_nothing() -> None:
    features = Features()
    viewed(features, noise(300))

    assert features.view(MONDAY + 300 * MINUTE + 5 * HOUR, 90.0).jump == 0.0


def test_a_time_of_day_that_is_restless_expects_more() -> None:
    features = Features()
    dice = Random(3)  # noqa: S311 - seeded
    for number in range(5 * 24 * 60):
        restless = number // 60 % 24 == 12
        features.view(MONDAY + MINUTE * number, dice.gauss(0.0, 10.0 if restless else 1.0))
    at_noon = features.pace.expect(MONDAY + 12 * HOUR, 1.0)
    at_night = features.pace.expect(MONDAY + 2 * HOUR, 1.0)

    assert at_noon > 3.0 * at_night


def test_an_hour_of_the_week_has_its_own_level() -> None:
    week = Week()
    for number in range(4):
        for minute in range(0, 60, 10):
            week.weigh(MONDAY + number * WEEK + minute * MINUTE, 100.0 + minute / 10, 1.0)
            week.weigh(MONDAY + number * WEEK + 5 * HOUR + minute * MINUTE, 10.0 + minute / 10, 1.0)

    assert abs(week.weigh(MONDAY + 4 * WEEK, 102.0, 1.0)) < 1.0
    assert week.weigh(MONDAY + 4 * WEEK + 5 * HOUR, 102.0, 1.0) > 20.0
    assert week.weigh(MONDAY + 4 * WEEK + 9 * HOUR, 102.0, 1.0) == 0.0


def test_one_huge_value_does_not_blind_for_long() -> None:
    features = Features()
    viewed(features, noise(500))
    huge = features.view(MONDAY + 500 * MINUTE, 1e60)
    view = viewed(features, noise(2_000), start=MONDAY + 501 * MINUTE)[-1]

    assert huge.jump > 1_000.0
    assert view.level_100 == pytest.approx(50.0, abs=1.0)


def test_packed_features_keep_every_bit() -> None:
    features = Features()
    viewed(features, [0.1, 1e-300, 1e60, *noise(100)])
    packed = pack_features(features)
    restored = unpack_features(json.loads(json.dumps(packed)))

    assert pack_features(restored) == packed
    assert viewed(restored, noise(50)) == viewed(features, noise(50))
    assert all(math.isfinite(number) for number in restored.view(MONDAY, 3.0))
