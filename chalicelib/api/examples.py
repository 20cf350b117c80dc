"""Examples for the API's document: real records, so that none can be of another form than the answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from chalicelib import VERSION
from chalicelib.answering import Approve, Reject
from chalicelib.incidents.base import Record, digest_of
from chalicelib.incidents.model import Resource, State
from chalicelib.incidents.waiting import waits_for
from chalicelib.listing import Incidents, ListedIncident
from chalicelib.lookup import HealthShown
from chalicelib.steering import ModeShown
from chalicelib.switching import NewMode

_AT = datetime(2026, 11, 24, 3, 35, tzinfo=UTC)
_ALICE = "arn:aws:iam::123456789012:user/alice"

EXAMPLES: Mapping[type[Record], Record] = {
    HealthShown: HealthShown(status="ok", version=VERSION),
    Approve: Approve(digest=digest_of("an example"), reason="Agreed with the team that owns it."),
    Reject: Reject(reason="It is being moved on purpose."),
    NewMode: NewMode(mode="approve", reason="The migration has begun."),
    ModeShown: ModeShown(
        etag='"0f6c1b7f6f0c4b6b9d3f0a1f5f7a2c11"',
        mode="approve",
        set_by=_ALICE,
        set_at=_AT.isoformat().replace("+00:00", "Z"),
        reason="The migration has begun.",
    ),
    Incidents: Incidents(
        incidents=(
            ListedIncident(
                incident_id="inc-20261124-033500-0a1b2c3d",
                resource=Resource(
                    type="ec2.instance", id="i-0abc1234", region="eu-central-1", account="123456789012"
                ),
                failure="stopped",
                state=State.AWAITING_APPROVAL,
                waits_for=waits_for(State.AWAITING_APPROVAL),
                opened_at=_AT,
                failed_at=_AT - timedelta(seconds=4),
                ended_at=None,
                classification="FAILURE",
                confidence=0.72,
                verdict="REVIEW",
                health="",
            ),
        ),
    ),
}
