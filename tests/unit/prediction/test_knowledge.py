"""What is known stays known when templates merge, and goes when they go."""

from __future__ import annotations

import pytest

from chalicelib.prediction.events import LogEvent
from chalicelib.prediction.knowledge import Knowledge
from chalicelib.prediction.log_watch import Batch, LogWatch
from tests.unit.prediction.log_days import DAY, HOUR, SLOT, START, event, experienced, run, usual_events

ALIVE, REQUEST = "still alive", "request 1 took 20.0 ms"


def known_of(watch: LogWatch) -> tuple[Knowledge, str, str]:
    return watch._knowledge, watch.miner.learn(ALIVE), watch.miner.learn(REQUEST)  # noqa: SLF001


def test_series_of_templates_that_merge_are_added_up() -> None:
    knowledge, alive, request = known_of(experienced())
    both = sum(knowledge.known[key].expect(knowledge.clock, 12, 12) for key in (alive, request))

    knowledge.follow(lambda key: request if key == alive else key, [alive, request])

    assert alive not in knowledge.known
    assert alive not in knowledge.steady
    assert knowledge.known[request].expect(knowledge.clock, 12, 12) == pytest.approx(both, rel=0.01)


def test_a_series_whose_template_has_a_new_id_goes_on_under_it() -> None:
    knowledge, alive, _ = known_of(experienced())
    before = knowledge.known[alive]

    knowledge.follow(lambda key: "new" if key == alive else key, [alive])

    assert knowledge.known["new"] is before
    assert {"new"} <= knowledge.steady & knowledge.watched


def test_templates_that_merge_are_not_silent() -> None:
    """Two names for one thing until enough names were seen to tell that they are names."""
    watch, now = experienced(), START + 3 * DAY
    names = ["alpha", "bravo", "carbon", "delta", "echo", "fox", "golf", "hotel", "india", "juliet", "kilo"]

    def spoil(at: float, events: list[LogEvent]) -> list[LogEvent]:
        name = names[min(len(names) - 1, int(at - now) // (3 * HOUR))]
        return [*events, event(at + 9, f"worker {name} of pool reported in")]

    assert run(watch, now, now + 36 * HOUR, spoil) == []


def test_what_is_learnt_of_templates_that_were_retired_is_forgotten() -> None:
    watch, now = experienced(), START + 3 * DAY
    knowledge = watch._knowledge  # noqa: SLF001
    knowledge.known["retired"] = knowledge.known[watch.miner.learn(ALIVE)]

    watch.scan([Batch(usual_events(now, now + 2 * SLOT))], start=now, end=now + 2 * SLOT)

    assert "retired" not in knowledge.known
