"""What the sources have in common that tell the state of one resource, and not who brought it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.incidents.model import Resource, Signal, SignalSource
from chalicelib.resources.model import ResourceType
from chalicelib.signals.fields import require_account, require_id, require_region, text_at, time_of
from chalicelib.signals.model import IgnoredCode, Known, Reading, ignore


@dataclass(frozen=True, kw_only=True)
class StateReport:
    """What such an event says. `details` are cleaned already."""

    source: SignalSource
    event_source: str
    """Of EventBridge, for example ``aws.ec2``: which resource types it may speak of."""
    resource_id: str
    state: str
    happened_at: tuple[str, ...]
    details: Mapping[str, str]


def read_state(event: object, report: StateReport, known: Known) -> Reading:
    """One signal, where the state is a failure of a type that we know. Raise InvalidEventError."""
    types = [entry for entry in known.types.values() if entry.event_source == report.event_source]
    if not types:
        return ignore(IgnoredCode.UNKNOWN_RESOURCE, f"nothing of {report.event_source} is in the catalogue")
    entry = next((entry for entry in types if report.state in entry.state_changes), None)
    if entry is None:
        return ignore(
            IgnoredCode.NO_FAILURE, f"{report.state} is no failure of {report.resource_id} that we know"
        )
    return Reading(signals=(_signal(event, report, entry, known),))


def states_of(types: Iterable[ResourceType], event_source: str) -> list[str]:
    """Every state that is a failure of some type of this event source, sorted."""
    return sorted({state for t in types if t.event_source == event_source for state in t.state_changes})


def _signal(event: object, report: StateReport, entry: ResourceType, known: Known) -> Signal:
    return Signal(
        signal_id=f"{require_id(event, 'id')}:{report.resource_id}",
        source=report.source,
        resource=Resource(
            type=entry.name,
            id=report.resource_id,
            region=require_region(text_at(event, "region")),
            account=require_account(text_at(event, "account")),
        ),
        failure=entry.state_changes[report.state],
        event_name=report.state,
        occurred_at=time_of(known.received_at, *report.happened_at),
        details={name: fact for name, fact in report.details.items() if fact},
    )
