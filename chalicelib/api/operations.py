"""Every operation of the REST API in one table: what it takes, what it answers, and what can be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib import answering, listing, lookup, outlook, steering, switching
from chalicelib.api import problems
from chalicelib.api.problems import Kind
from chalicelib.api.scopes import scope_of
from chalicelib.incidents.base import Record


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path. `answer` is None for a document that is no record of ours."""

    method: str
    path: str
    name: str
    summary: str
    description: str
    answer: type[Record] | None
    query: type[Record] | None = None
    body: type[Record] | None = None
    refused: type[Record] | None = None
    """What a refusal to change tells beside the problem: how things stand."""
    problems: tuple[Kind, ...] = ()
    """Beside those that every operation can answer."""
    tagged: bool = False
    """Whether its answers have an ETag."""
    also: Mapping[int, str] = field(default_factory=dict)
    """Other statuses with the same answer, and what they mean."""
    guarded: bool = True

    @property
    def scope(self) -> str:
        """What a token must allow; "" for what is open to all."""
        return scope_of(self.method, self.path) if self.guarded else ""

    @property
    def changes(self) -> bool:
        """Whether it takes a body and may be given `If-Match`."""
        return self.body is not None


_OF_ANSWERS = (
    problems.INVALID_BODY,
    problems.UNKNOWN_INCIDENT,
    problems.PLAN_CHANGED,
    problems.NOT_WAITING,
    problems.BUSY,
    problems.RECORD_MOVED,
)

OPERATIONS = (
    Operation(
        method="GET",
        path="/health",
        name="showHealth",
        summary="Is the API well?",
        description="Reads one item of the table. Open to all, and tells nothing else.",
        answer=lookup.HealthShown,
        also={503: "The table cannot be read."},
        guarded=False,
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        name="showOpenapi",
        summary="This document",
        description="OpenAPI 3.1, made from the models that answer.",
        answer=None,
    ),
    Operation(
        method="GET",
        path="/incidents",
        name="listIncidents",
        summary="List incidents",
        description=(
            "Newest first, by when they were opened. What one page looks at is bounded, so that a page may "
            "have fewer incidents than `limit`, or none, and still be followed by another: go on until "
            "`next` is empty. Incidents are kept for 400 days."
        ),
        query=listing.IncidentsQuery,
        answer=listing.Incidents,
    ),
    Operation(
        method="GET",
        path="/incidents/{incident_id}",
        name="showIncident",
        summary="Show one incident",
        description=(
            "Everything on record: what was observed, what it was judged to be and by which evidence, the "
            "plan with its digest, the decision with every gate, approvals, effects and the verification."
        ),
        answer=lookup.IncidentShown,
        problems=(problems.UNKNOWN_INCIDENT,),
        tagged=True,
    ),
    Operation(
        method="GET",
        path="/incidents/{incident_id}/timeline",
        name="showTimeline",
        summary="Show its audit trail",
        description=(
            "Append-only, each event chained to the one before. Hashes are those on record; texts are shown "
            "redacted, so that a hash is not always that of the text beside it: `whole` says what was found."
        ),
        answer=lookup.Timeline,
        problems=(problems.UNKNOWN_INCIDENT,),
    ),
    Operation(
        method="POST",
        path="/incidents/{incident_id}/approve",
        name="approvePlan",
        summary="Approve its plan",
        description=(
            "Names the digest of the plan that was looked at: a plan that has changed since is not approved, "
            "and the answer shows the new one. Of several answers at the same moment one counts. Repeating "
            "it is safe: the second is told that nobody waits any more."
        ),
        body=answering.Approve,
        answer=lookup.IncidentShown,
        refused=answering.Standing,
        problems=_OF_ANSWERS,
        tagged=True,
    ),
    Operation(
        method="POST",
        path="/incidents/{incident_id}/reject",
        name="rejectPlan",
        summary="Reject its plan",
        description="Nothing is changed then, and the incident ends.",
        body=answering.Reject,
        answer=lookup.IncidentShown,
        refused=answering.Standing,
        problems=_OF_ANSWERS,
        tagged=True,
    ),
    Operation(
        method="GET",
        path="/policy",
        name="showPolicy",
        summary="Show the policy and the mode",
        description="The policy in the version that decisions name, with all defaults.",
        answer=steering.PolicyShown,
        tagged=True,
    ),
    Operation(
        method="PUT",
        path="/mode",
        name="putMode",
        summary="Switch the mode",
        description=(
            "After `off` nothing more is changed, also by incidents at work. Who switched it is kept."
        ),
        body=switching.NewMode,
        answer=steering.ModeShown,
        refused=steering.ModeShown,
        problems=(problems.INVALID_BODY, problems.BUSY, problems.RECORD_MOVED),
        tagged=True,
    ),
    Operation(
        method="GET",
        path="/forecasts",
        name="listForecasts",
        summary="List warnings",
        description="Newest first: those that are looked after, or all of this month.",
        query=outlook.ForecastsQuery,
        answer=outlook.Forecasts,
    ),
    Operation(
        method="GET",
        path="/patterns",
        name="showPatterns",
        summary="Show what a log group says",
        description="Its templates, the most frequent first.",
        query=outlook.PatternsQuery,
        answer=outlook.Patterns,
        problems=(problems.UNKNOWN_LOG_GROUP,),
    ),
    Operation(
        method="GET",
        path="/metrics",
        name="showMetrics",
        summary="Show what warnings were worth",
        description="Precision, recall and lead time by detector, this week and ever.",
        query=outlook.MetricsQuery,
        answer=outlook.Metrics,
    ),
)

EVERYWHERE = (
    problems.INVALID_QUERY,
    problems.TOO_LARGE,
    problems.UNSUPPORTED_MEDIA_TYPE,
    problems.INTERNAL,
    problems.UNAVAILABLE,
)
"""What every operation can answer."""
