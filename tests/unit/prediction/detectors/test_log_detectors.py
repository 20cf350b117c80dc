"""Each detector says nothing of what is usual, and more the rarer something is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import chalicelib.prediction.detectors as room
from chalicelib.prediction.detectors import LOG_DETECTORS
from chalicelib.prediction.detectors.level_shift import find_level_shifts
from chalicelib.prediction.detectors.new_template import find_new_templates
from chalicelib.prediction.detectors.rate_spike import find_rate_spikes
from chalicelib.prediction.detectors.silence import find_silences
from chalicelib.prediction.detectors.value_shift import find_value_shifts
from chalicelib.prediction.moment import ALARMING, GROUP, Detector, Moment, Tally, score_of
from tests.unit.prediction.log_days import DAY, START, experienced

SLOT = (START + 3 * DAY) // 300
DECLINED, REQUEST, ALIVE = "payment 1 was declined", "request 1 took 20.0 ms", "still alive"


def moment(declined: int = 1, request: int = 10, alive: int = 1, **more: int) -> Moment:
    """A slot in which so many of each came; `more` are new templates, by name."""
    watch = experienced()
    learn = watch.miner.learn
    counts = {learn(DECLINED): (declined, 2), learn(REQUEST): (request, 0), learn(ALIVE): (alive, 0)}
    counts |= {name: (count, 2) for name, count in more.items()}
    tallies = {key: tally(count, gravity) for key, (count, gravity) in counts.items() if count}
    if tallies:
        tallies[GROUP] = tally(sum(count for count, _ in counts.values()), 0)
    values = {learn(REQUEST): {1: [20.0] * 10}}
    return watch._knowledge.observe(SLOT, 1.0, tallies, values, ())  # noqa: SLF001


def tally(count: int, gravity: int) -> Tally:
    one = Tally(gravity)
    one.count, one.events = float(count), count
    return one


def test_every_detector_is_in_the_table() -> None:
    """But the one for metrics, which is asked elsewhere."""
    files = {path.stem for path in Path(room.__path__[0]).glob("*.py")} - {"__init__", "metric_anomaly"}

    assert files == {detect.__module__.rpartition(".")[2] for detect in LOG_DETECTORS}  # type: ignore[attr-defined]


@pytest.mark.parametrize("detect", LOG_DETECTORS, ids=lambda detect: detect.__name__)
def test_what_is_usual_is_no_finding(detect: Detector) -> None:
    assert not detect(moment())


@pytest.mark.parametrize("detect", LOG_DETECTORS, ids=lambda detect: detect.__name__)
def test_a_log_that_is_not_known_yet_has_no_findings(detect: Detector) -> None:
    watch = experienced()
    unknown = type(watch)()._knowledge.observe(SLOT, 1.0, moment(declined=90).tallies, {}, ())  # noqa: SLF001

    assert not detect(unknown)


@pytest.mark.parametrize(
    ("detect", "spoil"),
    [
        (find_rate_spikes, lambda size: moment(declined=10 * size)),
        (find_new_templates, lambda size: moment(lost=3 * size)),
        (find_level_shifts, lambda size: moment(declined=12 * size)),
    ],
    ids=["rate", "new", "level"],
)
def test_more_is_rarer(detect: Detector, spoil: Callable[[int], Moment]) -> None:
    scores = [max(finding.score for finding in detect(spoil(size))) for size in (1, 2, 3)]

    assert scores == sorted(scores)
    assert scores[-1] > ALARMING
    assert all(0 <= score <= 1 for score in scores)


def test_a_silence_grows_rarer_with_time() -> None:
    def score(slots: int) -> float:
        silent = moment(alive=0)
        silent.clock.passed += slots
        silent.clock.passed_seasonal += slots
        return max((finding.score for finding in find_silences(silent)), default=0.0)

    assert score(1) == 0
    assert score(3) < score(5) < score(8)
    assert score(8) > ALARMING


def test_numbers_that_moved_are_found_after_some_slots() -> None:
    moved = moment()
    (key,) = moved.values
    place = next(iter(moved.numbers[key]))
    moved = replace(moved, values={key: {one: [90.0] * 10 for one in moved.numbers[key]}})

    scores = [
        max((one.score for one in find_value_shifts(moved) if one.place >= place), default=0.0)
        for _ in range(8)
    ]

    assert scores[0] < ALARMING < scores[-1]


def test_a_score_is_a_half_where_chance_does_as_much_as_it_may() -> None:
    assert score_of(0.02, 0.02) == 0.5
    assert score_of(2.0, 0.02) < 0.02
