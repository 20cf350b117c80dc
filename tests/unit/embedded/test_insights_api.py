"""Logs Insights as a service: a query is started, looked at, stopped, refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws

NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp())
GROUP = "/app/orders"


@pytest.fixture
def logs(aws: EmbeddedAws) -> Any:
    aws.write_logs(GROUP, "s", [(NOON + second, f"line {second}") for second in range(5)])
    return aws.client("logs")


def _start(logs: Any, query: str = "fields @message", **more: Any) -> str:
    asked = {"logGroupName": GROUP, "startTime": NOON, "endTime": NOON + 60} | more
    asked = {name: value for name, value in asked.items() if value is not None}
    return str(logs.start_query(queryString=query, **asked)["queryId"])


def _results(logs: Any, query_id: str) -> dict[str, Any]:
    logs.get_query_results(queryId=query_id)
    return dict(logs.get_query_results(queryId=query_id))


def _rows(logs: Any, *given: Any, **asked: Any) -> list[dict[str, str]]:
    results = _results(logs, _start(logs, *given, **asked))["results"]
    return [{field["field"]: field["value"] for field in row if field["field"] != "@ptr"} for row in results]


def _refused(call: Any, *given: Any, **asked: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(*given, **asked)
    return dict(caught.value.response)


def test_a_query_runs_and_is_complete_at_a_later_look(logs: Any) -> None:
    query_id = _start(logs, "filter @message = 'line 3' | stats count(*) as n by bin(1m)")
    first = logs.get_query_results(queryId=query_id)
    assert (first["status"], first["results"]) == ("Running", [])
    later = logs.get_query_results(queryId=query_id)
    assert later["status"] == "Complete"
    assert later["results"] == [
        [{"field": "bin(1m)", "value": "2026-03-02 12:00:00.000"}, {"field": "n", "value": "1"}]
    ]
    assert later["statistics"]["recordsMatched"] == 1
    assert later["statistics"]["recordsScanned"] == 5
    assert later["statistics"]["bytesScanned"] == 5 * (6 + 26)


def test_both_ends_of_a_time_range_are_included(logs: Any) -> None:
    rows = _rows(logs, startTime=NOON + 1, endTime=NOON + 3)
    assert [row["@message"] for row in rows] == ["line 3", "line 2", "line 1"]


def test_several_groups_are_asked_at_once_by_name_or_arn(aws: EmbeddedAws, logs: Any) -> None:
    aws.write_logs("/other", "s", [(NOON + 10, "other")])
    arn = f"arn:aws:logs:{aws.region}:{aws.account}:log-group:/other"
    for named in ({"logGroupNames": [GROUP, "/other"]}, {"logGroupIdentifiers": [GROUP, arn]}):
        rows = _rows(logs, "fields @log | limit 2", logGroupName=None, **named)
        assert [row["@log"] for row in rows] == [f"{aws.account}:/other", f"{aws.account}:{GROUP}"]


def test_the_call_may_have_a_limit(logs: Any) -> None:
    assert len(_rows(logs, limit=2)) == 2
    assert len(_rows(logs, "fields @message | limit 3", limit=2)) == 3


def test_ten_thousand_rows_are_usual_and_more_come_in_pages(aws: EmbeddedAws, logs: Any) -> None:
    aws.write_logs(GROUP, "s", ((NOON + 10, "x") for _ in range(10_001)))
    assert len(_rows(logs)) == 10_000
    query_id = _start(logs, "fields @message | limit 10003")
    first = _results(logs, query_id)
    rest = logs.get_query_results(queryId=query_id, nextToken=first["nextToken"])
    assert (len(first["results"]), len(rest["results"])) == (10_000, 3)
    assert "nextToken" not in rest
    small = logs.get_query_results(queryId=query_id, maxItems=2, nextToken=first["nextToken"])
    assert small["results"] == rest["results"][:2]
    told = _refused(logs.get_query_results, queryId=query_id, nextToken="rubbish")
    assert told["Error"]["Code"] == "InvalidParameterException"


def test_what_is_wrong_with_a_query_is_told(logs: Any) -> None:
    told = _refused(_start, logs, "fields a | wat b")
    assert told["Error"]["Code"] == "MalformedQueryException"
    assert "unexpected symbol found wat" in told["Error"]["Message"]
    assert told["queryCompileError"]["location"] == {"startCharOffset": 11, "endCharOffset": 14}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"logGroupName": "/nowhere"}, "ResourceNotFoundException"),
        ({"logGroupName": None}, "InvalidParameterException"),
        ({"logGroupNames": [GROUP]}, "InvalidParameterException"),
        ({"logGroupName": None, "logGroupNames": [GROUP] * 51}, "InvalidParameterException"),
        ({"endTime": NOON - 1}, "InvalidParameterException"),
        ({"queryLanguage": "SQL"}, "InvalidParameterException"),
        ({"limit": 100_001}, "InvalidParameterException"),
    ],
    ids=["no such group", "no group", "two ways", "too many groups", "end", "language", "limit"],
)
def test_a_call_that_is_wrong_is_refused(logs: Any, asked: dict[str, Any], code: str) -> None:
    assert _refused(_start, logs, **asked)["Error"]["Code"] == code


def test_a_query_can_be_stopped_while_it_runs(logs: Any) -> None:
    query_id = _start(logs)
    assert logs.stop_query(queryId=query_id)["success"]
    assert _results(logs, query_id)["status"] == "Cancelled"
    assert _refused(logs.stop_query, queryId=query_id)["Error"]["Code"] == "InvalidParameterException"
    assert _refused(logs.get_query_results, queryId="nobody")["Error"]["Code"] == "ResourceNotFoundException"


def test_queries_are_described(logs: Any) -> None:
    done, running = _start(logs, "limit 1"), _start(logs, "limit 2")
    _results(logs, done)
    described = logs.describe_queries(logGroupName=GROUP)["queries"]
    assert [(one["queryId"], one["status"]) for one in described] == [
        (done, "Complete"),
        (running, "Running"),
    ]
    chosen = logs.describe_queries(status="Running")["queries"]
    assert [one["queryString"] for one in chosen] == ["limit 2"]


def test_a_hundred_queries_run_at_once_and_no_more(logs: Any) -> None:
    started = [_start(logs) for _ in range(100)]
    assert _refused(_start, logs)["Error"]["Code"] == "LimitExceededException"
    _results(logs, started[0])
    _start(logs)


def test_a_hundred_thousand_lines_are_asked(aws: EmbeddedAws, logs: Any) -> None:
    lines = (
        (NOON + number % 3600, f"ERROR {number}" if number % 10 == 0 else "INFO") for number in range(100_000)
    )
    aws.write_logs("/big", "s", lines)
    query = "filter @message like /ERROR/ | stats count(*) as n by bin(30m) as t | sort t"
    rows = _rows(logs, query, logGroupName="/big", endTime=NOON + 3600)
    assert [row["n"] for row in rows] == ["5040", "4960"]
