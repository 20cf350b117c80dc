"""The desk of a deployed stage: what the API does, done by the operator's own AWS credentials."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass

from chalicelib.aws.clients import Aws
from chalicelib.collaborators import Collaborators
from chalicelib.errors import InvalidSettingsError
from chalicelib.listing import Incidents, IncidentsQuery, list_incidents
from chalicelib.lookup import IncidentShown, Timeline, show_incident, show_timeline
from chalicelib.outlook import Forecasts, ForecastsQuery, Metrics, MetricsQuery, list_forecasts, show_metrics
from chalicelib.reviewing import answer_by_api
from chalicelib.services import make_collaborators
from chalicelib.settings import read_settings
from chalicelib.steering import ModeShown, put_mode, show_mode
from chalicelib.switching import NewMode
from mainstay.desk import Reply


@dataclass(frozen=True)
class StageDesk:
    """One stage."""

    team: Collaborators

    def page(self, query: IncidentsQuery) -> Incidents:
        """A page of incidents."""
        return list_incidents(query, self.team)

    def incident(self, incident_id: str) -> IncidentShown:
        """The whole record."""
        return show_incident(incident_id, "", self.team)

    def timeline(self, incident_id: str) -> Timeline:
        """Its timeline, checked here."""
        return show_timeline(incident_id, self.team)

    def reply(self, incident_id: str, reply: Reply) -> None:
        """Approve or reject."""
        answer_by_api(
            incident_id,
            approved=reply.approved,
            digest=reply.digest,
            reason=reply.reason,
            by=self._operator(),
            etag=reply.etag,
            team=self.team,
        )

    def mode(self) -> ModeShown:
        """As it is set now."""
        return show_mode(self.team.memory.switches.present_switch())

    def set_mode(self, asked: NewMode) -> ModeShown:
        """Switch."""
        return put_mode(self._operator(), "", asked, self.team)

    def forecasts(self, query: ForecastsQuery) -> Forecasts:
        """A page of alerts."""
        return list_forecasts(query, self.team)

    def metrics(self) -> Metrics:
        """What warnings were worth."""
        return show_metrics(MetricsQuery(), self.team)

    def _operator(self) -> str:
        """Who answers, as AWS knows them."""
        identity = self.team.aws.read("sts", "get_caller_identity")
        return str(identity.get("Arn") or getpass.getuser())


def connect(stage: str, region: str, *, or_else: str = "") -> Collaborators:
    """Work with a stage; which account it is in is what the credentials say."""
    where = region_of(region, or_else=or_else)
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


def region_of(given: str, *, or_else: str = "") -> str:
    """The region to work in; InvalidSettingsError where none is known, with what else can be done."""
    where = given or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")
    if not where:
        raise InvalidSettingsError(f"no region is known: pass --region, or set AWS_REGION{or_else}")
    return where
