"""``budgets.budget``: an alert of a budget, or of Cost Anomaly Detection.

Each threshold of a budget, and each anomaly, is a resource of its own: whoever was told of 80 % is told of
100 % as well. Costs are of no region.
"""

from __future__ import annotations

from chalicelib.incidents.model import Classification
from chalicelib.resources.announcements import cannot_be_read, observe_announcement
from chalicelib.resources.checks import foretold, judge_by
from chalicelib.resources.model import FailureKind, ResourceType

_BILL = "the bill, and nothing that runs"

BUDGET = ResourceType(
    name="budgets.budget",
    title="budget",
    event_source="aws.budgets",
    failures=(
        FailureKind(
            name="exceeded",
            title="was crossed",
            classification=Classification.FAILURE,
            severity=5,
            downtime_minutes=0,
            blast_radius=_BILL,
        ),
        FailureKind(
            name="forecast",
            title="is expected to be crossed",
            classification=Classification.ANOMALY,
            severity=4,
            downtime_minutes=0,
            blast_radius=_BILL,
        ),
        FailureKind(
            name="cost_anomaly",
            title="was unusually expensive",
            classification=Classification.FAILURE,
            severity=4,
            downtime_minutes=0,
            blast_radius=_BILL,
        ),
    ),
    api_calls=(),
    state_changes={},
    observe=observe_announcement,
    is_failing=judge_by({"exceeded": cannot_be_read, "forecast": foretold, "cost_anomaly": cannot_be_read}),
    permissions=(),
    arns=(),
    announced=("exceeded", "forecast", "cost_anomaly"),
)
