"""CloudWatch Logs keeps lines in order, filters them, and answers in pages as AWS does."""

import base64
import gzip
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws
from tests.unit.embedded.asking import GROUP, NOON, NOON_MS, put_lines, refused


def _found(logs: Any, **asked: Any) -> list[str]:
    return [event["message"] for page in _pages(logs, **asked) for event in page]


def _pages(logs: Any, **asked: Any) -> Iterator[list[dict[str, Any]]]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, **asked)
    return (page["events"] for page in pages)


# -- filtering ----------------------------------------------------------------------------------


def test_streams_are_mixed_in_order_of_time(logs: Any) -> None:
    put_lines(logs, (1, "one"), (30, "three"))
    put_lines(logs, (2, "two"), (40, "four"), stream="b")
    assert _found(logs) == ["one", "two", "three", "four"]


def test_an_event_has_what_aws_tells_of_it(logs: Any) -> None:
    put_lines(logs, (5, "one"), (5, "two"))
    (first, second) = next(_pages(logs))
    assert first == {
        "eventId": first["eventId"],
        "ingestionTime": NOON_MS,
        "logStreamName": "a",
        "message": "one",
        "timestamp": NOON_MS + 5,
    }
    assert len({first["eventId"], second["eventId"]}) == 2


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("ERROR", ["ERROR a", "ERROR b slow"]),
        ("ERROR -slow", ["ERROR a"]),
        ("?ERROR ?WARN", ["ERROR a", "ERROR b slow", "WARN c"]),
        ("%b|c%", ["ERROR b slow", "WARN c"]),
        ("-ERROR", ["WARN c", '{"level":"ERR","ms":7}']),
        ("{ $.ms > 5 }", ['{"level":"ERR","ms":7}']),
        ("{ $.ms > 7 }", []),
        ("[level=WARN, id]", ["WARN c"]),
    ],
    ids=["term", "excluded", "optional", "regex", "only excluded", "json", "json without", "columns"],
)
def test_a_filter_pattern_filters(logs: Any, pattern: str, found: list[str]) -> None:
    put_lines(logs, (1, "ERROR a"), (2, "ERROR b slow"), (3, "WARN c"), (4, '{"level":"ERR","ms":7}'))
    assert _found(logs, filterPattern=pattern) == found


def test_an_invalid_pattern_is_refused(logs: Any) -> None:
    asked = {"logGroupName": GROUP, "filterPattern": "{ $.a"}
    assert refused(logs.filter_log_events, **asked) == "InvalidParameterException"
    filters = {"logGroupName": GROUP, "filterName": "f", "filterPattern": "{ $.a"}
    change = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
    code = refused(logs.put_metric_filter, **filters, metricTransformations=[change])
    assert code == "InvalidParameterException"


def test_both_ends_of_a_time_range_are_included(logs: Any) -> None:
    put_lines(logs, *((after, str(after)) for after in range(5)))
    assert _found(logs, startTime=NOON_MS + 1, endTime=NOON_MS + 3) == ["1", "2", "3"]


def test_streams_are_chosen_by_name_or_prefix(logs: Any) -> None:
    logs.create_log_stream(logGroupName=GROUP, logStreamName="b/2")
    put_lines(logs, (1, "a"))
    put_lines(logs, (2, "b"), stream="b")
    put_lines(logs, (3, "b2"), stream="b/2")
    assert _found(logs, logStreamNames=["a", "b"]) == ["a", "b"]
    assert _found(logs, logStreamNamePrefix="b") == ["b", "b2"]
    asked = {"logGroupName": GROUP, "logStreamNames": ["nowhere"]}
    assert refused(logs.filter_log_events, **asked) == "ResourceNotFoundException"


# -- pages --------------------------------------------------------------------------------------


def test_pages_hold_as_many_as_asked_and_miss_none(logs: Any) -> None:
    put_lines(logs, *((after // 10, str(after)) for after in range(250)))
    pages = list(_pages(logs, limit=100))
    assert [len(page) for page in pages] == [100, 100, 50]
    assert [event["message"] for page in pages for event in page] == [str(number) for number in range(250)]


def test_a_page_ends_at_a_megabyte(logs: Any) -> None:
    for after in range(3):
        put_lines(logs, (after, "x" * 600_000))
    assert [len(page) for page in _pages(logs)] == [1, 1, 1]


def test_what_arrives_between_two_pages_is_neither_lost_nor_makes_others_come_twice(logs: Any) -> None:
    put_lines(logs, *((after, str(after)) for after in range(0, 40, 10)))
    first = logs.filter_log_events(logGroupName=GROUP, limit=2)
    put_lines(logs, (5, "before"), (25, "behind"))
    second = logs.filter_log_events(logGroupName=GROUP, nextToken=first["nextToken"])
    assert [event["message"] for event in second["events"]] == ["20", "behind", "30"]


def test_a_page_may_be_empty_before_the_last(aws: EmbeddedAws, logs: Any) -> None:
    aws.write_logs(GROUP, "a", ((NOON.timestamp(), "dull") for _ in range(210_000)))
    aws.write_logs(GROUP, "a", [(NOON.timestamp() + 1, "needle")])
    pages = list(_pages(logs, filterPattern="needle"))
    assert [len(page) for page in pages] == [0, 1]


def test_pages_can_go_backwards(logs: Any) -> None:
    put_lines(logs, *((after // 2, str(after)) for after in range(5)))
    asked = {"startTime": NOON_MS, "limit": 2}
    pages = list(_pages(logs, **asked, startFromHead=False))
    assert [[event["message"] for event in page] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    assert _found(logs, **asked, startFromHead=True) == ["0", "1", "2", "3", "4"]
    asked = {"logGroupName": GROUP, "startTime": 1_704_067_199_999, "startFromHead": False}
    assert refused(logs.filter_log_events, **asked) == "InvalidParameterException"


@pytest.mark.parametrize("token", ["rubbish", "MTIz", "eC8xLzI=", "é"])
def test_a_token_of_nobody_is_refused(logs: Any, token: str) -> None:
    asked = {"logGroupName": GROUP, "nextToken": token}
    assert refused(logs.filter_log_events, **asked) == "InvalidParameterException"


def test_more_than_ten_thousand_cannot_be_asked(logs: Any) -> None:
    asked = {"logGroupName": GROUP, "limit": 10_001}
    assert refused(logs.filter_log_events, **asked) == "InvalidParameterException"


# -- writing ------------------------------------------------------------------------------------


def test_what_is_too_old_or_too_new_is_left_out_and_told(logs: Any) -> None:
    day = 24 * 3_600_000
    too_old = put_lines(logs, (-14 * day - 2, "x"), (-14 * day - 1, "x"), (-14 * day, "oldest"))
    assert too_old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    too_new = put_lines(logs, (2 * 3_600_000, "newest"), (2 * 3_600_000 + 1, "x"), (2 * 3_600_000 + 2, "x"))
    assert too_new["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert "rejectedLogEventsInfo" not in put_lines(logs, (0, "now"))
    assert _found(logs) == ["oldest", "now", "newest"]


def test_what_its_group_would_have_forgotten_is_left_out(logs: Any) -> None:
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=1)
    told = put_lines(logs, (-86_400_001, "x"), (-86_400_000, "just"))
    assert told["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    assert _found(logs) == ["just"]


@pytest.mark.parametrize(
    "events",
    [
        [(2, "later"), (1, "earlier")],
        [(-86_400_001, "yesterday"), (0, "today")],
        [(0, "x" * 600_000), (0, "x" * 600_000)],
        [(0, "x")] * 10_001,
    ],
    ids=["order", "a day", "a megabyte", "ten thousand"],
)
def test_a_batch_that_aws_would_not_take_is_refused(logs: Any, events: list[tuple[int, str]]) -> None:
    with pytest.raises(ClientError, match="InvalidParameterException"):
        put_lines(logs, *events)
    assert _found(logs) == []


def test_time_is_real_unless_it_is_set(aws: EmbeddedAws, logs: Any) -> None:
    aws.set_clock(None)
    assert "rejectedLogEventsInfo" in put_lines(logs, (0, "of another day"))
    now = round(time.time() * 1000)
    put_lines(logs, (now - NOON_MS, "now"))
    assert now - 60_000 < next(_pages(logs))[0]["ingestionTime"] < now + 60_000


def test_forgetting_everything_forgets_the_clock(aws: EmbeddedAws) -> None:
    aws.set_clock(lambda: NOON)
    aws.reset()
    aws.write_logs(GROUP, "a", [(0, "x")])
    assert next(_pages(aws.client("logs")))[0]["ingestionTime"] > NOON_MS + 3_600_000


def test_lines_in_bulk_have_no_bounds_and_make_their_stream(aws: EmbeddedAws, logs: Any) -> None:
    long_ago = NOON - timedelta(days=90)
    written = aws.write_logs("/new", "s", ((long_ago.timestamp() + n, f"line {n}") for n in (2, 0, 1)))
    events = logs.filter_log_events(logGroupName="/new")["events"]
    assert written == 3
    assert [event["message"] for event in events] == ["line 0", "line 1", "line 2"]
    assert events[0]["timestamp"] == int(long_ago.timestamp() * 1000)


# -- other ways to the same lines ---------------------------------------------------------------


def test_a_stream_that_is_deleted_takes_its_lines_with_it(logs: Any) -> None:
    put_lines(logs, (1, "a"))
    put_lines(logs, (2, "b"), stream="b")
    logs.delete_log_stream(logGroupName=GROUP, logStreamName="a")
    assert _found(logs) == ["b"]
    assert logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]["storedBytes"] == 1 + 26


def test_the_events_of_one_stream_can_be_read_alone(logs: Any) -> None:
    put_lines(logs, (1, "a"), (2, "end"))
    put_lines(logs, (0, "b"), stream="b")
    asked = {"logGroupName": GROUP, "logStreamName": "a", "startFromHead": True}
    events = logs.get_log_events(**asked, endTime=NOON_MS + 2)["events"]
    assert [(event["message"], event["timestamp"]) for event in events] == [("a", NOON_MS + 1)]
    assert len(logs.get_log_events(**asked)["events"]) == 2


def test_a_subscription_gets_what_its_pattern_matches(logs: Any, make_function: Any, eventually: Any) -> None:
    seen: list[Any] = []
    function = make_function("hear", lambda event, _context: seen.append(event))
    named = {"logGroupName": GROUP, "filterName": "f", "destinationArn": function}
    logs.put_subscription_filter(**named, filterPattern="ERROR -dull")
    put_lines(logs, (1, "INFO"), (2, "ERROR dull"))
    put_lines(logs, (3, "ERROR one"), (4, "INFO"), (5, "ERROR two"))
    eventually(lambda: seen)
    sent = [json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"]))) for event in seen]
    assert [[event["message"] for event in one["logEvents"]] for one in sent] == [["ERROR one", "ERROR two"]]
    code = refused(logs.put_subscription_filter, **named, filterPattern="{ $.a")
    assert code == "InvalidParameterException"


def test_a_live_tail_filters_too(aws: EmbeddedAws, logs: Any) -> None:
    put_lines(logs, (1, "INFO"), (2, "ERROR"))
    client = aws.session().client("logs", config=Config(inject_host_prefix=False))
    arn = f"arn:aws:logs:{aws.region}:{aws.account}:log-group:{GROUP}"
    answer = client.start_live_tail(logGroupIdentifiers=[arn], logEventFilterPattern="-INFO")
    (update,) = [part["sessionUpdate"] for part in answer["responseStream"] if "sessionUpdate" in part]
    assert [event["message"] for event in update["sessionResults"]] == ["ERROR"]


def test_functions_are_listed_and_published_where_there_are_lines(
    aws: EmbeddedAws, logs: Any, make_function: Callable[..., str]
) -> None:
    put_lines(logs, (1, "INFO"))
    make_function("checkout", lambda _event, _context: None)
    client = aws.client("lambda")
    assert client.publish_version(FunctionName="checkout")["Version"] == "1"
    listed = client.list_functions(FunctionVersion="ALL")["Functions"]
    assert {one["Version"] for one in listed} == {"$LATEST", "1"}
