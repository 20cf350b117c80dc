"""What is remembered beside the incidents: guards, outcomes, known-good states, load, and the mode."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from chalicelib.analysis.policy import Budgets
from chalicelib.aws import items, keys
from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.aws.incident_parts import in_days
from chalicelib.aws.records import read_incident
from chalicelib.aws.service_issues import issue_key_of, read_service_issue
from chalicelib.aws.switches import Switched, Switches
from chalicelib.errors import UnknownIncidentError, UnreachableError, WrongStateError
from chalicelib.incidents.guard import Guard, Load, Outcomes, ServiceIssue
from chalicelib.incidents.model import Assessment, Incident, Observation, PastIncident, Resource, State
from chalicelib.incidents.step import Step

Found: TypeAlias = dict[str, dict[str, Any]]

_RECENT = 8
"""So many places hold recent incidents of a signature; a newer one takes the place of an older one."""

_COUNTED_AS = {
    State.COMPLETED: "recovered",
    State.FAILED: "failed",
    State.REJECTED: "rejected",
    State.DISMISSED: "dismissed",
}


@dataclass(frozen=True, kw_only=True)
class Material:
    """What is read before judging, planning or deciding: each task asks for its part of it.

    `guard`, `mode` and `load` are None where they are not on record.
    """

    incident: Incident
    outcomes: Outcomes = field(default_factory=Outcomes)
    similar: tuple[PastIncident, ...] = ()
    known_good: Observation | None = None
    guard: Guard | None = None
    load: Load | None = None
    mode: str | None = None
    service_issue: ServiceIssue | None = None

    @property
    def observed(self) -> Observation:
        """What the resource looked like; raise WrongStateError where nobody has looked yet."""
        if self.incident.observation is None:
            raise WrongStateError(f"{self.incident.incident_id} has no observation yet")
        return self.incident.observation

    @property
    def assessed(self) -> Assessment:
        """What it was judged; raise WrongStateError where nobody has judged it yet."""
        if self.incident.assessment is None:
            raise WrongStateError(f"{self.incident.incident_id} has no assessment yet")
        return self.incident.assessment


class Memory:
    """Reads what a task needs in one call, whatever the history; writes are parts of transactions."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self.table = table
        self.switches = Switches(aws, table)

    def for_analysis(self, step: Step, now: datetime, service: str = "") -> Material:
        """The record, outcomes of the same signature and type, the known-good state, and the load.

        And the issue that AWS has of a service, by the source of its events: ``aws.ec2``.
        """
        alike, same_type = keys.outcomes_key(step.signature), keys.outcomes_key(step.resource.type)
        opened = keys.opened_keys(step.resource, now)
        issue = issue_key_of(step.resource, service)
        found = self._fetch(
            [
                keys.record_key(step.incident_id),
                alike,
                same_type,
                keys.known_good_key(step.resource),
                issue,
                *opened,
            ]
        )
        outcomes = _outcomes(found.get(_name(alike)))
        return Material(
            incident=_incident(found, step),
            outcomes=outcomes,
            similar=_similar(outcomes, _outcomes(found.get(_name(same_type)))),
            known_good=_known_good(found, step.resource),
            load=_load(found, step.resource, now),
            service_issue=read_service_issue(found.get(_name(issue))),
        )

    def for_decision(self, step: Step, now: datetime) -> Material:
        """The record, the guard, the mode and the load."""
        found = self._fetch(
            [
                keys.record_key(step.incident_id),
                keys.guard_key(step.resource),
                keys.MODE,
                keys.recovering_key(step.resource, now),
                *keys.opened_keys(step.resource, now),
            ]
        )
        guard = found.get(_name(keys.guard_key(step.resource)))
        return Material(
            incident=_incident(found, step),
            guard=_guard(guard) if guard else None,
            mode=found.get(_name(keys.MODE), {}).get("mode"),
            load=_load(found, step.resource, now),
        )

    def outcomes_by_name(self, names: Sequence[str]) -> dict[str, Outcomes]:
        """Of signatures or resource types, up to a hundred, in one call."""
        found = self._fetch([keys.outcomes_key(name) for name in names])
        return {name: _outcomes(found.get(_name(keys.outcomes_key(name)))) for name in names}

    def mode(self) -> str | None:
        """The mode, or None where none was ever set."""
        mode: str | None = self._fetch([keys.MODE]).get(_name(keys.MODE), {}).get("mode")
        return mode

    def set_mode(self, mode: str, by: str, now: datetime) -> None:
        """Set the mode for everything in this stage and region."""
        self.switches.switch_to(Switched(mode=mode, set_by=by, set_at=now))

    def known_good(self, resource: Resource) -> Observation | None:
        """What was last known to be good about a resource."""
        return _known_good(self._fetch([keys.known_good_key(resource)]), resource)

    def remember_good_state(self, resource: Resource, observation: Observation) -> None:
        """Remember a state as good, unless one is remembered already."""
        part = self.good_state(resource, observation)["Put"]
        part["ConditionExpression"] = "attribute_not_exists(pk)"
        with suppress(TransactionCancelledError):
            self._aws.read("dynamodb", "transact_write_items", TransactItems=[{"Put": part}])

    # -- parts of transactions ------------------------------------------------------------------

    def recovery_begun(
        self, step: Step, guard: Guard, now: datetime, budgets: Budgets | None
    ) -> list[dict[str, Any]]:
        """Count a recovery in the resource's guard, which the incident holds, and in the account's hour.

        With budgets the count itself keeps to them, so that many at once cannot overshoot; what a person
        approved is counted, whatever the budgets say.
        """
        within = (
            "(attribute_not_exists(#total) OR #total < :most)"
            " AND (attribute_not_exists(#type) OR #type < :most_of_type)"
        )
        limits = (
            {"most": budgets.recoveries_per_hour, "most_of_type": budgets.recoveries_per_hour_per_type}
            if budgets
            else {}
        )
        recent = [at for at in guard.recoveries if now - at <= timedelta(days=1)]
        hour = items.update(
            self.table,
            keys.recovering_key(step.resource, now),
            "ADD #total :one, #type :one SET expires_at = :expires",
            within if budgets else "",
            names={"#total": "total", "#type": step.resource.type},
            one=1,
            expires=in_days(now, 2),
            **limits,
        )
        held = items.update(
            self.table,
            keys.guard_key(step.resource),
            "SET recoveries = :recoveries",
            "open_incident = :id",
            recoveries=[items.stamp(at) for at in (*recent, now)],
            id=step.incident_id,
        )
        return [held, hour]

    def outcome_learnt(
        self, past: PastIncident, resource_type: str, *, approved: bool
    ) -> list[dict[str, Any]]:
        """Count an ended incident for its signature, and show it to those that come after."""
        place = f"recent_{zlib.crc32(past.incident_id.encode()) % _RECENT}"
        # What nothing was planned for was no recovery, and so none that failed.
        tried = past.state is not State.FAILED or bool(past.action)
        became = _COUNTED_AS.get(past.state) if tried else None
        counted = ["ended", became, "approved" if approved else None]
        adding = ", ".join(f"{name} :one" for name in counted if name)
        return [
            items.update(
                self.table, keys.outcomes_key(name), f"SET {place} = :past ADD {adding}", past=past, one=1
            )
            for name in (past.signature, resource_type)
        ]

    def good_state(self, resource: Resource, observation: Observation) -> dict[str, Any]:
        """Remember a state as good."""
        where = {name: items.decode(value) for name, value in keys.known_good_key(resource).items()}
        return items.put(self.table, items.item(**where, observation=observation))

    def _fetch(self, wanted: Sequence[items.Item]) -> Found:
        """Items by name, decoded. All or an error: a gap would read as "never happened"."""
        answer = self._aws.read(
            "dynamodb",
            "batch_get_item",
            RequestItems={self.table: {"Keys": list(wanted), "ConsistentRead": True}},
        )
        if answer.get("UnprocessedKeys"):
            raise UnreachableError("dynamodb:batch_get_item left keys unread")
        return {_name(item): items.plain(item) | {"": item} for item in answer["Responses"][self.table]}


def _name(key: items.Item) -> str:
    return f"{items.decode(key['pk'])}|{items.decode(key['sk'])}"


def _incident(found: Found, step: Step) -> Incident:
    record = found.get(_name(keys.record_key(step.incident_id)))
    if record is None:
        raise UnknownIncidentError(f"there is no incident {step.incident_id}")
    return read_incident(record[""])


def _known_good(found: Found, resource: Resource) -> Observation | None:
    item = found.get(_name(keys.known_good_key(resource)))
    return Observation.model_validate_json(item["observation"]) if item else None


def _guard(item: dict[str, Any]) -> Guard:
    return Guard.model_validate({name: value for name, value in item.items() if name in Guard.model_fields})


def _outcomes(item: dict[str, Any] | None) -> Outcomes:
    if item is None:
        return Outcomes()
    recent = [
        PastIncident.model_validate_json(text) for name, text in item.items() if name.startswith("recent_")
    ]
    counts = {name: value for name, value in item.items() if name in Outcomes.model_fields}
    return Outcomes(**counts, recent=_newest(recent))


def _similar(alike: Outcomes, same_type: Outcomes) -> tuple[PastIncident, ...]:
    """The same signature first, then the same type."""
    known = {past.incident_id for past in alike.recent}
    return (*alike.recent, *(past for past in same_type.recent if past.incident_id not in known))


def _newest(past: Iterable[PastIncident]) -> tuple[PastIncident, ...]:
    return tuple(sorted(past, key=lambda one: one.ended_at, reverse=True))


def _load(found: Found, resource: Resource, now: datetime) -> Load:
    opened: dict[str, int] = {}
    for where in keys.opened_keys(resource, now):
        for name, count in _counts(found.get(_name(where), {})).items():
            opened[name] = opened.get(name, 0) + count
    return Load(opened=opened, recovering=_counts(found.get(_name(keys.recovering_key(resource, now)), {})))


def _counts(item: dict[str, Any]) -> dict[str, int]:
    return {name: value for name, value in item.items() if isinstance(value, int) and name != "expires_at"}
