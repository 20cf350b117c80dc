"""``health.event``: what AWS Health says about a service or an account, or about what we do not know.

Each event is a resource of its own, named by the end of its ARN, so that later news of it join what was told.
"""

from __future__ import annotations

from chalicelib.incidents.model import Classification
from chalicelib.resources.announcements import CHANGE_PLANNED, cannot_be_read, observe_announcement
from chalicelib.resources.checks import foretold, judge_by
from chalicelib.resources.model import FailureKind, ResourceType

HEALTH_EVENT = ResourceType(
    name="health.event",
    title="event of AWS Health",
    event_source="aws.health",
    failures=(
        FailureKind(
            name="issue",
            title="was reported by AWS",
            classification=Classification.FAILURE,
            severity=6,
            downtime_minutes=0,
            blast_radius="whatever uses that service there",
        ),
        CHANGE_PLANNED,
        FailureKind(
            name="notice",
            title="is expected to concern you",
            classification=Classification.ANOMALY,
            severity=3,
            downtime_minutes=0,
            blast_radius="what AWS names in it",
        ),
    ),
    api_calls=(),
    state_changes={},
    observe=observe_announcement,
    is_failing=judge_by({"issue": cannot_be_read, "change_planned": foretold, "notice": foretold}),
    permissions=(),
    arns=(),
    announced=("issue", "change_planned", "notice"),
)
