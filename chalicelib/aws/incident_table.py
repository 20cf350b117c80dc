"""Incident records and their timelines: every change is one transaction, and none overwrites another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.aws import incident_parts as parts
from chalicelib.aws import items, keys
from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.aws.incident_reader import IncidentReader
from chalicelib.aws.records import KEEP_DAYS, write_record
from chalicelib.errors import ConflictError, StaleRecordError
from chalicelib.incidents.base import Record, digest_of
from chalicelib.incidents.lifecycle import ENDED, check_transition
from chalicelib.incidents.model import Incident, Resource, Signal, State, TimelineEvent
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News, bookmark_after, write_events


class How(StrEnum):
    """What became of a signal."""

    OPENED = "opened"
    JOINED = "joined"
    DUPLICATE = "duplicate"
    ECHO = "echo"
    """Of our own doing, and of no incident."""
    IN_THE_WAY = "in-the-way"
    """Another incident holds the resource, and is to give way to this one. Nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What became of a signal, and the incident that it belongs to."""

    incident_id: str
    how: How


class IncidentTable(IncidentReader):
    """The incidents table, as far as it holds incidents."""

    def __init__(self, aws: Aws, table: str) -> None:
        super().__init__(aws, table)
        self._opened_here: dict[str, tuple[str, str]] = {}
        """The incident and its failure, by resource."""

    # -- opening --------------------------------------------------------------------------------

    def open(
        self, incident: Incident, events: Sequence[TimelineEvent], yielding: Collection[str] = ()
    ) -> Opening:
        """Open an incident for its one signal, or find the one that the signal belongs to.

        An open incident of a failure that is `yielding` is answered as being in the way, and not joined.

        One transaction: the signal's dedupe key, the resource's guard, the record, its first timeline
        events, and the count of incidents opened. Raises ConflictError where another transaction was
        at the same items; trying again is safe.
        """
        return self._join_known(incident, yielding) or self._open(incident, events, yielding)

    def _open(
        self, incident: Incident, events: Sequence[TimelineEvent], yielding: Collection[str]
    ) -> Opening:
        signal = incident.signals[0]
        try:
            self.write(
                [
                    parts.seen(self.table, signal, incident.incident_id, incident.opened_at),
                    parts.occupied(self.table, incident, signal),
                    items.put_new(self.table, write_record(incident)),
                    *(self.timeline_part(incident.incident_id, event) for event in events),
                    parts.counted(self.table, incident),
                ]
            )
        except TransactionCancelledError as refused:
            if refused.failed(0):
                return _duplicate(refused.item(0))
            if refused.failed(1):
                return _in_the_way(refused.item(1), yielding) or self._belongs(
                    refused.item(1), signal, incident.opened_at
                )
            raise
        self._opened_here[incident.resource.key] = incident.incident_id, incident.failure
        return Opening(incident_id=incident.incident_id, how=How.OPENED)

    def _join_known(self, incident: Incident, yielding: Collection[str]) -> Opening | None:
        """Most second views come to the process that opened the incident: try that one before a new one.

        Only while it is open, which the transaction itself makes sure of.
        """
        known, failure = self._opened_here.pop(incident.resource.key, ("", ""))
        signal = incident.signals[0]
        if not known or failure in yielding:
            return None
        view = parts.joined(self.table, known, signal, only_open=True)
        try:
            self.write([parts.seen(self.table, signal, known, incident.opened_at), view])
        except TransactionCancelledError as refused:
            return _duplicate(refused.item(0)) if refused.failed(0) else None
        return Opening(incident_id=known, how=How.JOINED)

    def _belongs(self, guard: items.Item, signal: Signal, now: datetime) -> Opening:
        """Add a signal to the incident that its resource's guard names, or to none: then it is an echo."""
        incident_id = _incident_of(guard)
        if not incident_id:
            self.write([parts.seen(self.table, signal, "", now)])
            return Opening(incident_id="", how=How.ECHO)
        return self.join(incident_id, signal, now)

    def hush(self, signal: Signal, now: datetime) -> None:
        """We did it ourselves: what echoes it without a name opens nothing, and an open incident hears it."""
        quiet = items.update(
            self.table,
            keys.guard_key(signal.resource),
            "SET quiet_until = :until",
            until=signal.occurred_at + timedelta(seconds=parts.ECHO_SECONDS),
        )
        self.write([quiet])
        guard = self._guard_of(signal.resource)
        if "open_incident" in guard:
            self.join(items.decode(guard["open_incident"]), signal, now)

    def last_incident_of(self, resource: Resource) -> str:
        """The incident that holds a resource, or else held it last; empty where none ever did."""
        return _incident_of(self._guard_of(resource))

    def _guard_of(self, resource: Resource) -> items.Item:
        answer = self._aws.read(
            "dynamodb",
            "get_item",
            TableName=self.table,
            Key=keys.guard_key(resource),
            ConsistentRead=True,
        )
        guard: items.Item = answer.get("Item", {})
        return guard

    def join(self, incident_id: str, signal: Signal, now: datetime) -> Opening:
        """Add a further view of the same failure to an incident, without moving its bookmark."""
        seen = parts.seen(self.table, signal, incident_id, now)
        try:
            self.write([seen, parts.joined(self.table, incident_id, signal)])
        except TransactionCancelledError as refused:
            if refused.failed(0):
                return _duplicate(refused.item(0))
            self.write([seen])
        return Opening(incident_id=incident_id, how=How.JOINED)

    def note_ignored(self, code: str, reason: str, event: str, now: datetime) -> None:
        """Keep an event that no incident was opened for, redacted and bounded, with the reason."""
        line = items.item(
            f"IGNORED#{now:%Y-%m-%d}",
            f"{items.stamp(now)}#{digest_of(event)[:12]}",
            code=code,
            reason=reason,
            event=event,
            expires_at=parts.in_days(now, parts.SIGNAL_DAYS),
        )
        self.write([items.put(self.table, line)])

    # -- moving on ------------------------------------------------------------------------------

    def advance(
        self,
        step: Step,
        to: State,
        news: Sequence[News],
        also: Sequence[dict[str, Any]] = (),
        *,
        terms: parts.Terms = parts.NO_TERMS,
        **sections: Record | str | None,
    ) -> Step:
        """Move an incident on: expected state and version, new state, sections and timeline events.

        A repeated task is harmless: where an earlier attempt has moved the incident on, its result is
        taken over. `also` are further parts of the same transaction. StaleRecordError where
        the terms are not met.
        """
        check_transition(step.state, to)
        try:
            return self._advance(step, to, news, also, sections, terms)
        except StaleRecordError:
            record = self.load(step.incident_id)
            if record.state is not step.state:
                return step.resumed(record)
            current = step.moved(bookmark=record.bookmark)
            return self._advance(current, to, news, also, sections, terms)

    def note(self, step: Step, news: Sequence[News], also: Sequence[dict[str, Any]] = ()) -> Step:
        """Append to the timeline and leave the state as it is, whether or not the incident has ended.

        Where an earlier attempt has written the same news already, nothing is written.
        """
        try:
            return self._advance(step, step.state, news, also, {})
        except StaleRecordError:
            story = self.story(step.incident_id)
            current = step.resumed(story.incident)
            if story.timeline[-1].what == news[-1].what:
                return current
            return self._advance(current, current.state, news, also, {})

    def move_alone(
        self,
        step: Step,
        to: State,
        news: Sequence[News],
        also: Sequence[dict[str, Any]] = (),
        **sections: Record | str | None,
    ) -> Step:
        """Move an incident on; raise StaleRecordError where anybody else has moved it meanwhile.

        ConflictError where one of the further parts does not hold.
        """
        check_transition(step.state, to)
        return self._advance(step, to, news, also, sections)

    def _advance(
        self,
        step: Step,
        to: State,
        news: Sequence[News],
        also: Sequence[dict[str, Any]],
        sections: dict[str, Record | str | None],
        terms: parts.Terms = parts.NO_TERMS,
    ) -> Step:
        changes, moved = self.advance_parts(step, to, news, sections, terms)
        try:
            self.write([*changes, *also])
        except TransactionCancelledError as refused:
            if refused.failed(0):
                raise StaleRecordError(f"{step.incident_id} moved on") from refused
            raise ConflictError(str(refused)) from refused
        return moved

    def advance_parts(
        self,
        step: Step,
        to: State,
        news: Sequence[News],
        sections: Mapping[str, Record | str | None],
        terms: parts.Terms = parts.NO_TERMS,
    ) -> tuple[list[dict[str, Any]], Step]:
        """The parts of the transaction that moves an incident on, the record first, and the step after it."""
        events = write_events(step.incident_id, step.bookmark, to, news)
        at = news[-1].at
        since = step.since if to is step.state else at
        moved = step.moved(state=to, bookmark=bookmark_after(events), since=since)
        given = {name: value for name, value in sections.items() if value is not None}
        changes = [
            parts.moved(self.table, step, moved, given, terms),
            *(self.timeline_part(step.incident_id, event) for event in events),
        ]
        if to in ENDED and step.state not in ENDED:
            changes.append(parts.released(self.table, step, to, at))
        return changes, moved

    def timeline_part(self, incident_id: str, event: TimelineEvent) -> dict[str, Any]:
        """The part of a transaction that appends one timeline event."""
        where = keys.timeline_key(incident_id, event.number)
        expires = items.encode(parts.in_days(event.at, KEEP_DAYS))
        return items.put_new(self.table, {**where, "event": items.encode(event), "expires_at": expires})

    def write(self, changes: Sequence[dict[str, Any]]) -> None:
        """All or nothing. The SDK's retries carry one client token, so they cannot write twice."""
        try:
            self._aws.read("dynamodb", "transact_write_items", TransactItems=list(changes))
        except TransactionCancelledError as refused:
            if refused.conflicted:
                raise ConflictError(str(refused)) from refused
            raise

    def resume(self, step: Step) -> Step:
        """The step as the record now stands."""
        return step.resumed(self.load(step.incident_id))


def _duplicate(seen: items.Item) -> Opening:
    return Opening(incident_id=items.decode(seen["incident_id"]), how=How.DUPLICATE)


def _in_the_way(guard: items.Item, yielding: Collection[str]) -> Opening | None:
    known = items.plain(guard)
    if known.get("open_incident") and known.get("failure") in yielding:
        return Opening(incident_id=str(known["open_incident"]), how=How.IN_THE_WAY)
    return None


def _incident_of(guard: items.Item) -> str:
    """The incident that a refused signal is about: the open one, the one in cooldown, or the last."""
    known = items.plain(guard)
    names = ("open_incident", "cooldown_incident", "last_incident")
    return next((str(known[name]) for name in names if known.get(name)), "")
