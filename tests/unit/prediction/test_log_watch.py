"""A log group is learnt, what is unusual is found, and what is usual is left alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import BrokenStateError
from chalicelib.prediction.events import LogEvent
from chalicelib.prediction.log_watch import Batch, LogWatch
from chalicelib.prediction.tallies import Tallies
from tests.unit.prediction.log_days import (
    DAY,
    HOUR,
    SLOT,
    START,
    adding,
    event,
    experienced,
    learnt_state,
    run,
    usual_events,
    without,
    words,
)

NOW = START + 3 * DAY
DECLINED = "payment # was declined"


# -- what alarms, and what does not -------------------------------------------------------------


def test_a_quiet_day_has_no_alarm() -> None:
    assert run(experienced(), NOW, NOW + DAY) == []


def test_a_first_look_alarms_for_nothing_although_everything_is_new() -> None:
    assert run(LogWatch(), START, START + 6 * HOUR, adding("disk # failed", 3, "ERROR")) == []


def test_a_flood_alarms_at_once_and_the_all_clear_follows() -> None:
    watch = experienced()

    opened = run(watch, NOW, NOW + 2 * SLOT, adding(DECLINED, 30))
    cleared = run(watch, NOW + 2 * SLOT, NOW + 3 * HOUR)

    assert words(opened)[0][0] == "OPENED"
    assert opened[0].opened_at == NOW + SLOT
    assert [alarm.status for alarm in cleared] == ["CLEARED"]
    assert cleared[0].alarm_id == opened[0].alarm_id


def test_an_alarm_says_what_how_often_and_shows_lines() -> None:
    (alarm, *_) = run(experienced(), NOW, NOW + 3 * SLOT, adding(DECLINED, 30))

    assert "payment <*> was declined" in alarm.what
    assert "usually" in alarm.what
    assert alarm.now > 10 * alarm.usual
    assert len(alarm.examples) == 3
    assert all("was declined" in example for example in alarm.examples)
    assert max(alarm.rates) == alarm.rates[-1]
    assert 1 <= alarm.severity <= 10


def test_three_times_as_many_of_ten_an_hour_are_found_within_three_hours() -> None:
    (alarm, *_) = run(experienced(), NOW, NOW + 3 * HOUR, adding(DECLINED, 2, "ERROR"))

    assert alarm.status == "OPENED"
    assert "declined" in alarm.template


def test_a_new_line_of_trouble_alarms_when_it_comes_again_and_again() -> None:
    (alarm, *_) = run(experienced(), NOW, NOW + HOUR, adding("connection to ledger-# refused", 3, "ERROR"))

    assert "new_template" in alarm.detectors
    assert "had never been seen" in alarm.what


def test_new_harmless_lines_come_with_every_deployment_and_alarm_for_nothing() -> None:
    assert run(experienced(), NOW, NOW + 2 * HOUR, adding("loaded plugin number #", 5)) == []


def test_what_always_came_and_no_longer_comes_is_a_silence_until_it_comes_again() -> None:
    watch = experienced()

    opened = run(watch, NOW, NOW + HOUR, without("still alive"))
    cleared = run(watch, NOW + HOUR, NOW + 2 * HOUR)

    assert words(opened) == [("OPENED", "silence")]
    assert "still alive" in opened[0].what
    assert words(cleared) == [("CLEARED", "silence")]


def test_a_log_group_that_falls_silent_is_the_gravest_silence() -> None:
    alarms = run(experienced(), NOW, NOW + HOUR, lambda _at, _events: [])

    assert [alarm.status for alarm in alarms] == ["OPENED"]
    assert alarms[0].severity >= 8


def test_a_service_that_restarts_is_no_silence() -> None:
    restart = NOW + HOUR

    def spoil(at: float, events: list[LogEvent]) -> list[LogEvent]:
        if restart <= at < restart + 2 * SLOT:
            return []
        started = [event(at + 5, "service starts, version 17")] if at == restart + 2 * SLOT else []
        return started + events

    assert run(experienced(), NOW, NOW + 3 * HOUR, spoil) == []


def test_errors_that_stop_are_no_silence() -> None:
    assert run(experienced(), NOW, NOW + 6 * HOUR, without("declined")) == []


def test_numbers_that_rise_alarm() -> None:
    def slower(_at: float, events: list[LogEvent]) -> list[LogEvent]:
        return [
            LogEvent(one.at, one.level, one.text.replace(" took ", " took 1"), one.whole, 1) for one in events
        ]

    (alarm, *_) = run(experienced(), NOW, NOW + 2 * HOUR, slower)

    assert alarm.detectors == ("value_shift",)
    assert alarm.now > 3 * alarm.usual


def test_many_kinds_of_trouble_at_once_are_one_alarm() -> None:
    def spoil(at: float, events: list[LogEvent]) -> list[LogEvent]:
        for name in ("ledger", "mail", "search", "stock"):
            events = adding(f"{name} host # is unreachable", 5, "ERROR")(at, events)
        return events

    alarms = run(experienced(), NOW, NOW + HOUR, spoil)

    assert [alarm.status for alarm in alarms] == ["OPENED"]


def test_a_problem_that_begins_hours_later_is_an_alarm_of_its_own() -> None:
    def spoil(at: float, events: list[LogEvent]) -> list[LogEvent]:
        events = without("still alive")(at, events)
        return adding(DECLINED, 30, "ERROR")(at, events) if at >= NOW + 3 * HOUR else events

    alarms = run(experienced(), NOW, NOW + 4 * HOUR, spoil)

    assert [alarm.status for alarm in alarms] == ["OPENED", "OPENED"]
    assert alarms[0].alarm_id != alarms[1].alarm_id


# -- what is learnt -----------------------------------------------------------------------------


def test_a_new_line_is_new_once() -> None:
    watch = experienced()
    new = [event(NOW + 10, "ledger host 17 is unreachable", "ERROR")]

    first = watch.scan([Batch(usual_events(NOW, NOW + SLOT) + new)], start=NOW, end=NOW + SLOT)
    again = LogWatch.restore(watch.state()).scan(
        [Batch(usual_events(NOW + SLOT, NOW + 2 * SLOT) + new)], start=NOW + SLOT, end=NOW + 2 * SLOT
    )

    assert (first.new_templates, again.new_templates) == (1, 0)


def test_a_day_predicts_the_next() -> None:
    watch = experienced(1)
    known = watch._knowledge.known  # noqa: SLF001 - what was learnt is what this test is about
    by_text = {watch.miner.text(key): series for key, series in known.items() if key in watch.miner}
    clock = watch._knowledge.clock  # noqa: SLF001

    hourly = {text: series.expect(clock, 12, 12) for text, series in by_text.items()}

    assert hourly["still alive"] == pytest.approx(12, rel=0.1)
    assert hourly["request <*> took <*> ms"] == pytest.approx(120, rel=0.1)
    assert hourly["payment <*> was declined"] == pytest.approx(9.8, rel=0.25)


def test_a_problem_teaches_nothing_so_that_it_alarms_again() -> None:
    watch = experienced()
    spoil = adding(DECLINED, 30, "ERROR")

    first = run(watch, NOW, NOW + 3 * HOUR, spoil)
    run(watch, NOW + 3 * HOUR, NOW + 9 * HOUR)
    second = run(watch, NOW + 9 * HOUR, NOW + 10 * HOUR, spoil)

    assert [alarm.status for alarm in first] == ["OPENED"]
    assert [alarm.status for alarm in second] == ["OPENED"]
    assert second[0].usual < 1.5 * first[0].usual


def test_scans_during_an_incident_teach_nothing_but_templates() -> None:
    watch = experienced()
    before = {key: series.events(watch._knowledge.clock) for key, series in watch._knowledge.known.items()}  # noqa: SLF001

    run(watch, NOW, NOW + HOUR, adding(DECLINED, 1, "ERROR"), teach=False)

    clock = watch._knowledge.clock  # noqa: SLF001
    after = {key: series.events(clock) for key, series in watch._knowledge.known.items()}  # noqa: SLF001
    assert after == pytest.approx(before)
    assert watch.miner.count(watch.miner.learn("payment 1 was declined")) > 3 * 9 * 24


def test_after_a_day_a_new_level_is_usual() -> None:
    watch = experienced()
    spoil = adding(DECLINED, 10, "ERROR")

    first = run(watch, NOW, NOW + 30 * HOUR, spoil)
    then = run(watch, NOW + 30 * HOUR, NOW + 48 * HOUR, spoil)

    assert [alarm.status for alarm in first] == ["OPENED", "CLEARED"]
    assert [alarm.adopted for alarm in first] == [False, True]
    assert then == []


# -- scans of any length ------------------------------------------------------------------------


@pytest.mark.parametrize("every", [60, 900, 3600])
def test_it_does_not_matter_how_long_scans_are(every: int) -> None:
    by_fives, otherwise = LogWatch(), LogWatch()

    run(by_fives, START, START + 6 * HOUR)
    for at in range(START, START + 6 * HOUR, every):
        slot = at // SLOT * SLOT
        events = [
            one
            for one in usual_events(slot, max(slot + SLOT, at + every))
            if one.at and at <= one.at.timestamp() < at + every
        ]
        otherwise.scan([Batch(events)], start=at, end=at + every)

    assert learnt(otherwise) == learnt(by_fives)


def learnt(watch: LogWatch) -> dict[str, tuple[float, ...]]:
    knowledge = watch._knowledge  # noqa: SLF001
    return {
        watch.miner.text(key) if key in watch.miner else key: (series.seen, series.spread(), series.low)
        for key, series in knowledge.known.items()
    }


def test_hours_that_nobody_read_are_no_silence_and_no_drop() -> None:
    watch = experienced()

    missed = run(watch, NOW + 5 * HOUR, NOW + 12 * HOUR)

    assert missed == []


def test_empty_scans_scans_that_overlap_and_a_clock_set_back_are_survived() -> None:
    watch = experienced()
    known = watch.scan([], start=NOW, end=NOW)
    again = watch.scan([Batch(usual_events(NOW - HOUR, NOW))], start=NOW - HOUR, end=NOW)

    back = run(watch, START, START + HOUR)

    assert (known.events, known.alarms) == (0, ())
    assert again.alarms == ()
    assert back == []


def test_a_sample_counts_for_what_it_stands_for() -> None:
    whole, sampled = LogWatch(), LogWatch()
    for at in range(START, START + DAY, SLOT):
        events = usual_events(at, at + SLOT)
        whole.scan([Batch(events)], start=at, end=at + SLOT)
        sampled.scan([Batch(events[at // SLOT % 4 :: 4], weight=4.0)], start=at, end=at + SLOT)

    hourly = [hourly_lines(watch) for watch in (whole, sampled)]

    assert hourly[1] == pytest.approx(hourly[0], rel=0.1)


def hourly_lines(watch: LogWatch) -> float:
    knowledge = watch._knowledge  # noqa: SLF001
    return knowledge.known["*"].expect(knowledge.clock, 12, 12)


def test_events_without_a_time_count_where_they_stand() -> None:
    watch = LogWatch()
    events = [event(START + 400, "one"), LogEvent(None, "", "two", "two", 2)]

    watch.scan([Batch(events)], start=START, end=START + 2 * SLOT)

    two = watch.miner.learn("two")
    assert watch.sparkline(two, START + 2 * SLOT)[-2:] == (0.0, 1.0)


# -- state and safety ---------------------------------------------------------------------------


def test_a_state_goes_on_as_if_nothing_had_been_in_between() -> None:
    spoil = adding(DECLINED, 30, "ERROR")
    stayed, saved = experienced(), experienced()

    kept = run(stayed, NOW, NOW + HOUR, spoil)
    told = []
    for at in range(NOW, NOW + HOUR, SLOT):
        told += run(saved, at, at + SLOT, spoil)
        saved = LogWatch.restore(saved.state())

    assert told == kept
    assert saved.state() == stayed.state()


def test_a_state_within_a_slot_is_kept_too() -> None:
    stayed, saved = experienced(), experienced()
    for watch in (stayed, saved):
        watch.scan([Batch(usual_events(NOW, NOW + SLOT)[:3])], start=NOW, end=NOW + 90)

    restored = LogWatch.restore(saved.state())

    assert run(restored, NOW + SLOT, NOW + HOUR) == run(stayed, NOW + SLOT, NOW + HOUR)
    assert restored.state() == stayed.state()


@pytest.mark.parametrize(
    "data", [b"", b"rubbish", learnt_state(1)[:-40], b"mainstay-log-9\n" + learnt_state(1)[15:]]
)
def test_a_broken_state_is_named(data: bytes) -> None:
    with pytest.raises(BrokenStateError):
        LogWatch.restore(data)


def test_secrets_and_control_characters_are_not_in_examples_nor_in_what_is_said() -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"
    spoil = adding(f"\x1b[31mlogin with key {secret} failed # times", 9, "ERROR")

    (alarm, *_) = run(experienced(), NOW, NOW + HOUR, spoil)

    shown = "".join([alarm.what, alarm.template, *alarm.examples])
    assert "failed" in shown
    assert secret not in shown
    assert "\x1b" not in shown


def test_lines_that_wait_for_their_slot_to_end_are_kept_without_secrets() -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"
    tallies = Tallies()
    said = [LogEvent(datetime.fromtimestamp(NOW, UTC), "INFO", f"key {secret} took 5 ms", "", 1)]
    tallies.count(Batch(said), within=(NOW, NOW + SLOT), learn=lambda _: "a", numeric={"a"})
    tallies.clean()
    kept = json.dumps(tallies.dump())
    assert "took 5 ms" in kept
    assert secret not in kept


def test_of_a_flood_of_different_lines_only_so_much_waits_the_gravest_first() -> None:
    tallies = Tallies()
    said = [
        LogEvent(datetime.fromtimestamp(NOW, UTC), level, f"{level} {place}", f"{level} " + "x" * 290, place)
        for level in ("INFO", "ERROR")
        for place in range(2_000)
    ]
    tallies.count(Batch(said), within=(NOW, NOW + SLOT), learn=lambda text: text, numeric=())
    tallies.clean()
    (waiting,) = tallies.by_slot.values()
    kept = [text for tally in waiting.values() for text in tally.examples]
    assert 490_000 < sum(map(len, kept)) < 510_000
    assert {text.partition(" ")[0] for text in kept} == {"ERROR"}
    assert len(waiting) == 4_000


texts = st.lists(st.text(max_size=40), max_size=30)


@settings(max_examples=40, deadline=None)
@given(batches=st.lists(texts, max_size=5), seconds=st.integers(1, 5000), teach=st.booleans())
def test_whatever_is_logged_the_same_scans_give_the_same_and_scores_are_shares(
    batches: list[list[str]], seconds: int, teach: bool
) -> None:
    first, second = experienced(1), experienced(1)
    at = START + DAY
    for lines in batches:
        events = [event(at + seconds * number / 31, text, "ERROR") for number, text in enumerate(lines)]
        found = [
            watch.scan([Batch(events)], start=at, end=at + seconds, teach=teach) for watch in (first, second)
        ]
        at += seconds
        assert found[0] == found[1]
        assert 0 <= found[0].score <= 1
        assert all(0 <= alarm.score <= 1 and 0 <= alarm.probability <= 1 for alarm in found[0].alarms)
    assert first.state() == second.state()
    assert LogWatch.restore(first.state()).state() == first.state()
