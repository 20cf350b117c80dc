"""A short story for scans to go wrong in: errors in a log group, and a database whose storage fills up.

Everything that the services say is written beforehand, so that the story can be played from any of its
scans on, as often as there are calls in it.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from chalicelib.aws.pattern_keys import group_name
from chalicelib.errors import MainstayError
from chalicelib.incidents.alert import Alert
from chalicelib.prediction.group_watch import GroupWatch
from chalicelib.scanning import run_scan, start_scan
from mainstay.world import World
from tests.functional.strikes import REFUSED, Call, Crash, Fault, Strikes

GROUP, DATABASE = "/watched/orders", "db-orders"
POLICY = f"""
limits: {{prevent: ask, model: never}}
scan:
  log_groups: [{{name: {GROUP}}}]
  resources: [{{type: rds.db-instance, id: {DATABASE}}}]
"""
BEGINS = datetime(2026, 3, 4, 10, tzinfo=UTC)
SCANS = [timedelta(minutes=at) for at in (6, 16, 26, 36, 46, 66, 86, 126, 166, 171)]
_AGAIN_AFTER = timedelta(minutes=1)
"""Lambda runs what has failed again, twice."""
_ERRORS_A_MINUTE = 0.2
_ERRORS_UNTIL, _GROWN_AT = timedelta(minutes=30), timedelta(minutes=45)
_MINUTE, _FIVE = timedelta(minutes=1), timedelta(minutes=5)
_GIB = 2**30
_KEYS = ("LOGS#", "METRIC#", "WATCHED#", "ALERTS#", "LIVE_ALERTS", "TOLD#", "SCORES", "RESOURCE#")
"""What an item of DynamoDB is, by how its key begins."""


def _lines(after: datetime) -> Iterator[str]:
    chance = random.Random(f"{after}")  # noqa: S311 - a test's day
    for _ in range(chance.randrange(4, 9)):
        yield f"INFO order {chance.randrange(10**6)} paid in {chance.randrange(10, 90)} ms"
    failing = BEGINS <= after < BEGINS + _ERRORS_UNTIL
    for _ in range(6 if failing else chance.random() < _ERRORS_A_MINUTE):
        yield f"ERROR payment of order {chance.randrange(10**6)} refused by provider"


def _free(at: datetime) -> float:
    """In GiB: steady, then falling towards nothing, and grown before it comes to that."""
    ripple = (int(at.timestamp()) // 300 * 7 % 5 - 2) * 0.05
    left = (BEGINS + timedelta(minutes=75) - at) / timedelta(minutes=5) * 0.4
    return (20.0 if at >= BEGINS + _GROWN_AT else min(20.0, left)) + ripple


@dataclass
class ScanStory:
    """The story, and where it can be played from."""

    world: World
    strikes: Strikes = field(default_factory=Strikes)
    now: datetime = BEGINS
    written: int = 0
    problems: list[str] = field(default_factory=list)
    """What was raised that nobody meant to."""
    _before: list[dict[str, Any]] = field(default_factory=list)
    """The tables as they are before each scan where nothing goes wrong."""
    _calls: list[Call] = field(default_factory=list)
    _calls_before: list[int] = field(default_factory=list)
    _told_before: list[list[dict[str, Any]]] = field(default_factory=list)
    _started_before: list[list[str]] = field(default_factory=list)

    def prepare(self) -> None:
        """Let it all be said; learn what is usual; and play it once with nothing going wrong."""
        self.world.set_clock(lambda: self.now)
        self._write()
        self.world.set_policy(POLICY)
        self.strikes.attach(self.world.team.aws.session)
        for hours in range(-4, 1):
            self.now = BEGINS + timedelta(hours=hours)
            self._run_all(retried=False)
        self.strikes.begin()
        for after in SCANS:
            self._before.append(copy.deepcopy(self._tables()))
            self._calls_before.append(len(self.strikes.calls))
            self._told_before.append(list(self.strikes.told))
            self._started_before.append(list(self.strikes.started))
            self.now = BEGINS + after
            self._run_all(retried=False)
        self._calls = list(self.strikes.calls)

    def play(self, number: int, fault: Fault, *, retried: bool) -> None:
        """Play it with one fault, from the scan on in which it happens."""
        scan = max(place for place, before in enumerate(self._calls_before) if before < number)
        for name, content in copy.deepcopy(self._before[scan]).items():
            self._backend.tables[name].items = content
        self.problems = []
        self.strikes.begin(number - self._calls_before[scan], fault)
        self.strikes.told += self._told_before[scan]
        self.strikes.started += self._started_before[scan]
        for after in SCANS[scan:]:
            self.now = BEGINS + after
            self._run_all(retried=retried)

    def points(self, *, share: float) -> list[int]:
        """Of each kind of call one: the first (0), the last (1), or one between.

        The last scan is the one that makes up for what went wrong in the one before it.
        """
        kinds: dict[tuple[str, str, str], list[int]] = {}
        for call in self._calls[: self._calls_before[-1]]:
            about = ",".join(sorted({key for key in _KEYS if key in call.text}))
            kinds.setdefault((call.by, call.operation, about), []).append(call.number)
        return sorted(found[round(share * (len(found) - 1))] for found in kinds.values())

    # -- what is found in the end ------------------------------------------------------------------

    @property
    def counted(self) -> int:
        """Lines that were learnt."""
        state = self.world.team.knowledge.load_whole(group_name(GROUP)).state
        return sum(one.count for one in GroupWatch.restore(state).templates())

    @property
    def alerts(self) -> list[Alert]:
        """All alerts, oldest first."""
        return list(reversed(self.world.team.alerts.in_month(BEGINS, limit=100)))

    @property
    def new_alerts(self) -> list[Alert]:
        """Without what was found when there was little known yet."""
        return [one for one in self.alerts if one.opened_at >= BEGINS]

    @property
    def incidents(self) -> list[str]:
        """Ids of all incidents."""
        return [one.incident_id for one in self.world.team.index.in_month(BEGINS, limit=100).entries]

    @property
    def outcomes(self) -> Counter[str]:
        """By detector, how many outcomes were counted."""
        kinds = ("failed", "prevented", "passed", "wrong", "missed")
        rows = self.world.team.alerts.scores()
        return Counter({row["detector"]: sum(row.get(kind, 0) for kind in kinds) for row in rows})

    def told(self, alert: Alert) -> Counter[str]:
        """How often people were told of an alert, by its state."""
        return Counter(one["state"] for one in self.strikes.told if one.get("alert_id") == alert.alert_id)

    # -- playing -----------------------------------------------------------------------------------

    def _run_all(self, *, retried: bool) -> None:
        """As the schedule does, and SNS after it."""
        self.strikes.asked.clear()
        self._run("start_scan", lambda: start_scan(self.world.team), retried=retried)
        for message in list(self.strikes.asked):
            self._run(
                "on_scan_request",
                lambda message=message: run_scan(message, self.world.team),
                retried=retried,
            )

    def _run(self, by: str, function: Callable[[], object], *, retried: bool) -> None:
        failed = False
        self.strikes.by = by
        try:
            function()
        except Crash:
            failed = True
        except MainstayError as error:
            failed = True
            if REFUSED not in str(error):
                self.problems.append(repr(error))
        finally:
            self.strikes.by = ""
        if failed and retried:
            self.now += _AGAIN_AFTER
            self._run(by, function, retried=False)

    def _write(self) -> None:
        """Each minute's lines are ingested within it."""
        end = BEGINS + SCANS[-2] - _FIVE
        minute = BEGINS - timedelta(hours=4)
        while minute < end:
            self.now = minute + _MINUTE
            seconds = (minute.timestamp() + place for place in range(60))
            lines = zip(seconds, _lines(minute), strict=False)
            self.written += self.world.aws.write_logs(GROUP, "orders/1", lines)
            minute += _MINUTE
        ends = [BEGINS - timedelta(hours=20) + _FIVE * step for step in range(20 * 12 + 12 * 4)]
        points = [(at.timestamp(), _free(at) * _GIB) for at in ends]
        self.world.aws.write_metrics(
            "AWS/RDS", "FreeStorageSpace", {"DBInstanceIdentifier": DATABASE}, points
        )

    def _tables(self) -> dict[str, Any]:
        settings = self.world.team.settings
        names = (settings.patterns_table, settings.incidents_table)
        return {name: self._backend.tables[name].items for name in names}

    @property
    def _backend(self) -> Any:
        return dynamodb_backends[self.world.aws.account][self.world.aws.region]
