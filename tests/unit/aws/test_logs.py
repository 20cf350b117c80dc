"""What was ingested into a log group: every line once, or a sample that says what it stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.aws.clients import Aws
from chalicelib.aws.logs import Logs, Reading
from chalicelib.errors import AwsError, NotFoundError, UnknownLogGroupError, UnreachableError
from chalicelib.prediction.spans import Span
from mainstay.embedded.clock import CLOCK
from mainstay.embedded.repairs import insights, logs, remove_repairs
from tests.unit.aws.making import REGION

GROUP = "/app/checkout"
START = 1_900_000_000_000
MINUTE = 60_000
LATE = 2 * MINUTE
SPAN = Span(after=START, upto=START + 5 * MINUTE, late=LATE)


def no_wait(_seconds: float) -> None:
    """Tests wait for nothing."""


class ScriptedAws(Aws):
    """Answers each operation with what the script has for it, in turn, and remembers what was asked."""

    def __init__(self, **script: Sequence[Any]) -> None:
        super().__init__(region=REGION)
        self._script = {operation: iter(answers) for operation, answers in script.items()}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.calls.append((operation, parameters))
        answer = next(self._script[operation])
        if isinstance(answer, Exception):
            raise answer
        found: dict[str, Any] = answer
        return found

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == operation]


class StoredAws(Aws):
    """FilterLogEvents over events as (time stamp, time of ingestion), three on each page."""

    def __init__(self, events: Sequence[tuple[int, int]]) -> None:
        super().__init__(region=REGION)
        self._events = sorted(events)

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert (service, operation) == ("logs", "filter_log_events")
        found = [
            {"timestamp": at, "ingestionTime": ingested, "message": f"{at} {ingested}"}
            for at, ingested in self._events
            if parameters["startTime"] <= at <= parameters["endTime"]
        ]
        start = int(parameters.get("nextToken", 0))
        more = {"nextToken": str(start + 3)} if start + 3 < len(found) else {}
        return {"events": found[start : start + 3], **more}


def read(aws: Aws, span: Span = SPAN, **how: Any) -> Reading:
    usual: dict[str, Any] = {"most": 1000, "expected": 0, "pieces": ()}
    return Logs(aws, no_wait).read_span(GROUP, span, **usual | how)


def texts(reading: Reading) -> list[str]:
    return [text for stratum in reading.strata for _, text in stratum.lines]


# -- line by line -------------------------------------------------------------------------------


def test_every_line_of_a_span_is_read_over_all_pages() -> None:
    events = [(START + number * 1000, START + number * 1000 + 500) for number in range(20)]
    reading = read(StoredAws(events))
    assert texts(reading) == [f"{at} {ingested}" for at, ingested in events]
    assert [stratum.weight for stratum in reading.strata] == [1.0]
    assert reading.strata[0].lines[0][0] == START / 1000
    assert (reading.lines, reading.sampled) == (20, False)


def test_a_group_in_which_nothing_came_has_no_lines() -> None:
    assert texts(read(StoredAws([]))) == []


def test_a_line_that_comes_late_is_in_the_span_in_which_it_came() -> None:
    late = (START - LATE + 1, START + 1)
    following = Span(after=SPAN.upto, upto=SPAN.upto + 5 * MINUTE, late=LATE)
    assert len(texts(read(StoredAws([late]), SPAN))) == 1
    assert texts(read(StoredAws([late]), following)) == []


@given(
    events=st.lists(
        st.tuples(st.integers(START, START + 30 * MINUTE), st.integers(-LATE, LATE)), max_size=12
    ),
    cuts=st.lists(st.integers(START, START + 35 * MINUTE), max_size=6),
)
def test_whatever_the_delays_and_the_spans_every_event_is_in_exactly_one(
    events: list[tuple[int, int]], cuts: list[int]
) -> None:
    """Writers' clocks may be ahead or behind by as much as an event may be late."""
    stored = [(ingested - delay, ingested) for ingested, delay in events]
    ends = [START - 1, *sorted(cuts), START + 40 * MINUTE]
    aws = StoredAws(stored)
    found = [
        text
        for after, upto in pairwise(ends)
        if after < upto
        for text in texts(read(aws, Span(after=after, upto=upto, late=LATE)))
    ]
    assert sorted(found) == sorted(f"{at} {ingested}" for at, ingested in stored)


def test_a_group_that_is_gone_is_named_as_such() -> None:
    with pytest.raises(UnknownLogGroupError, match=GROUP):
        read(ScriptedAws(filter_log_events=[NotFoundError("ResourceNotFoundException")]))


# -- by sample, where the lines are -------------------------------------------------------------


@pytest.fixture(scope="module")
def cloud() -> Iterator[Aws]:
    """Embedded CloudWatch Logs with one large group: mostly one line, some of another, few of a third."""
    with mock_aws():
        logs.install()
        insights.install()
        client = boto3.client("logs", region_name=REGION)
        client.create_log_group(logGroupName=GROUP)
        client.create_log_stream(logGroupName=GROUP, logStreamName="s")
        _fill(client)
        yield Aws(region=REGION)
        CLOCK.set(None)
        remove_repairs()


LINES = 30_000
RARE = 40
FIRST_PIECE, SECOND_PIECE = "answered GET /orders?", "reserved (stock) for"


def _fill(client: Any) -> None:
    """Ingested within the span's five minutes, in batches; a tenth of them comes a minute late."""
    per_batch = 3000
    for batch in range(LINES // per_batch):
        ingested = START + 1000 + batch * 29_000
        CLOCK.set(lambda at=ingested: datetime.fromtimestamp(at / 1000, UTC))  # type: ignore[misc]
        delay = MINUTE if batch == 3 else 0
        events = [
            {"timestamp": ingested - delay - per_batch + number, "message": _line(batch * per_batch + number)}
            for number in range(per_batch)
        ]
        client.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=events)


def _line(number: int) -> str:
    if number % (LINES // RARE) == 0:
        return f"failed to charge card {number}"
    if number % 5 == 0:
        return f"{number} reserved (stock) for {number % 7}"
    return f"answered GET /orders?{number} in {number % 90} ms"


@pytest.mark.parametrize(
    ("how", "strata"),
    [
        ({"expected": LINES}, 2),
        ({"expected": LINES, "pieces": (FIRST_PIECE, SECOND_PIECE)}, 3),
        ({"expected": 0}, 2),
        ({"expected": 0, "pieces": (FIRST_PIECE, SECOND_PIECE)}, 3),
        ({"expected": 0, "most": 29_000, "pieces": (FIRST_PIECE,)}, 3),
    ],
    ids=["expected", "expected and known", "a surprise", "a known surprise", "nearly all"],
)
def test_a_sample_stands_for_all_lines_of_the_span(cloud: Aws, how: dict[str, Any], strata: int) -> None:
    reading = read(cloud, **how)
    assert reading.sampled
    assert len(reading.strata) >= strata
    weights = [(len(one.lines), one.weight) for one in reading.strata]
    assert sum(count * weight for count, weight in weights) == pytest.approx(LINES)
    assert reading.lines == pytest.approx(LINES)


def test_a_sample_is_much_less_than_all(cloud: Aws) -> None:
    reading = read(cloud, expected=LINES, pieces=(FIRST_PIECE, SECOND_PIECE))
    assert len(texts(reading)) < LINES / 3


def test_what_is_rare_is_read_whole_beside_what_is_frequent(cloud: Aws) -> None:
    reading = read(cloud, expected=LINES, pieces=(FIRST_PIECE, SECOND_PIECE))
    _, rare, *often = reading.strata
    assert [text for _, text in rare.lines if not text.startswith("failed to charge")] == []
    assert (len(rare.lines), rare.weight) == (RARE, 1.0)
    assert not [text for one in often for _, text in one.lines if text.startswith("failed")]


@pytest.mark.parametrize("kind", ["answered", "reserved"])
def test_what_each_line_stands_for_is_right_for_each_kind_of_line(cloud: Aws, kind: str) -> None:
    reading = read(cloud, expected=LINES, pieces=(FIRST_PIECE, SECOND_PIECE))
    estimated = sum(stratum.weight for stratum in reading.strata for _, text in stratum.lines if kind in text)
    true = sum(kind in _line(number) for number in range(LINES))
    assert estimated == pytest.approx(true, rel=0.1)


def test_lines_come_with_the_time_at_which_they_happened(cloud: Aws) -> None:
    reading = read(cloud, expected=LINES)
    times = [at for stratum in reading.strata for at, _ in stratum.lines]
    assert START / 1000 - 60 <= min(times) <= max(times) <= SPAN.upto / 1000
    assert any(at != round(at) for at in times)


def test_what_is_not_so_rare_as_it_was_is_sampled_evenly_as_well(cloud: Aws) -> None:
    """The newest lines alone, which a query answers, would be no sample of the span."""
    reading = read(cloud, expected=LINES, pieces=(SECOND_PIECE,))
    rare = [one for one in reading.strata if any("answered" in text for _, text in one.lines)]
    assert min(one.weight for one in rare) > 1
    assert sum(stratum.weight * len(stratum.lines) for stratum in reading.strata) == pytest.approx(LINES)
    times = [at for one in rare for at, _ in one.lines]
    assert sum(at < START / 1000 + 145 for at in times) == pytest.approx(len(times) / 2, rel=0.15)


def test_each_five_minutes_are_weighed_by_what_was_counted_in_them(cloud: Aws) -> None:
    reading = read(cloud, expected=LINES)
    estimated: Counter[int] = Counter()
    for stratum in reading.strata:
        for at, _ in stratum.lines:
            estimated[int(at // 300)] += stratum.weight  # type: ignore[assignment]
    true = Counter(int(at // 300) for at, _ in read(cloud, most=LINES).strata[0].lines)
    assert dict(estimated) == pytest.approx(dict(true))


def test_two_spans_that_follow_each_other_share_the_lines(cloud: Aws) -> None:
    middle = START + 2 * MINUTE
    halves = [
        read(cloud, Span(after=after, upto=upto, late=LATE), expected=LINES)
        for after, upto in ((START, middle), (middle, SPAN.upto))
    ]
    assert sum(one.lines for one in halves) == pytest.approx(LINES)
    assert min(one.lines for one in halves) > 0


def test_up_to_the_most_lines_nothing_is_sampled(cloud: Aws) -> None:
    reading = read(cloud, most=LINES, expected=LINES)
    assert not reading.sampled
    assert len(texts(reading)) == LINES


# -- queries ------------------------------------------------------------------------------------

STARTED = {"queryId": "q-1"}


def complete(rows: Sequence[Mapping[str, str]] = (), matched: float = 0) -> dict[str, Any]:
    cells = [[{"field": name, "value": value} for name, value in row.items()] for row in rows]
    return {"status": "Complete", "results": cells, "statistics": {"recordsMatched": matched}}


def test_a_query_is_waited_for_with_growing_pauses() -> None:
    waits: list[float] = []
    aws = ScriptedAws(
        start_query=[STARTED] * 2,
        get_query_results=[
            {"status": "Scheduled"},
            *[{"status": "Running"}] * 5,
            complete([{"slot": "2026-03-04 10:00:00.000", "lines": "0"}]),
            complete(),
        ],
    )
    reading = Logs(aws, waits.append).read_span(GROUP, SPAN, most=10, expected=11, pieces=())
    assert (reading.lines, reading.sampled) == (0, True)
    assert waits == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


def test_a_query_that_takes_too_long_is_stopped_and_said_so() -> None:
    waits: list[float] = []
    running = iter(lambda: {"status": "Running"}, None)
    aws = ScriptedAws(start_query=[STARTED], get_query_results=running, stop_query=[{}])  # type: ignore[arg-type]
    with pytest.raises(UnreachableError, match="not ready"):
        Logs(aws, waits.append).read_span(GROUP, SPAN, most=10, expected=11, pieces=())
    assert aws.asked("stop_query") == [{"queryId": "q-1"}]
    assert 58 <= sum(waits) <= 62


@pytest.mark.parametrize("status", ["Failed", "Cancelled", "Timeout", "Unknown"])
def test_a_query_that_fails_is_an_error_and_not_an_empty_answer(status: str) -> None:
    aws = ScriptedAws(start_query=[STARTED], get_query_results=[{"status": status}])
    with pytest.raises(AwsError, match=status):
        read(aws, expected=10_000)


def test_a_query_looks_no_further_than_lines_may_be_late() -> None:
    aws = ScriptedAws(start_query=[STARTED] * 2, get_query_results=[complete(), complete()])
    read(aws, expected=10_000)
    asked = aws.asked("start_query")[0]
    assert asked["startTime"] * 1000 <= SPAN.earliest
    assert asked["endTime"] * 1000 >= SPAN.latest
    assert f"@ingestionTime > {SPAN.after} and @ingestionTime <= {SPAN.upto}" in asked["queryString"]


def test_nothing_that_stands_in_a_log_line_becomes_part_of_a_query() -> None:
    aws = ScriptedAws(start_query=[STARTED] * 3, get_query_results=[complete(), complete(), complete()])
    read(aws, expected=10_000, pieces=('" or 1=1 | limit 1 /', "/ | stats count(*)"))
    queries = [asked["queryString"] for asked in aws.asked("start_query")]
    patterns = {pattern for query in queries for pattern in re.findall(r"/[^/]*/", query)}
    assert patterns == {"/. or 1.1 . limit 1 .|. . stats count.../"}
    beside = [re.sub(r"/[^/]*/", "", query).partition(" | ")[2] for query in queries]
    assert [text.split()[0] for text in beside] == ["fields", "stats", "fields"]
    assert not [text for text in beside if "|" in text.removesuffix("| limit 10000")]


# -- which groups there are ---------------------------------------------------------------------


def test_groups_are_found_by_the_beginning_of_their_name_over_all_pages() -> None:
    pages = [
        {"logGroups": [{"logGroupName": "/app/a"}, {"logGroupName": "/app/b"}], "nextToken": "t"},
        {"logGroups": [{"logGroupName": "/app/c"}]},
    ]
    aws = ScriptedAws(describe_log_groups=pages)
    assert list(Logs(aws, no_wait).names("/app/")) == ["/app/a", "/app/b", "/app/c"]
    assert {asked["logGroupNamePrefix"] for asked in aws.asked("describe_log_groups")} == {"/app/"}


def test_without_a_beginning_all_groups_are_asked_for() -> None:
    aws = ScriptedAws(describe_log_groups=[{"logGroups": []}])
    assert list(Logs(aws, no_wait).names("")) == []
    assert aws.asked("describe_log_groups") == [{}]


def test_groups_are_found_by_all_of_their_tags_over_all_pages() -> None:
    arn = "arn:aws:logs:eu-west-1:111122223333:log-group:"
    pages = [
        {"ResourceTagMappingList": [{"ResourceARN": f"{arn}/app/a"}], "PaginationToken": "t"},
        {"ResourceTagMappingList": [{"ResourceARN": f"{arn}/app/b:*"}], "PaginationToken": ""},
    ]
    aws = ScriptedAws(get_resources=pages)
    found = list(Logs(aws, no_wait).names_tagged({"team": "shop", "mainstay": "*"}))
    assert found == ["/app/a", "/app/b"]
    first, second = aws.asked("get_resources")
    assert first["ResourceTypeFilters"] == ["logs:log-group"]
    assert first["TagFilters"] == [{"Key": "mainstay", "Values": []}, {"Key": "team", "Values": ["shop"]}]
    assert second["PaginationToken"] == "t"


def test_all_queries_of_a_span_together_are_waited_for_no_longer_than_one() -> None:
    """A worker has to be done before its own time is over."""
    slow = [
        *[{"status": "Running"}] * 20,
        {"status": "Complete", "results": [], "statistics": {"recordsMatched": 0}},
    ]
    waited: list[float] = []
    aws = ScriptedAws(start_query=[STARTED] * 3, get_query_results=slow * 3, stop_query=[{}])
    with pytest.raises(UnreachableError, match="not ready"):
        Logs(aws, waited.append).read_span(GROUP, SPAN, most=1, expected=2, pieces=("all is well",))
    assert len(aws.asked("start_query")) == 2
    assert sum(waited) <= 62
