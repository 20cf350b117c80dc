"""A log group is scanned: every line counts once, whatever comes late, twice or not at all."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.aws.pattern_keys import group_name
from chalicelib.errors import DeniedError, InvalidEventError
from chalicelib.incidents.alert import Alert, AlertOutcome, AlertSource, AlertState, Subject
from chalicelib.prediction.group_watch import GroupWatch
from chalicelib.prediction.requests import LogScan
from chalicelib.scanning import run_scan
from chalicelib.watching import find_log_scans
from tests.functional.scene import Scene

pytestmark = pytest.mark.usefixtures("new_world")

_NUMBERS = itertools.count(1)
FIVE, HOUR = timedelta(minutes=5), timedelta(hours=1)
ERROR = "ERROR payment of order {} refused by provider"


def usual(chance: random.Random) -> Iterator[str]:
    """What the service says in a minute."""
    for _ in range(chance.randrange(4, 9)):
        yield f"INFO order {chance.randrange(10**6)} paid in {chance.randrange(10, 90)} ms"
    if chance.random() < 0.2:
        yield ERROR.format(chance.randrange(10**6))


def failing(chance: random.Random) -> Iterator[str]:
    """The same, with many errors."""
    yield from usual(chance)
    for _ in range(6):
        yield ERROR.format(chance.randrange(10**6))


@dataclass
class Group:
    """One watched log group in a simulated time."""

    scene: Scene
    name: str
    now: datetime = datetime(2026, 3, 4, 6, tzinfo=UTC)
    written: int = 0
    requests: list[str] = field(default_factory=list)

    def say(self, time: timedelta, what: Callable[[random.Random], Iterator[str]] = usual) -> None:
        """Let time go by, and the service say this in it; a line is ingested within its minute."""
        chance, end = random.Random(f"{self.now}"), self.now + time  # noqa: S311 - a test's day
        while self.now < end:
            began = self.now.timestamp()
            lines = [(began + chance.uniform(0, 59), text) for text in what(chance)]
            self.now += timedelta(minutes=1)
            self.written += self.scene.world.aws.write_logs(self.name, "orders/1", sorted(lines))

    def scan(self, *, after: timedelta = timedelta(seconds=60)) -> dict[str, Any]:
        """Let the schedule ask for a scan, a little later."""
        self.now += after
        return dict(self.scene.world.scan())

    def live(self, hours: int = 4) -> None:
        """A few usual hours, each scanned."""
        for _ in range(hours):
            self.say(HOUR - timedelta(minutes=1))
            self.scan()

    def fail(self, minutes: int = 30) -> None:
        """Fail for so long, scanned every five minutes."""
        for _ in range(minutes // 5):
            self.say(FIVE - timedelta(minutes=1), failing)
            self.scan()

    @property
    def request(self) -> str:
        """What asks for a scan of it."""
        return LogScan(subject=Subject(source=AlertSource.LOGS, name=self.name)).model_dump_json()

    @property
    def counted(self) -> int:
        """Lines that were learnt."""
        state = self.scene.world.team.knowledge.load_whole(group_name(self.name)).state
        return sum(one.count for one in GroupWatch.restore(state).templates())

    @property
    def alerts(self) -> list[Alert]:
        """Its alerts, oldest first."""
        found = self.scene.world.team.alerts.in_month(self.now, limit=100)
        return [alert for alert in reversed(found) if alert.subject.name == self.name]

    def told(self) -> list[str]:
        """What machines were told of its alerts: the states."""
        return [
            document["state"]
            for document in self.scene.inbox.received()
            if document.get("schema") == "mainstay.alert.v1" and document["subject"]["name"] == self.name
        ]


@pytest.fixture
def group(scene: Scene) -> Iterator[Group]:
    name = f"/watched/{next(_NUMBERS)}"
    scene.world.aws.client("logs").create_log_group(logGroupName=name)
    scene.change_policy(scan={"log_groups": [{"name": name}]})
    made = Group(scene, name)
    scene.world.set_clock(lambda: made.now)
    yield made
    scene.world.set_clock(None)


def test_every_line_is_counted_once(group: Group) -> None:
    group.live(2)
    group.say(FIVE)
    group.scan()
    assert group.counted == group.written


def test_the_same_request_delivered_five_times_counts_once(group: Group) -> None:
    group.live(2)
    group.say(FIVE)
    group.now += timedelta(minutes=1)
    for _ in range(5):
        run_scan(group.request, group.scene.world.team)
    assert group.counted == group.written


def test_of_two_workers_at_once_one_counts(group: Group) -> None:
    """The second one reads, scans and saves while the first is about to."""
    group.live(2)
    group.say(FIVE)
    group.now += timedelta(minutes=1)
    team = group.scene.world.team
    with group.scene.aws_refuses.before("PutItem", text="LOGS#", act=lambda: run_scan(group.request, team)):
        run_scan(group.request, team)
    assert group.counted == group.written


def test_a_worker_that_dies_before_it_saves_leaves_everything_to_the_next(group: Group) -> None:
    group.live(2)
    group.say(FIVE)
    group.now += timedelta(minutes=1)
    with group.scene.aws_refuses.refuse("PutItem", text="LOGS#"), pytest.raises(DeniedError):
        run_scan(group.request, group.scene.world.team)
    group.scan()
    assert group.counted == group.written


def test_an_event_that_comes_late_is_counted_by_the_scan_that_first_sees_it(group: Group) -> None:
    group.live(1)
    minute_ago = group.now.timestamp() - 90
    group.scene.world.aws.write_logs(group.name, "orders/2", [(minute_ago, "INFO order 1 paid in 5 ms")])
    group.scan()
    group.scan()
    assert group.counted == group.written + 1


def test_a_clock_that_goes_back_and_forth_counts_nothing_twice(group: Group) -> None:
    group.live(1)
    for step in (-timedelta(hours=3), timedelta(hours=3), FIVE):
        group.scan(after=step)
    group.say(FIVE)
    group.scan()
    assert group.counted == group.written


def test_what_was_missed_in_an_outage_is_read_afterwards(group: Group) -> None:
    group.live(1)
    group.say(timedelta(hours=5))
    group.scan()
    assert group.counted == group.written


def test_a_quiet_scan_makes_two_calls_beside_reading(group: Group) -> None:
    group.live(1)
    group.say(FIVE)
    calls = group.scene.world.calls
    before = len(calls.entries(""))
    group.scan()
    made = [one.operation for one in calls.entries("")[before:] if one.function == "on_scan_request"]
    assert sorted(made) == ["FilterLogEvents", "PutItem", "Query"]


def test_errors_that_come_often_are_one_alert_with_an_end(group: Group) -> None:
    group.live()
    group.fail()
    (alert,) = group.alerts
    assert alert.state is AlertState.OPEN
    assert "payment of order" in alert.sight.what
    assert 1 <= len(alert.sight.examples) <= 3
    for _ in range(24):
        group.say(FIVE - timedelta(minutes=1))
        group.scan()
    (alert,) = group.alerts
    assert alert.state is AlertState.CLEARED
    assert alert.outcome is AlertOutcome.PASSED
    assert group.told() == ["OPEN", "CLEARED"]


def test_a_usual_day_is_no_alert(group: Group) -> None:
    group.live(6)
    for _ in range(12):
        group.say(FIVE - timedelta(minutes=1))
        group.scan()
    assert group.alerts == []


def test_people_hear_of_an_alert_although_the_one_who_found_it_could_not_tell(group: Group) -> None:
    group.live()
    with group.scene.aws_refuses.refuse("Publish", text="alert"):
        group.fail()
        assert len(group.alerts) == 1
        assert group.alerts[0].told == ""
    group.scan(after=timedelta(minutes=3))
    assert group.told() == ["OPEN"]


def test_what_is_above_the_rate_is_told_in_one_message_by_the_next_run(group: Group) -> None:
    """Other alerts have used up the messages of the next hours."""
    group.scene.change_policy(scan={"log_groups": [{"name": group.name}], "alerts_per_scan": 1})
    group.live()
    table = group.scene.world.team.alerts
    for five_minutes in range(48):
        table.count_message(group.now + five_minutes * FIVE, 1)
    group.fail()
    group.scan(after=timedelta(minutes=3))
    (alert,) = group.alerts
    assert alert.told == alert.urgency.value
    assert group.told() == ["OPEN"]  # machines get every document
    assert group.scene.inbox.people_about(alert.alert_id) == []
    digests = [one for one in group.scene.inbox.received() if one.get("schema") == "mainstay.alerts.v1"]
    assert [one["alert_id"] for digest in digests for one in digest["alerts"]] == [alert.alert_id]


def test_an_incident_of_the_resource_behind_it_keeps_the_baseline_as_it_was(
    scene: Scene, group: Group
) -> None:
    parameter = scene.make_parameter("asks")
    stands_for = {"type": parameter.type, "id": parameter.id}
    scene.change_policy(scan={"log_groups": [{"name": group.name, "stands_for": stands_for}]})
    scene.tamper(parameter)
    scene.waits(parameter)
    group.say(FIVE)
    (request,) = find_log_scans(scene.world.team)
    assert isinstance(request, LogScan)
    assert request.teach is False


def test_a_message_that_asks_for_nothing_is_refused(group: Group) -> None:
    for message in ("rubbish", "{}", '{"kind": "logs"}', '{"kind": "other"}', "[" * 10_000):
        with pytest.raises(InvalidEventError):
            run_scan(message, group.scene.world.team)


def test_a_state_that_cannot_be_read_is_learnt_anew_and_said(group: Group) -> None:
    group.live(1)
    knowledge = group.scene.world.team.knowledge
    known = knowledge.load_whole(group_name(group.name))
    knowledge.save([known.after(b"rubbish", **known.marks)])
    group.written = 0
    group.say(FIVE)
    group.scan()
    assert group.counted == group.written
    warnings = [line["message"] for line in group.scene.log_lines() if line.get("level") == "WARNING"]
    assert any(group.name in text and "anew" in text for text in warnings)
