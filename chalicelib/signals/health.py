"""AWS Health says that something of AWS is not well, will change, or concerns us: through the alarm topic.

An event about a service or an account is a resource of its own, which people are told of. What it names of
ours hears of it too: an issue opens an incident where the resource is really down, and a change that AWS
plans is a warning about it. What is over opens nothing: it joins what was told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias

from chalicelib.incidents.base import Attributes, digest_of
from chalicelib.incidents.model import Resource, Signal, SignalSource
from chalicelib.redaction import clean_text
from chalicelib.resources.model import ResourceType
from chalicelib.signals.fields import (
    fact_at,
    field_at,
    is_id,
    require_account,
    require_id,
    require_region,
    text_at,
    time_of,
)
from chalicelib.signals.model import IgnoredCode, Known, Reading, ignore, join_readings

Named: TypeAlias = tuple[ResourceType, str]
"""A type, and the id of the resource."""

EVENT_TYPE = "health.event"
_ABUSE = "AWS Health Abuse Event"
_READ = frozenset({"AWS Health Event", _ABUSE})
_OVER = "closed"
_WELL_AGAIN = frozenset({"RESOLVED", "UNIMPAIRED"})
_GLOBAL = "global"
_LONGEST_SAID = 1500
"""Characters of what AWS says that are kept: its texts are a few paragraphs."""
_MOST_ENTITIES = 100
_MOST_TOLD_EACH = 5
"""Of more resources at once people are told in one message."""
_MOST_SHOWN = 10

_FAILURES = {"issue": "issue", "investigation": "issue", "scheduledChange": "change_planned"}
"""By the category; whatever else AWS announces is a notice."""
_SEVERITIES = {"issue": 6, "investigation": 5, "scheduledChange": 5}
_NOTICE, _ABUSED, _SLIGHT, _URGENT = 3, 8, 2, 2
_TAKEN_AWAY = ("RETIREMENT", "TERMINATION", "_STOP_")


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What one message says, cleaned."""

    name: str
    """The end of the event's ARN: the same in every message about it."""
    service: str
    code: str
    failure: str
    abuse: bool
    public: bool
    over: bool
    region: str
    account: str
    starts_at: datetime | None
    occurred_at: datetime
    severity: int
    said: str
    entities: str


def is_of_health(said: object) -> bool:
    """Whether a message of the topic is an event of AWS Health, as EventBridge forwards it."""
    return text_at(said, "source") == "aws.health"


def read_health(event: object, known: Known) -> Reading:
    """Read ``{"detail-type": "AWS Health Event", "detail": {...}}``. Raise InvalidEventError."""
    if text_at(event, "detail-type") not in _READ:
        kind = text_at(event, "detail-type")[:80]
        return ignore(IgnoredCode.UNKNOWN_EVENT, f"events of the type {kind!r} are not read")
    told = _announcement(event, known)
    named = [] if told.abuse or _of_others(event) else _named(event, told, known)
    if told.over:
        return Reading(views=(_event_signal(told, named), *(_told_of(told, *each) for each in named)))
    if told.failure == "change_planned":
        return _read_change(told, named, all_known=len(named) == len(_entities(event)))
    event = _read_event(told, named)
    views = (_read_view(told, *each) for each in named) if told.failure == "issue" else ()
    return join_readings(event, *views)


def _read_change(told: Announcement, named: list[Named], *, all_known: bool) -> Reading:
    """A warning about each, where these are few and we know all of them; else one about the event."""
    if named and all_known and len(named) <= _MOST_TOLD_EACH:
        return Reading(signals=tuple(_told_of(told, *each) for each in named))
    return join_readings(_read_event(told, named), Reading(views=tuple(_told_of(told, *e) for e in named)))


def _read_event(told: Announcement, named: list[Named]) -> Reading:
    """What opens an incident once, and what each further text adds to it."""
    signal = _event_signal(told, named)
    number = digest_of([signal.signal_id, told.said])[:32]
    update = signal.model_copy(update={"signal_id": f"health-{number}:{told.name}"})
    return Reading(signals=(signal,), views=(update,))


def _read_view(told: Announcement, entry: ResourceType, resource_id: str) -> Reading:
    """A type that fails by an alarm alone fails by an issue alone; others only hear of it."""
    details = _details(told)
    if not entry.failing_alarm:
        return Reading(views=(_signal(told, entry.name, resource_id, "change_planned", details),))
    return Reading(signals=(_signal(told, entry.name, resource_id, entry.failing_alarm, details),))


def _told_of(told: Announcement, entry: ResourceType, resource_id: str) -> Signal:
    """People are told of what is planned for one resource."""
    return _signal(told, entry.name, resource_id, "change_planned", _for_people(told))


def _event_signal(told: Announcement, named: list[Named]) -> Signal:
    """People are told of the event itself. It is about a whole service where it names nothing of ours."""
    wide = told.failure == "issue" and not told.abuse and (told.public or not named)
    details = _for_people(told) | ({"service_wide": True} if wide else {})
    return _signal(told, EVENT_TYPE, told.name, told.failure, details)


def _signal(
    told: Announcement, type_name: str, resource_id: str, failure: str, details: Attributes
) -> Signal:
    """Further messages about the same event, pages and copies from a backup region are the same signal."""
    state = "over" if told.over else told.starts_at if told.failure == "change_planned" else "open"
    number = digest_of([told.name, told.account, told.region, state])[:32]
    return Signal(
        signal_id=f"health-{number}:{resource_id}",
        source=SignalSource.HEALTH,
        resource=Resource(type=type_name, id=resource_id, region=told.region, account=told.account),
        failure=failure,
        event_name=told.code,
        occurred_at=told.occurred_at,
        details=details,
    )


def _details(told: Announcement) -> Attributes:
    facts: Attributes = {
        "event": told.name[:200],
        "service": told.service,
        "said": told.said,
        "entities": told.entities,
        "over": told.over,
    }
    return {name: fact for name, fact in facts.items() if fact}


def _for_people(told: Announcement) -> Attributes:
    planned = told.starts_at if told.failure == "change_planned" else None
    facts: Attributes = {
        "for_people": True,
        "severity": told.severity,
        "warns": told.failure != "issue",
        "expected_at": planned.isoformat() if planned else "",
    }
    return _details(told) | {name: fact for name, fact in facts.items() if fact}


# -- what the message says ------------------------------------------------------------------------


def _announcement(event: object, known: Known) -> Announcement:
    arn, code = require_id(event, "detail", "eventArn"), require_id(event, "detail", "eventTypeCode")
    abuse = text_at(event, "detail-type") == _ABUSE
    category = text_at(event, "detail", "eventTypeCategory")
    return Announcement(
        name=arn.rpartition("/")[2] or arn,
        service=clean_text(require_id(event, "detail", "service"), 80),
        code=clean_text(code, 200),
        failure="issue" if abuse else _FAILURES.get(category, "notice"),
        abuse=abuse,
        public=text_at(event, "detail", "eventScopeCode") == "PUBLIC",
        over=text_at(event, "detail", "statusCode").lower() == _OVER,
        region=_region(event),
        account=require_account(text_at(event, "detail", "affectedAccount"), text_at(event, "account")),
        starts_at=_moment(text_at(event, "detail", "startTime")),
        occurred_at=time_of(known.received_at, text_at(event, "time")),
        severity=_ABUSED if abuse else _severity(event, category, code),
        said=_said(event),
        entities=_listed(_entities(event)),
    )


def _region(event: object) -> str:
    """The one that is affected; an event of no region is told in that of its own."""
    affected = text_at(event, "detail", "eventRegion")
    return _GLOBAL if affected == _GLOBAL else require_region(affected, text_at(event, "region"))


def _of_others(event: object) -> bool:
    """An organization hears of its members: what these have cannot be read from here."""
    affected = text_at(event, "detail", "affectedAccount")
    return bool(affected) and affected != text_at(event, "account")


def _moment(text: str) -> datetime | None:
    """``Thu, 27 Aug 2026 13:19:03 GMT``."""
    try:
        return datetime.strptime(text[:40], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None


def _severity(event: object, category: str, code: str) -> int:
    """By the category, by what is taken away, and by what AWS says of whether anything has to be done."""
    usual = _SEVERITIES.get(category, _NOTICE)
    asked = text_at(event, "detail", "actionability")
    if asked == "INFORMATIONAL" and usual == _NOTICE:
        return _SLIGHT
    taken = any(word in code for word in _TAKEN_AWAY)
    return usual + (_URGENT if taken or (asked == "ACTION_REQUIRED" and usual == _NOTICE) else 0)


def _said(event: object) -> str:
    """In English where AWS says it in several languages."""
    texts = _list_at(event, "detail", "eventDescription")
    english = (one for one in texts if text_at(one, "language").startswith("en"))
    chosen = next(english, texts[0] if texts else None)
    return clean_text(text_at(chosen, "latestDescription"), _LONGEST_SAID)


# -- what it names --------------------------------------------------------------------------------


def _entities(event: object) -> list[object]:
    return _list_at(event, "detail", "affectedEntities")[:_MOST_ENTITIES]


def _list_at(event: object, *path: str) -> list[object]:
    found = field_at(event, *path)
    return found if isinstance(found, list) else []


def _listed(entities: list[object]) -> str:
    names = [name for name in map(partial(_fact, "entityValue"), entities) if name]
    more = [f"and {len(names) - _MOST_SHOWN} more"] if len(names) > _MOST_SHOWN else []
    return clean_text(", ".join([*names[:_MOST_SHOWN], *more]), 600)


def _fact(name: str, entity: object) -> str:
    return fact_at(entity, name)


def _named(event: object, told: Announcement, known: Known) -> list[Named]:
    """Each once."""
    return list({(entry.name, name): (entry, name) for entry, name in _found(event, told, known)}.values())


def _found(event: object, told: Announcement, known: Known) -> Iterator[Named]:
    """Those of ours that are not well again. AWS names them by ARN, or as the service itself does."""
    by_source = {entry.event_source: entry for entry in known.types.values() if entry.health_entity}
    for entity in _entities(event):
        value = text_at(entity, "entityValue")
        well = text_at(entity, "status") in _WELL_AGAIN and not told.over
        source, name = _parted(value, told)
        found = _match(by_source, source, name) if is_id(value) and not well else None
        if found:
            yield found


def _parted(value: str, told: Announcement) -> tuple[str, str]:
    """Of EventBridge, for example ``aws.ec2``, and the name; of another account there is none."""
    if not value.startswith("arn:"):
        return f"aws.{told.service.lower()}", value
    service, _region, account, name = (*value.split(":", 5)[2:], "", "", "", "")[:4]
    return (f"aws.{service}", name) if account in {"", told.account} else ("", "")


def _match(by_source: Mapping[str, ResourceType], source: str, name: str) -> Named | None:
    entry = by_source.get(source)
    found = entry.health_entity.fullmatch(name) if entry and entry.health_entity else None
    return (entry, found["id"]) if entry and found else None
