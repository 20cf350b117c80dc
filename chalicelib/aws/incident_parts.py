"""The parts of the transactions that open incidents and move them on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.aws import items, keys
from chalicelib.incidents.base import Record
from chalicelib.incidents.lifecycle import COOLING, ENDED
from chalicelib.incidents.model import ActorKind, Incident, Signal, SignalSource, State
from chalicelib.incidents.plans import Verification
from chalicelib.incidents.step import Step

MAX_SIGNALS = 20
"""Further views of one failure are only marked as seen."""

ECHO_SECONDS = 120
"""For so long after an undoing, events about it may come in that do not say that it was us; and after an end
without a repair, events that tell of the same failure once more."""

SIGNAL_DAYS = 30
"""EventBridge gives up after a day, a dead-letter queue after fourteen: a late duplicate is still known."""


def seen(table: str, signal: Signal, incident_id: str, now: datetime) -> dict[str, Any]:
    """Mark a signal as seen; where it was, the refusal shows the incident that it went to."""
    where = {name: items.decode(value) for name, value in keys.signal_key(signal.signal_id).items()}
    content = items.item(**where, incident_id=incident_id, expires_at=in_days(now, SIGNAL_DAYS))
    return items.put_new(table, content, show=True)


_NO_ECHO = (
    " AND (attribute_not_exists(quiet_until) OR quiet_until <= :occurred)"
    " AND (attribute_not_exists(left_until) OR left_until <= :occurred OR failure <> :failure)"
)


def occupied(table: str, incident: Incident, signal: Signal) -> dict[str, Any]:
    """Take the resource. Not while it has an open incident, nor for a late view of one that ended.

    What another failure told of is not this one's: in a cooldown, and after an end, it opens its own.

    Event times are cut to whole seconds by those who write them, so the end is compared as cut. After an
    undoing, what nobody is named for is its echo; where people were left with a failure, a state that is
    reported later is that failure still.
    """
    named = signal.actor.kind is not ActorKind.UNKNOWN or signal.source is SignalSource.SWEEP
    return items.update(
        table,
        keys.guard_key(incident.resource),
        "SET open_incident = :id, failure = :failure REMOVE cooldown_incident",
        "attribute_not_exists(open_incident)"
        " AND (attribute_not_exists(cooldown_incident) OR cooldown_until <= :now OR failure <> :failure)"
        " AND (attribute_not_exists(last_ended_at) OR last_ended_at <= :occurred OR failure <> :failure)"
        + ("" if named else _NO_ECHO),
        names=None,
        id=incident.incident_id,
        failure=incident.failure,
        now=incident.opened_at,
        occurred=signal.occurred_at,
    )


def counted(table: str, incident: Incident) -> dict[str, Any]:
    """Count an opened incident."""
    return items.update(
        table,
        keys.opened_key(incident.resource, incident.opened_at),
        "ADD #type :one SET expires_at = :expires",
        names={"#type": incident.resource.type},
        one=1,
        expires=in_days(incident.opened_at, 1),
    )


def joined(table: str, incident_id: str, signal: Signal, *, only_open: bool = False) -> dict[str, Any]:
    """Add a further view to a record, which keeps its version: views never hold up the workflow."""
    still_open = " AND attribute_not_exists(ended_at)" if only_open else ""
    return items.update(
        table,
        keys.record_key(incident_id),
        "SET signals = list_append(signals, :signal)",
        f"attribute_exists(pk) AND size(signals) < :most{still_open}",
        signal=[signal.model_dump_json()],
        most=MAX_SIGNALS,
    )


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What must hold of a record for it to be moved on, beside that it is still as the step knew it."""

    plan_digest: str | None = None
    heard: int | None = None
    """Its number of signals: no further one may have joined."""

    @property
    def condition(self) -> str:
        """To be added to the condition of the write."""
        plan = "" if self.plan_digest is None else " AND plan_digest = :required_digest"
        return plan + ("" if self.heard is None else " AND size(signals) = :heard")

    @property
    def values(self) -> dict[str, items.Value]:
        """What the condition names."""
        known = {"required_digest": self.plan_digest, "heard": self.heard}
        return {name: value for name, value in known.items() if value is not None}


NO_TERMS = Terms()


def moved(
    table: str, step: Step, after: Step, sections: dict[str, Record | str], terms: Terms
) -> dict[str, Any]:
    """Write the new state and sections, if the record is still as the step knew it."""
    given: dict[str, items.Value] = {**sections, **_listed(sections)}
    ends = after.state in ENDED and step.state not in ENDED
    if ends:
        given["ended_at"] = after.since
    settings = ["#state = :state", "version = :version", "head = :head", "gsi_state_pk = :state"]
    settings += [f"#{name} = :{name}" for name in given]
    return items.update(
        table,
        keys.record_key(step.incident_id),
        f"SET {', '.join(settings)}" + (" REMOVE gsi_open_pk" if ends else ""),
        "#state = :old_state AND version = :old_version AND head = :old_head" + terms.condition,
        names={"#state": "state", **{f"#{name}": name for name in given}},
        state=after.state.value,
        version=after.bookmark.version,
        head=after.bookmark.head,
        old_state=step.state.value,
        old_version=step.bookmark.version,
        old_head=step.bookmark.head,
        **given,
        **terms.values,
    )


def released(table: str, step: Step, end: State, at: datetime) -> dict[str, Any]:
    """Let the resource go, in the transaction that ends its incident."""
    expression = "SET last_incident = :id, last_ended_at = :ended"
    # What was dismissed was judged by one look: what happened after that look is not in it.
    known_until = step.observation.observed_at if end is State.DISMISSED and step.observation else at
    values: dict[str, items.Value] = {"id": step.incident_id, "ended": known_until.replace(microsecond=0)}
    if _cools(step, end):
        expression += ", cooldown_until = :until"
        values["until"] = at + timedelta(seconds=step.cooldown_seconds)
    if end in COOLING and end is not State.COMPLETED:
        expression += ", left_until = :left"
        values["left"] = at + timedelta(seconds=ECHO_SECONDS)
    if end is State.COOLDOWN:
        expression += ", cooldown_incident = :id"
    if step.state is State.ROLLING_BACK:
        expression += ", quiet_until = :quiet"
        values["quiet"] = at + timedelta(seconds=ECHO_SECONDS)
    return items.update(
        table,
        keys.guard_key(step.resource),
        f"{expression} REMOVE open_incident",
        "open_incident = :id",
        names=None,
        **values,
    )


_NOTHING_BEGUN = frozenset({State.DETECTING, State.ANALYZING, State.PLANNING, State.AWAITING_APPROVAL})


def _cools(step: Step, end: State) -> bool:
    """A warning about which nothing was done leaves no cooldown: what fails after it is to be repaired."""
    return end in COOLING and not (step.foreseen and step.state in _NOTHING_BEGUN)


def _listed(sections: dict[str, Record | str]) -> dict[str, items.Value]:
    """The few facts that lists show, so that the indexes can carry them."""
    listed: dict[str, items.Value] = {}
    for name, fields in {"assessment": ("classification", "confidence"), "decision": ("verdict",)}.items():
        if name in sections:
            listed |= {field: getattr(sections[name], field) for field in fields}
    done = sections.get("verification")
    if isinstance(done, Verification):
        listed["health"] = done.health.value
    return listed


def in_days(now: datetime, days: int) -> int:
    """The time-to-live of an item, in seconds since 1970."""
    return int((now + timedelta(days=days)).timestamp())
