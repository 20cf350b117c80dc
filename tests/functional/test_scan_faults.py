"""Scans with one AWS call that goes wrong: nothing is counted twice, and nobody is left untold."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from chalicelib.incidents.alert import AlertState
from mainstay.world import World
from tests.functional.scan_story import POLICY, ScanStory
from tests.functional.strikes import Fault

_REFUSALS = (Fault.THROTTLED, Fault.DENIED, Fault.DOWN)


@dataclass(frozen=True)
class Ended:
    """How the story ends where nothing goes wrong."""

    story: ScanStory
    alerts: list[str]
    outcomes: Counter[str]

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept in what was played last."""
        story = self.story
        kept = {
            "each line is counted once": story.counted == story.written,
            "each problem is one alert": [one.alert_id for one in story.alerts] == self.alerts,
            "people hear of each, and that it has passed": all(map(self._was_told, story.new_alerts)),
            "each is taken back": {one.state for one in story.alerts} == {AlertState.CLEARED},
            "each has an outcome": None not in {one.outcome for one in story.alerts},
            "each outcome is counted once": story.outcomes == self.outcomes,
            "there is one incident": len(story.incidents) == 1,
            "its workflow is started": set(story.strikes.started) == set(story.incidents),
            "nothing but the fault goes wrong": not story.problems,
        }
        return [promise for promise, is_kept in kept.items() if not is_kept]

    def _was_told(self, alert: object) -> bool:
        """At least once, and not more than twice."""
        told = self.story.told(alert)
        return all(1 <= told[state] <= 2 for state in ("OPEN", "CLEARED"))


@pytest.fixture(scope="module")
def ended(new_world: None) -> Iterator[Ended]:  # noqa: ARG001 - there can be one world at a time
    """Played once with nothing going wrong."""
    with World(policy=POLICY) as world:
        story = ScanStory(world)
        story.prepare()
        yield Ended(story, [one.alert_id for one in story.alerts], story.outcomes)


def broken(ended: Ended, faults: Iterable[Fault], *, share: float, retried: bool) -> dict[str, list[str]]:
    """Which promises are broken by a fault of these, in turns, at one of each kind of call."""
    found: dict[str, list[str]] = {}
    for number, fault in zip(ended.story.points(share=share), itertools.cycle(faults), strict=False):
        ended.story.play(number, fault, retried=retried)
        if ended.broken:
            found[f"{fault.value} at call {number}"] = ended.broken
    return found


def test_where_nothing_goes_wrong_every_promise_is_kept(ended: Ended) -> None:
    assert ended.broken == []
    assert [one.first.detectors for one in ended.story.new_alerts] == [("rate_spike",), ("forecast",)]


def test_every_kind_of_call_may_be_refused(ended: Ended) -> None:
    assert broken(ended, _REFUSALS, share=0.85, retried=False) == {}


def test_a_process_may_die_before_any_kind_of_call(ended: Ended) -> None:
    assert broken(ended, [Fault.CRASH_BEFORE], share=1, retried=False) == {}


def test_the_answer_to_any_kind_of_call_may_be_lost(ended: Ended) -> None:
    assert broken(ended, [Fault.CRASH_AFTER], share=0.9, retried=True) == {}
