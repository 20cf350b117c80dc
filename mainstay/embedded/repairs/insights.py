"""CloudWatch Logs Insights: queries that are read, refused where they are wrong, and really run.

moto ignores every command but fields, sort and limit, and then answers rows that nobody asked for.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.logs.exceptions import InvalidParameterException, LimitExceededException, ResourceNotFoundException
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

from mainstay.embedded.clock import CLOCK
from mainstay.embedded.insights import MalformedQueryError, Outcome, Source, parse_query, run_query
from mainstay.embedded.insights.parser import MOST_ROWS, USUAL_ROWS
from mainstay.embedded.insights.plan import Query
from mainstay.embedded.repairs.log_groups import find_group, store_of
from mainstay.embedded.repairs.replacing import replace

MOST_GROUPS = 50
ROWS_ON_PAGE = 10_000
RUNNING_AT_ONCE = 100
"""Of an account; AWS refuses more with LimitExceededException."""

ENDS_ALONE_SECONDS = 30.0
"""A query that nobody looks at does not count as running for longer: on AWS it would have ended."""


def install() -> None:
    """Install the repair."""
    replace(LogsResponse, "start_query", _start_query)
    replace(LogsResponse, "get_query_results", _get_query_results)
    replace(LogsResponse, "describe_queries", _describe_queries)
    replace(LogsResponse, "stop_query", _stop_query)
    replace(LogsBackend, "stop_query", _stop_query)


@dataclass
class _Run:
    """A query that was started. It is Running at the first look, and runs before the second."""

    query: Query
    sources: list[Source]
    groups: list[str]
    limit: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_ms: int = field(default_factory=CLOCK.now_ms)
    started: float = field(default_factory=time.monotonic)
    status: str = "Running"
    looks: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_running(self) -> bool:
        """Whether it takes one of the places of those that run."""
        return self.status == "Running" and time.monotonic() - self.started < ENDS_ALONE_SECONDS

    def look(self) -> None:
        """Notice that somebody asked for the results."""
        with self.lock:
            self.looks += 1
            if self.status == "Running" and self.looks > 1:
                self.outcome = run_query(self.query, self.sources, limit=self.limit)
                self.status = "Complete"

    def stop(self) -> None:
        """End it before it is complete."""
        with self.lock:
            if self.status != "Running":
                raise InvalidParameterException(f"Query {self.id} has already ended: {self.status}")
            self.status = "Cancelled"


def _runs(response: Any) -> dict[str, _Run]:
    """Answer the queries by id: kept where moto keeps its own, so that its reset forgets them."""
    runs: dict[str, _Run] = response.logs_backend.queries
    return runs


# -- starting -----------------------------------------------------------------------------------


def _start_query(response: Any) -> str:
    param = response._get_param
    groups = [find_group(response.logs_backend, name) for name in _group_names(response)]
    start, end = param("startTime"), param("endTime")
    if start > end:
        raise InvalidParameterException("startTime must not be after endTime")
    if param("queryLanguage", "CWLI") != "CWLI":
        raise InvalidParameterException(f"queryLanguage {param('queryLanguage')} is not known here")
    limit = param("limit", USUAL_ROWS)
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidParameterException(
            constraint=f"Member must have value between 1 and {MOST_ROWS}", parameter="limit", value=limit
        )
    if sum(run.is_running() for run in list(_runs(response).values())) >= RUNNING_AT_ONCE:
        raise LimitExceededException
    sources = [_source(group, start, end) for group in groups]
    run = _Run(_parse(param("queryString")), sources, [group.name for group in groups], limit)
    _runs(response)[run.id] = run
    return json.dumps({"queryId": run.id})


def _group_names(response: Any) -> list[str]:
    one, several = response._get_param("logGroupName"), response._get_param("logGroupNames")
    given = [names for names in ([one] if one else None, several, _identifiers(response)) if names]
    if len(given) != 1:
        raise InvalidParameterException("Give one of logGroupName, logGroupNames and logGroupIdentifiers")
    if len(given[0]) > MOST_GROUPS:
        raise InvalidParameterException(f"A query has at most {MOST_GROUPS} log groups")
    return list(given[0])


def _identifiers(response: Any) -> list[str] | None:
    identifiers: list[str] | None = response._get_param("logGroupIdentifiers")
    return identifiers


def _source(group: Any, start: int, end: int) -> Source:
    """Times come in seconds, and the last second is included as a moment."""
    return Source(f"{group.account_id}:{group.name}", store_of(group), start * 1000, end * 1000)


def _parse(text: str) -> Query:
    try:
        return parse_query(text)
    except MalformedQueryError as error:
        raise _MalformedQueryError(error) from error


class _MalformedQueryError(JsonRESTError):
    """What StartQuery answers, with the place of the error in the query."""

    code = 400
    description: str

    def __init__(self, error: MalformedQueryError) -> None:
        super().__init__("MalformedQueryException", str(error))
        location = {"startCharOffset": error.start, "endCharOffset": error.end}
        compiled = {"queryCompileError": {"location": location, "message": str(error)}}
        self.description = json.dumps(json.loads(self.description) | compiled)


# -- looking ------------------------------------------------------------------------------------


def _find(response: Any) -> _Run:
    run = _runs(response).get(response._get_param("queryId"))
    if run is None:
        raise ResourceNotFoundException("Query does not exist")
    return run


def _get_query_results(response: Any) -> str:
    run = _find(response)
    first, most = _read_page(response)
    run.look()
    rows = run.outcome.rows
    page = [[{"field": name, "value": text} for name, text in row] for row in rows[first : first + most]]
    answer = {
        "queryLanguage": "CWLI",
        "results": page,
        "statistics": _statistics(run),
        "status": run.status,
    }
    more = {"nextToken": f"{run.id}/{first + most}"} if len(rows) > first + most else {}
    return json.dumps(answer | more)


def _read_page(response: Any) -> tuple[int, int]:
    """Answer the first row that is asked for, and how many."""
    token, most = response._get_param("nextToken"), response._get_param("maxItems", ROWS_ON_PAGE)
    if not 1 <= most <= ROWS_ON_PAGE:
        raise InvalidParameterException(f"maxItems must be between 1 and {ROWS_ON_PAGE}")
    if token is None:
        return 0, most
    run_id, _, first = token.partition("/")
    if run_id != response._get_param("queryId") or not first.isdecimal():
        raise InvalidParameterException("The specified nextToken is invalid.")
    return int(first), most


def _statistics(run: _Run) -> dict[str, float]:
    outcome = run.outcome
    return {
        "recordsMatched": float(outcome.records_matched),
        "recordsScanned": float(outcome.records_scanned),
        "bytesScanned": float(outcome.bytes_scanned),
        "logGroupsScanned": float(len(run.sources)),
    }


def _stop_query(response: Any) -> str:
    _find(response).stop()
    return json.dumps({"success": True})


def _describe_queries(response: Any) -> str:
    group, status = response._get_param("logGroupName"), response._get_param("status")
    described = [
        {
            "createTime": run.created_ms,
            "logGroupName": run.groups[0],
            "queryId": run.id,
            "queryLanguage": "CWLI",
            "queryString": run.query.text,
            "status": run.status,
        }
        for run in list(_runs(response).values())
        if (not group or group in run.groups) and (not status or status == run.status)
    ]
    return json.dumps({"queries": described})
