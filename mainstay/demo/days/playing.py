"""Plays simulated days: all of them are the same day, from midnight to midnight, in less than a minute.

The day before is scanned too, so that it is known what is usual. Until the afternoon one scan covers an hour,
as after a pause; then every scan covers five minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import yaml

from chalicelib.incidents.alert import Alert
from chalicelib.incidents.model import Incident
from mainstay.demo.days.day import Day, Subject
from mainstay.demo.stage import Stage
from mainstay.world import World

_DAY = timedelta(days=1)
_HISTORY = 3 * _DAY
"""Of metrics, which a first look goes back to."""
_QUIET_HOURS = 16
_STEP = timedelta(minutes=5)
_AFTERWARDS = timedelta(seconds=150)
"""What happened until now is seen once CloudWatch shows it."""
_TIMEOUT = 40.0


@dataclass(kw_only=True)
class Watched:
    """A subject of a day, as it is played."""

    day: Day
    subject: Subject
    name: str
    alerts: dict[str, Alert] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    problem: str = ""

    def owns(self, alert: Alert) -> bool:
        """Whether an alert is about it."""
        resource = alert.subject.resource
        return self.name in {alert.subject.name, resource.id if resource else ""}


class SimulatedClock:
    """A time of the simulated day, from which on real time goes by."""

    def __init__(self, start: datetime) -> None:
        self._moment, self._since = start, time.monotonic()

    def move(self, moment: datetime) -> None:
        """Let it be that time now."""
        self._moment, self._since = moment, time.monotonic()

    def __call__(self) -> datetime:
        """The simulated time."""
        return self._moment + timedelta(seconds=time.monotonic() - self._since)


def play_days(world: World, days: Sequence[Day], on_step: Callable[[datetime], object]) -> list[Watched]:
    """Play these days at the same time; `on_step` is called with each time that is reached."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    clock = SimulatedClock(midnight)
    parts = [(day, subject) for day in days for subject in day.subjects]
    watched = [Watched(day=day, subject=subject, name=subject.make(world)) for day, subject in parts]
    world.settle()
    world.set_policy(make_policy(watched))
    world.set_clock(clock)
    try:
        for one in watched:
            one.subject.write(world, one.name, midnight - _HISTORY, midnight - _DAY, False)
        for after, upto in _steps(midnight):
            _play_step(world, clock, watched, (after, upto, after >= midnight))
            _follow(world, watched)
            on_step(upto)
    finally:
        world.set_clock(None)
    for one in watched:
        alerts = sorted(one.alerts.values(), key=lambda alert: alert.opened_at)
        one.problem = one.problem or one.subject.expect(world, one.name, alerts)
    return watched


def make_policy(watched: Sequence[Watched]) -> str:
    """Defaults, and what each subject says of itself."""
    scan: dict[str, list[object]] = {}
    for one in watched:
        option, entry = one.subject.scan_entry(one.name)
        scan.setdefault(option, []).append(entry)
    rules = [
        {"match": {"type": one.subject.resource_type, "id": one.name}, "set": dict(one.subject.limits)}
        for one in watched
        if one.subject.limits
    ]
    limits = {"settle_seconds": 1, "model": "never"}
    return yaml.safe_dump({"limits": limits, "rules": rules, "scan": scan}, sort_keys=False)


def _steps(midnight: datetime) -> Iterator[tuple[datetime, datetime]]:
    moment, end = midnight - _DAY, midnight + _DAY
    while moment < end:
        early = moment < midnight + timedelta(hours=_QUIET_HOURS)
        upto = moment + (timedelta(hours=1) if early else _STEP)
        yield moment, upto
        moment = upto


def _play_step(
    world: World, clock: SimulatedClock, watched: Sequence[Watched], step: tuple[datetime, datetime, bool]
) -> None:
    """`step` is from when to when, and whether it is of the day itself."""
    after, upto, wrong = step
    clock.move(upto)
    for one in watched:
        one.subject.write(world, one.name, after, upto, wrong)
    clock.move(upto + _AFTERWARDS)
    world.scan()


def _follow(world: World, watched: Sequence[Watched]) -> None:
    """Look at the alerts; answer as a person would."""
    for alert in world.team.alerts.in_month(world.team.clock()):
        for one in watched:
            if one.owns(alert):
                known = one.alerts.get(alert.alert_id)
                one.alerts[alert.alert_id] = alert
                if alert.incident_id and (known is None or not known.incident_id):
                    _end_incident(world, one, alert)


def _end_incident(world: World, one: Watched, alert: Alert) -> None:
    """Wait until the incident that an alert has opened is at its end, and answer where people are asked."""
    if alert.subject.resource is None:
        return
    stage = Stage(world)
    try:
        if one.subject.approve:
            stage.answer(alert.subject.resource, approved=True, timeout=_TIMEOUT)
        story = stage.ended(alert.subject.resource, count=len(one.incidents) + 1, timeout=_TIMEOUT)[-1]
    except TimeoutError as error:
        one.problem = str(error)
        return
    one.incidents.append(story.incident)
