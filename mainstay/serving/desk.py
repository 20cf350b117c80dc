"""The desk of a local server: everything is asked through its REST API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from chalicelib import errors
from chalicelib.listing import Incidents, IncidentsQuery
from chalicelib.lookup import IncidentShown, Timeline
from chalicelib.outlook import Forecasts, ForecastsQuery, Metrics
from chalicelib.steering import ModeShown, PolicyShown
from chalicelib.switching import NewMode
from mainstay.desk import Reply
from mainstay.serving.client import LocalServer, RefusedByServerError


@dataclass(frozen=True)
class LocalDesk:
    """One server on loopback."""

    server: LocalServer

    def page(self, query: IncidentsQuery) -> Incidents:
        """A page of incidents."""
        return Incidents.model_validate(self._get("/incidents", query.model_dump(mode="json")))

    def incident(self, incident_id: str) -> IncidentShown:
        """The whole record."""
        return IncidentShown.model_validate(self._get(_path(incident_id)))

    def timeline(self, incident_id: str) -> Timeline:
        """Its timeline, checked there."""
        return Timeline.model_validate(self._get(f"{_path(incident_id)}/timeline"))

    def reply(self, incident_id: str, reply: Reply) -> None:
        """Approve or reject."""
        what = "approve" if reply.approved else "reject"
        body = {"digest": reply.digest, "reason": reply.reason}
        headers = {"If-Match": reply.etag} if reply.etag else {}
        with _named_errors():
            self.server.ask("POST", f"{_path(incident_id)}/{what}", body, headers)

    def mode(self) -> ModeShown:
        """As it is set now."""
        return PolicyShown.model_validate(self._get("/policy")).mode

    def set_mode(self, asked: NewMode) -> ModeShown:
        """Switch."""
        with _named_errors():
            return ModeShown.model_validate(self.server.ask("PUT", "/mode", asked.model_dump(mode="json")))

    def forecasts(self, query: ForecastsQuery) -> Forecasts:
        """A page of alerts."""
        return Forecasts.model_validate(self._get("/forecasts", query.model_dump(mode="json")))

    def metrics(self) -> Metrics:
        """What warnings were worth."""
        return Metrics.model_validate(self._get("/metrics"))

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        with _named_errors():
            return self.server.get(path, query)


def _path(incident_id: str) -> str:
    return f"/incidents/{quote(incident_id, safe='')}"


_ERRORS: Mapping[str, type[errors.MainstayError]] = {
    "unknown-incident": errors.UnknownIncidentError,
    "forbidden": errors.NotAnApproverError,
    "not-waiting": errors.WrongStateError,
    "plan-changed": errors.PlanChangedError,
    "record-moved": errors.RecordMovedError,
    "busy": errors.ConflictError,
}
"""Which error it was, by the last part of a problem's type."""


@contextmanager
def _named_errors() -> Iterator[None]:
    """What the server raised is raised here."""
    try:
        yield
    except RefusedByServerError as refused:
        name = str(refused.document.get("type", "")).rpartition(":")[2]
        if name not in _ERRORS:
            raise
        raise _ERRORS[name](str(refused)) from refused
