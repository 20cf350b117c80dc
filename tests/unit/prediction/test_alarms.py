"""Findings become one alarm per problem, which stays on for as long as it lasts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.prediction.alarms import ADOPTED_AFTER, QUIET_SLOTS, Alarms
from chalicelib.prediction.moment import GROUP, Finding

STRONG = Finding("rate_spike", "a", 1e-4, 0.9, 30.0, 3.0, 300.0, gravity=2)
WEAK = replace(STRONG, score=0.1, false_per_day=0.2)
OTHER = replace(STRONG, key="b")


def join(alarms: Alarms, slot: int, *findings: Finding) -> tuple[int, int]:
    joined = alarms.join(findings, slot, {})
    return len(joined.opened), len(joined.cleared)


def test_weak_findings_open_nothing_and_keep_an_alarm_on() -> None:
    alarms = Alarms()

    assert join(alarms, 1, WEAK) == (0, 0)
    assert join(alarms, 2, STRONG) == (1, 0)
    assert [join(alarms, slot, WEAK) for slot in range(3, 20)] == [(0, 0)] * 17


def test_an_alarm_clears_once_nothing_was_found_for_a_while() -> None:
    alarms = Alarms()
    join(alarms, 1, STRONG)

    cleared = [join(alarms, slot)[1] for slot in range(2, 6)]

    assert cleared.index(1) == QUIET_SLOTS["rate_spike"] - 1
    assert alarms.open == []


def test_what_begins_within_an_hour_joins_and_what_begins_later_does_not() -> None:
    alarms = Alarms()
    join(alarms, 1, STRONG)
    assert join(alarms, 12, STRONG, OTHER) == (0, 0)

    assert join(alarms, 30, replace(STRONG, key="c")) == (1, 2 - 1)


def test_what_has_alarmed_for_a_day_is_handed_back_and_the_alarm_clears() -> None:
    alarms = Alarms()

    adopted = [alarms.join([STRONG], slot, {}).adopted for slot in range(ADOPTED_AFTER + 2)]

    assert adopted[ADOPTED_AFTER] == [STRONG.subject]
    assert sum(map(len, adopted)) == 1


def test_the_same_problem_at_the_same_time_has_the_same_id_wherever_it_is_found() -> None:
    ids = []
    for _ in range(2):
        alarms = Alarms()
        alarms.join([STRONG], 7, {"a": "payment <*> failed"})
        ids.append(alarms.open[0].alarm_id)
    later = Alarms()
    later.join([STRONG], 8, {"a": "payment <*> failed"})

    assert ids[0] == ids[1] != later.open[0].alarm_id


@pytest.mark.parametrize(
    ("detector", "first"), [("rate_spike", "a"), ("silence", GROUP)], ids=["a flood", "a silence"]
)
def test_of_a_flood_the_template_tells_most_and_of_a_silence_that_all_is_silent(
    detector: str, first: str
) -> None:
    alarms = Alarms()
    whole = replace(STRONG, detector=detector, key=GROUP, false_per_day=1e-9)

    alarms.join([whole, replace(STRONG, detector=detector)], 1, {})

    assert alarms.open[0].findings()[0].key == first


def test_open_alarms_survive_being_saved() -> None:
    alarms, restored = Alarms(), Alarms()
    join(alarms, 1, STRONG, OTHER)

    restored.load(alarms.dump())

    assert restored.dump() == alarms.dump()
    assert restored.subjects(1) == {STRONG.subject, OTHER.subject}
