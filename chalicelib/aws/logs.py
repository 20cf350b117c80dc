"""CloudWatch Logs: which log groups there are, and what was ingested into one in a span of time.

A span is read event by event as long as it has no more lines than one scan may take; beyond that Logs
Insights counts and samples it where it lies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.aws.clients import Aws
from chalicelib.errors import AwsError, NotFoundError, UnknownLogGroupError, UnreachableError
from chalicelib.prediction.sampling import SLOT_SECONDS, Stratum, by_slot, one_in, pattern_of
from chalicelib.prediction.spans import Span

MOST_ROWS = 10_000
"""Of one page of events, and of one answer of Logs Insights."""

_FIRST_WAIT, _LONGEST_WAIT, _PATIENCE = 0.25, 2.0, 60.0
"""Seconds between two looks at a query, and in all for a span: there are up to five queries."""

_GROUP_IN_ARN = re.compile(r":log-group:([^:]+)")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a span holds, in strata; `sampled` where not every line was read."""

    strata: tuple[Stratum, ...]
    lines: float
    sampled: bool = False


@dataclass(frozen=True, kw_only=True)
class _Found:
    rows: list[tuple[float, str]]
    matched: float


@dataclass
class _Asked:
    """What queries are about, and the seconds for which they were waited."""

    group: str
    span: Span
    waited: float = 0.0


class Logs:
    """Reads log groups."""

    def __init__(self, aws: Aws, wait: Callable[[float], None]) -> None:
        self._aws = aws
        self._wait = wait

    # -- which there are --------------------------------------------------------------------------

    def names(self, prefix: str) -> Iterator[str]:
        """Names of the log groups that begin so."""
        given: dict[str, Any] = {"logGroupNamePrefix": prefix} if prefix else {}
        while True:
            answer = self._aws.read("logs", "describe_log_groups", **given)
            yield from (group["logGroupName"] for group in answer["logGroups"])
            if "nextToken" not in answer:
                return
            given["nextToken"] = answer["nextToken"]

    def names_tagged(self, tags: Mapping[str, str]) -> Iterator[str]:
        """Names of the log groups that have all of these tags; a value of ``*`` is any."""
        wanted = [
            {"Key": key, "Values": [] if value == "*" else [value]} for key, value in sorted(tags.items())
        ]
        given: dict[str, Any] = {"ResourceTypeFilters": ["logs:log-group"], "TagFilters": wanted}
        while True:
            answer = self._aws.read("resourcegroupstaggingapi", "get_resources", **given)
            for entry in answer["ResourceTagMappingList"]:
                if found := _GROUP_IN_ARN.search(entry["ResourceARN"]):
                    yield found.group(1)
            if not answer.get("PaginationToken"):
                return
            given["PaginationToken"] = answer["PaginationToken"]

    # -- what is in one ---------------------------------------------------------------------------

    def read_span(
        self, group: str, span: Span, *, most: int, expected: float, pieces: Sequence[str]
    ) -> Reading:
        """Everything that a span holds, or a sample of it that says what each line stands for.

        `most` lines are read one by one. Where more than that are `expected`, or come, Logs Insights
        samples those that hold one of the frequent `pieces`, and reads all others. UnknownLogGroupError
        where there is no such log group any more.
        """
        try:
            return self._read(group, span, most=most, expected=expected, pieces=pieces)
        except NotFoundError as gone:
            raise UnknownLogGroupError(f"there is no log group {group}") from gone

    def _read(self, group: str, span: Span, *, most: int, expected: float, pieces: Sequence[str]) -> Reading:
        lines, rest = ([], span.earliest) if expected > most else self._lines(group, span, most)
        whole = Stratum(lines)
        if rest is None:
            return Reading(strata=(whole,), lines=len(lines))
        sampled = self._sample(_Asked(group, span), rest, pieces)
        strata = (whole, *sampled)
        return Reading(strata=strata, lines=sum(len(one.lines) * one.weight for one in strata), sampled=True)

    def _lines(self, group: str, span: Span, most: int) -> tuple[list[tuple[float, str]], int | None]:
        """Lines up to a time; None as that time where it is the end. A millisecond is read whole or not."""
        found: list[tuple[int, str]] = []
        for page in self._pages(group, span):
            found += [
                (event["timestamp"], event["message"]) for event in page if span.holds(event["ingestionTime"])
            ]
            if len(found) > most:
                rest = found[-1][0]
                kept = [(at, text) for at, text in found if at < rest]
                return _in_seconds(kept), rest
        return _in_seconds(found), None

    def _pages(self, group: str, span: Span) -> Iterator[list[dict[str, Any]]]:
        given: dict[str, Any] = {
            "logGroupName": group,
            "startTime": max(0, span.earliest),
            "endTime": span.latest,
            "limit": MOST_ROWS,
        }
        while True:
            answer = self._aws.read("logs", "filter_log_events", **given)
            yield answer["events"]
            if "nextToken" not in answer:
                return
            given["nextToken"] = answer["nextToken"]

    # -- by sample --------------------------------------------------------------------------------

    def _sample(self, asked: _Asked, rest: int, pieces: Sequence[str]) -> tuple[Stratum, ...]:
        """The strata of what happened from `rest` on."""
        within = (
            f"filter @ingestionTime > {asked.span.after} and @ingestionTime <= {asked.span.upto}"
            f" and toMillis(@timestamp) >= {rest}"
        )
        if not pieces:
            return self._one_in(asked, within)
        often = pattern_of(pieces)
        return (
            *self._rare(asked, f"{within} and @message not like {often}"),
            *self._one_in(asked, f"{within} and @message like {often}"),
        )

    def _rare(self, asked: _Asked, which: str) -> tuple[Stratum, ...]:
        """Whole; where it is not as rare as it was, sampled too: the rows of an answer are its newest."""
        found = self._ask(asked, f"{which} | {_ROWS}")
        return (Stratum(found.rows),) if found.matched <= len(found.rows) else self._one_in(asked, which)

    def _one_in(self, asked: _Asked, which: str) -> tuple[Stratum, ...]:
        """Lines that stand for as many as were counted in their five minutes."""
        counted = self._count(asked, which)
        every = one_in(sum(counted.values()))
        thinned = f"{which} and toMillis(@timestamp) % {every} = 0" if every > 1 else which
        return by_slot(self._ask(asked, f"{thinned} | {_ROWS}").rows, counted)

    def _count(self, asked: _Asked, which: str) -> dict[int, float]:
        """Lines in each five minutes, by their number since 1970."""
        answer = self._answer(asked, f"{which} | stats count(*) as lines by bin(5m) as slot")
        rows = [_fields(row) for row in answer["results"]]
        return {int(_time(row["slot"]) // SLOT_SECONDS): float(row["lines"]) for row in rows}

    def _ask(self, asked: _Asked, query: str) -> _Found:
        answer = self._answer(asked, query)
        rows = [_row(_fields(row)) for row in answer["results"]]
        return _Found(rows=rows, matched=float(answer["statistics"]["recordsMatched"]))

    def _answer(self, asked: _Asked, query: str) -> dict[str, Any]:
        """Wait for a query; UnreachableError where it takes too long, AwsError where it fails."""
        group, span = asked.group, asked.span
        started = self._aws.read(
            "logs",
            "start_query",
            logGroupName=group,
            startTime=max(0, span.earliest // 1000),
            endTime=span.latest // 1000 + 1,
            queryString=query,
            limit=MOST_ROWS,
        )
        pause = _FIRST_WAIT
        while asked.waited < _PATIENCE:
            answer = self._aws.read("logs", "get_query_results", queryId=started["queryId"])
            if answer["status"] == "Complete":
                return answer
            if answer["status"] not in {"Scheduled", "Running"}:
                raise AwsError(answer["status"], f"a query of {group} did not end well", "logs:start_query")
            self._wait(pause)
            asked.waited, pause = asked.waited + pause, min(_LONGEST_WAIT, pause * 2)
        self._aws.read("logs", "stop_query", queryId=started["queryId"])
        raise UnreachableError(f"queries of {group} were not ready after {_PATIENCE:.0f} s")


_ROWS = f"fields @timestamp, @message | limit {MOST_ROWS}"


def _fields(row: list[dict[str, str]]) -> dict[str, str]:
    return {cell["field"]: cell["value"] for cell in row}


def _row(fields: Mapping[str, str]) -> tuple[float, str]:
    return _time(fields["@timestamp"]), fields.get("@message", "")


def _time(text: str) -> float:
    """Times are text in UTC: ``2026-11-24 22:55:19.123``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _in_seconds(lines: list[tuple[int, str]]) -> list[tuple[float, str]]:
    return [(at / 1000, text) for at, text in lines]
