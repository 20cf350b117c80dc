"""A team of fakes: the collaborators of the proactive path in memory, with a clock that stands still."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from chalicelib.analysis.policy import read_policy
from chalicelib.aws import items
from chalicelib.aws.incident_index import Entry, Page
from chalicelib.aws.incident_table import How, Opening
from chalicelib.aws.knowledge import Known
from chalicelib.aws.logs import Reading
from chalicelib.aws.metrics import Wanted
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError, StaleRecordError, UnknownIncidentError, UnknownLogGroupError
from chalicelib.incidents.alert import Alert, AlertState
from chalicelib.incidents.messages import Message
from chalicelib.incidents.model import Incident, State
from chalicelib.incidents.step import Step
from chalicelib.prediction.requests import ScanRequest
from chalicelib.prediction.sampling import Stratum
from chalicelib.prediction.scores import Score
from chalicelib.prediction.sightings import Phase, Sighting, in_utc
from chalicelib.prediction.spans import Span
from chalicelib.services import make_collaborators
from chalicelib.settings import Settings
from chalicelib.telemetry import Telemetry
from tests.unit.incidents.alerts import OPENED

SETTINGS = Settings(
    stage="prod", account="111122223333", region="eu-west-1", console_url="https://console.example.com"
)
MOST_PARTS = 100


class FakeClock:
    def __init__(self) -> None:
        self.now = OPENED

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


class FakeAlerts:
    """Alerts by id; parts of a scan's write are the changes themselves."""

    def __init__(self) -> None:
        self.by_id: dict[str, Alert] = {}
        self.taken: set[str] = set()
        self.messages = 0
        self.weeks: set[str] = set()
        self.rows: list[dict[str, Any]] = []
        self.broken: set[str] = set()
        self.missed: set[str] = set()
        self.at_rest: set[str] = set()

    def opened(self, alert: Alert) -> list[Any]:
        return [("alert", alert.alert_id, alert), ("mark", alert.alert_id, None)]

    def seen_again(self, alert_id: str, sighting: Sighting, now: datetime) -> Any:
        cleared = sighting.phase is Phase.CLEARED
        changes: dict[str, Any] = {"sight": sighting.sight, "updated_at": now}
        changes |= {"state": AlertState.CLEARED, "cleared_at": now} if cleared else {}
        if sighting.failed_at is not None:
            changes["failed_at"] = in_utc(sighting.failed_at)
        return ("alert", alert_id, changes)

    def write(self, parts: Sequence[Any]) -> None:
        for _, alert_id, change in parts:
            if isinstance(change, Alert):
                self.by_id[alert_id] = change
            elif change:
                self.by_id[alert_id] = self.by_id[alert_id].model_copy(update=change)

    def live(self) -> Iterator[str]:
        return iter([alert_id for alert_id in sorted(self.by_id) if alert_id not in self.at_rest])

    def load(self, alert_id: str) -> Alert | None:
        if alert_id in self.broken:
            raise StaleRecordError(f"{alert_id} cannot be read")
        return self.by_id.get(alert_id)

    def in_month(self, month: datetime, *, limit: int = 50) -> list[Alert]:
        found = [one for one in self.by_id.values() if f"{one.opened_at:%Y%m}" == f"{month:%Y%m}"]
        return sorted(found, key=lambda one: one.alert_id, reverse=True)[:limit]

    def take_on(self, alert_id: str, _now: datetime) -> Alert | None:
        found = None if alert_id in self.taken else self.load(alert_id)
        self.taken.add(alert_id)
        return found

    def keep(self, alert: Alert, **sections: Any) -> Alert:
        given = {name: value for name, value in sections.items() if value is not None}
        if "state" in given:
            given["state"] = AlertState(given["state"])
        self.by_id[alert.alert_id] = self.by_id[alert.alert_id].model_copy(update=given)
        return self.by_id[alert.alert_id]

    def let_go(self, alert: Alert, **sections: Any) -> Alert:
        self.taken.discard(alert.alert_id)
        return self.keep(alert, **sections)

    def count_message(self, _now: datetime, most: int) -> bool:
        self.messages += 1
        return self.messages <= most

    def week_was_told(self, now: datetime) -> bool:
        return f"{now:%G-W%V}" in self.weeks

    def note_week_told(self, now: datetime) -> None:
        self.weeks.add(f"{now:%G-W%V}")

    def settle(self, alert: Alert, score: Score, _now: datetime) -> None:
        self.keep(alert, outcome=score.outcome, lead_minutes=score.lead_minutes)
        self.rows += [
            {
                "week": "2026-W48",
                "detector": one,
                score.counted_as: 1,
                "lead_minutes": score.lead_minutes or 0.0,
            }
            for one in score.detectors
        ]

    def let_rest(self, alert_id: str) -> None:
        self.at_rest.add(alert_id)

    def count_miss(self, incident_id: str, _detector: str, _now: datetime) -> bool:
        new = incident_id not in self.missed
        self.missed.add(incident_id)
        return new

    def scores(self) -> list[dict[str, Any]]:
        return self.rows


class FakeKnowledge:
    """States by name; a transaction has at most a hundred items, each once."""

    def __init__(self, alerts: FakeAlerts) -> None:
        self.by_name: dict[str, Known] = {}
        self.writes: list[int] = []
        self.overtaken = False
        """Whether somebody else is always quicker."""
        self._alerts = alerts

    def load_whole(self, name: str) -> Known:
        return self.by_name.get(name, Known(name=name))

    def load_small(self, names: Sequence[str]) -> dict[str, Known]:
        return {name: self.load_whole(name) for name in names}

    def save(self, states: Sequence[Known], also: Sequence[Any] = ()) -> None:
        if self.overtaken or any(one.version != self.load_whole(one.name).version + 1 for one in states):
            raise StaleRecordError("somebody else has scanned this meanwhile")
        touched = Counter([known.name for known in states] + [f"{kind} {name}" for kind, name, _ in also])
        assert max(touched.values()) == 1, "a transaction takes one change of an item"
        assert len(states) + len(also) <= MOST_PARTS
        self.writes.append(len(states) + len(also))
        self.by_name |= {one.name: _kept(one) for one in states}
        self._alerts.write(also)


def _kept(known: Known) -> Known:
    """As the table gives marks back."""
    marks = {name: items.decode(items.encode(value)) for name, value in known.marks.items()}
    return dataclasses.replace(known, marks=marks)


class FakeLogs:
    """Log groups by name, with their tags, and lines that are ingested when they happen."""

    def __init__(self) -> None:
        self.groups: dict[str, Mapping[str, str]] = {}
        self.prefixes: list[str] = []
        self.gone = False
        self.lines: dict[str, list[tuple[float, str]]] = {}

    def read_span(self, group: str, span: Span, **_how: Any) -> Reading:
        if self.gone:
            raise UnknownLogGroupError(f"there is no log group {group}")
        lines = [one for one in self.lines.get(group, []) if span.after < one[0] * 1000 <= span.upto]
        return Reading(strata=(Stratum(lines),), lines=len(lines))

    def names(self, prefix: str) -> Iterator[str]:
        self.prefixes.append(prefix)
        return (name for name in self.groups if name.startswith(prefix))

    def names_tagged(self, tags: Mapping[str, str]) -> Iterator[str]:
        return (name for name, has in self.groups.items() if tags.items() <= has.items())


class FakeMetrics:
    """Series by metric, and the values of each by its subject."""

    def __init__(self) -> None:
        self.series: dict[str, list[dict[str, str]]] = {}
        self.listings: list[str] = []
        self.error: MainstayError | None = None
        self.points: dict[str, list[tuple[float, float]]] = {}

    def dimensions(self, namespace: str, name: str) -> Iterator[dict[str, str]]:
        self.listings.append(f"{namespace} {name}")
        if self.error is not None:
            raise self.error
        return iter(self.series.get(f"{namespace} {name}", []))

    def read_values(self, wanted: Sequence[Wanted], until: float) -> list[list[tuple[float, float]]]:
        return [
            [
                point
                for point in self.points.get(one.series.subject.name, [])
                if one.since <= point[0] <= until
            ]
            for one in wanted
        ]


class FakeIndex:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def all_in_state(self, state: State, **_since: Any) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.state is state)

    def of_resource(self, resource_key: str, **_how: Any) -> Page:
        found = tuple(entry for entry in self.entries if entry.resource.key == resource_key)
        return Page(entries=found, next_key=None)

    def in_month(self, _month: datetime, **_how: Any) -> Page:
        return Page(entries=tuple(self.entries), next_key=None)


class FakeIncidents:
    """Incidents by id."""

    def __init__(self) -> None:
        self.by_id: dict[str, Incident] = {}
        self.error: MainstayError | None = None

    def open(self, incident: Incident, *_rest: Any) -> Opening:
        if self.error is not None:
            raise self.error
        known = next((one for one in self.by_id.values() if one.signals == incident.signals), None)
        if known is not None:
            return Opening(incident_id=known.incident_id, how=How.DUPLICATE)
        self.by_id[incident.incident_id] = incident
        return Opening(incident_id=incident.incident_id, how=How.OPENED)

    def load(self, incident_id: str) -> Incident:
        if incident_id not in self.by_id:
            raise UnknownIncidentError(incident_id)
        return self.by_id[incident_id]


class FakeExecutions:
    def __init__(self) -> None:
        self.started: list[str] = []

    def start(self, step: Step) -> None:
        self.started.append(step.incident_id)


class FakeTopic:
    def __init__(self) -> None:
        self.sent: list[ScanRequest] = []

    def send(self, requests: Iterable[ScanRequest]) -> int:
        before = len(self.sent)
        self.sent += requests
        return len(self.sent) - before


class FakePublisher:
    """Keeps what people are told; while it is out of order it raises."""

    def __init__(self) -> None:
        self.told: list[Message] = []
        self.told_whom: list[str] = []
        self.documents: list[dict[str, Any]] = []
        self.error: MainstayError | None = None

    def to_people(self, message: Message, attributes: Mapping[str, str] = {}) -> str:
        if self.error is not None:
            raise self.error
        self.told.append(message)
        self.told_whom.append(attributes.get("approver", ""))
        return f"message-{len(self.told)}"

    def to_machines(self, message: Message) -> str:
        self.documents.append(message.document)
        return f"document-{len(self.documents)}"


class Team:
    """The fakes, and the collaborators made of them."""

    def __init__(self, policy: str = "{}") -> None:
        self.clock = FakeClock()
        self.alerts = FakeAlerts()
        self.knowledge = FakeKnowledge(self.alerts)
        self.logs, self.metrics, self.index = FakeLogs(), FakeMetrics(), FakeIndex()
        self.incidents, self.executions = FakeIncidents(), FakeExecutions()
        self.topic, self.publisher, self.log = FakeTopic(), FakePublisher(), StringIO()
        self.policy, self.converse = policy, None

    def collaborators(self) -> Collaborators:
        usual = make_collaborators(SETTINGS)
        given: dict[str, Any] = {
            "policy": read_policy(self.policy),
            "clock": self.clock,
            "alerts": self.alerts,
            "knowledge": self.knowledge,
            "logs": self.logs,
            "metrics": self.metrics,
            "index": self.index,
            "incidents": self.incidents,
            "executions": self.executions,
            "scan_topic": self.topic,
            "notifier": self.publisher,
            "converse": self.converse,
            "telemetry": Telemetry(stage="prod", stream=self.log),
        }
        return dataclasses.replace(usual, **given)

    def counted(self, metric: str) -> list[dict[str, Any]]:
        """Everything that was counted of one metric, with its dimensions."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if metric in line]
