"""What the commands do that operate a deployed stage, with the operator's own AWS credentials."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator

from chalicelib.alerting import suggestion
from chalicelib.approval import answer_approval
from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_index import Entry
from chalicelib.collaborators import Collaborators
from chalicelib.errors import InvalidSettingsError, PlanChangedError, UnknownAlertError
from chalicelib.incidents.alert import Alert
from chalicelib.incidents.model import State
from chalicelib.incidents.plans import Approval
from chalicelib.prediction.scores import Worth, summarize
from chalicelib.prediction.sightings import is_alert_id
from chalicelib.services import make_collaborators
from chalicelib.settings import read_settings

MODES = ("off", "observe", "approve", "auto")


def connect(stage: str, region: str) -> Collaborators:
    """Work with a stage; which account it is in is what the credentials say."""
    where = region_of(region)
    identity = Aws(region=where).read("sts", "get_caller_identity")
    return make_collaborators(
        read_settings(
            {
                **os.environ,
                "MAINSTAY_STAGE": stage,
                "AWS_REGION": where,
                "MAINSTAY_ACCOUNT": identity["Account"],
            }
        )
    )


def region_of(given: str) -> str:
    """The region to work in; InvalidSettingsError where none is known."""
    where = given or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")
    if not where:
        raise InvalidSettingsError("no region is known: pass --region, or set AWS_REGION")
    return where


def list_incidents(team: Collaborators, *, limit: int) -> Iterator[Entry]:
    """Open incidents first, then this month's others, newest first."""
    shown: set[str] = set()
    for entry in team.index.all_open():
        shown.add(entry.incident_id)
        yield entry
    for entry in team.index.in_month(team.clock(), limit=limit).entries:
        if entry.incident_id not in shown:
            yield entry


def find_alert(team: Collaborators, alert_id: str) -> tuple[Alert, str]:
    """One alert, and what Mainstay would do about it; UnknownAlertError where there is none of that id."""
    alert = team.alerts.load(alert_id) if is_alert_id(alert_id) else None
    if alert is None:
        raise UnknownAlertError(f"there is no alert {alert_id}: mainstay alerts lists this month's")
    return alert, suggestion(alert, team)


def worths(team: Collaborators) -> tuple[Worth, ...]:
    """What the alerts of each detector were worth, of all that were counted."""
    return summarize(team.alerts.scores())


def answer(
    team: Collaborators, incident_id: str, *, approved: bool, reason: str = "", digest: str = ""
) -> State:
    """Answer about the plan on record, or about the one with this digest; answer the incident's new state."""
    plan = team.incidents.load(incident_id).plan
    if plan is None:
        raise PlanChangedError(f"{incident_id} has no plan to answer about")
    approval = Approval(
        approved=approved,
        by=operator(team),
        digest=digest or plan.digest,
        decided_at=team.clock(),
        reason=reason,
    )
    return answer_approval(incident_id, approval, team).state


def operator(team: Collaborators) -> str:
    """Who answers, as AWS knows them."""
    identity = team.aws.read("sts", "get_caller_identity")
    return str(identity.get("Arn") or getpass.getuser())
