"""Logs Insights: what becomes of the lines that a filter has kept."""

from collections.abc import Callable
from typing import Any

import pytest

from mainstay.embedded.insights import Source, parse_query, run_query
from mainstay.embedded.logstore import LogStore

Ask = Callable[..., Any]
Rows = list[dict[str, str]]

START = 1_772_452_800_000


# -- stats --------------------------------------------------------------------------------------

STATS: dict[str, tuple[str, Rows]] = {
    "count": ("stats count(*)", [{"count(*)": "6"}]),
    "count of a field": ("stats count(ms) as n", [{"n": "2"}]),
    "count of nothing": ("filter ms > 999 | stats count(*) as n, max(ms) as m", [{"n": "0"}]),
    "no group of nothing": ("filter ms > 999 | stats count(*) by level", []),
    "numbers": (
        "stats sum(ms) as s, avg(ms) as a, min(ms) as low, max(ms) as high",
        [{"s": "330.5", "a": "165.25", "low": "80.5", "high": "250"}],
    ),
    "pct": ("parse 'latency=* ' as t | stats pct(t, 50) as p", [{"p": "9.5"}]),
    "stddev": ("parse 'latency=* ' as t | stats stddev(t) as d", [{"d": "2.5"}]),
    "count_distinct": ("stats count_distinct(@logStream) as n", [{"n": "2"}]),
    "first and last": (
        "filter ispresent(ms) | stats earliest(level) as e, latest(level) as l",
        [{"e": "ERROR", "l": "WARN"}],
    ),
    "sorted first and last": (
        "stats sortsFirst(level) as f, sortsLast(level) as l",
        [{"f": "ERROR", "l": "WARN"}],
    ),
    "by time": (
        "stats count(*) as n by bin(5m) | sort bin(5m)",
        [
            {"bin(5m)": "2026-03-02 12:00:00.000", "n": "3"},
            {"bin(5m)": "2026-03-02 12:05:00.000", "n": "2"},
            {"bin(5m)": "2026-03-02 12:10:00.000", "n": "1"},
        ],
    ),
    "by time and field": (
        "filter @message not like /^{/ | stats count(*) as n by bin(10m) as t, @logStream as s | sort t, s",
        [
            {"t": "2026-03-02 12:00:00.000", "s": "a", "n": "2"},
            {"t": "2026-03-02 12:00:00.000", "s": "b", "n": "1"},
            {"t": "2026-03-02 12:10:00.000", "s": "a", "n": "1"},
        ],
    ),
    "by what may be missing": (
        "stats count(*) as n by level | sort n desc, level",
        [{"n": "4"}, {"level": "ERROR", "n": "1"}, {"level": "WARN", "n": "1"}],
    ),
    "of an expression": ("stats max(ms / 10) as m", [{"m": "25"}]),
    "an expression of aggregations": ("stats sum(ms) / count(ms) as m", [{"m": "165.25"}]),
    "times": (
        "filter ispresent(ms) | stats min(@timestamp) as a, max(@timestamp) - a as s, fromMillis(a) as t",
        [{"a": "1772453100000", "s": "60000", "t": "2026-03-02 12:05:00.000"}],
    ),
    "an earlier column": ("stats max(ms) as b, min(ms) as a, b - a as d | display d", [{"d": "169.5"}]),
    "filtered behind": (
        "stats count(*) as n by @logStream | filter n > 2",
        [{"@logStream": "a", "n": "4"}],
    ),
    "computed behind": ("stats count(*) as n | fields n * 2 as twice", [{"n": "6", "twice": "12"}]),
    "sorted by its own text": (
        "stats count(*) by @logStream | sort count(*)",
        [{"@logStream": "b", "count(*)": "2"}, {"@logStream": "a", "count(*)": "4"}],
    ),
    "stats of stats": (
        "stats count(*) as n by bin(5m) as t | stats max(n) as m, avg(n) as a",
        [{"m": "3", "a": "2"}],
    ),
}


@pytest.mark.parametrize(("query", "rows"), STATS.values(), ids=STATS)
def test_stats_give_one_row_for_each_group(query: str, rows: Rows, ask: Ask) -> None:
    assert ask(query) == rows


# -- sort, limit, dedup, parse, pattern ---------------------------------------------------------


def test_sort_puts_nothing_before_texts_before_numbers(ask: Ask) -> None:
    query = r"parse /(?<v>after|latency=\d+)/ | fields coalesce(ms, v) as x | sort x {} | display x"
    found = [None, "after", "latency=7", "latency=12", "80.5", "250"]
    assert [row.get("x") for row in ask(query.format("asc"))] == found
    assert [row.get("x") for row in ask(query.format("desc"))] == found[::-1]


def test_sort_of_texts_is_natural() -> None:
    """The example of AWS's documentation, with what it says of numbers."""
    ordered = [
        "!",
        "#",
        "*%04",
        "0#",
        "5A",
        "111A",
        "2345_",
        "@",
        "@_",
        "A",
        "A9876fghj",
        "a12345hfh",
        "0",
        "1",
        "2",
    ]
    store = LogStore()
    store.write("s", [(START, text) for text in sorted(ordered)], ingested=0)
    query = parse_query("fields @message | sort @message asc")
    rows = run_query(query, [Source("1:app", store, START, START)]).rows
    assert [dict(row)["@message"] for row in rows] == ordered


def test_sort_by_several(ask: Ask) -> None:
    found = ask("fields @logStream as s, strlen(@message) as n | sort s desc, n asc | limit 3")
    assert [(row["s"], row["n"]) for row in found] == [("b", "29"), ("b", "76"), ("a", "18")]


def test_limit_is_of_the_query_before_that_of_the_call(outcome: Ask) -> None:
    assert len(outcome("fields ms", limit=4).rows) == 4
    assert len(outcome("fields ms | limit 2", limit=4).rows) == 2
    assert len(outcome("fields ms | limit 5", limit=4).rows) == 5
    assert len(outcome("fields ms | sort ms", limit=4).rows) == 4


def test_dedup_keeps_the_first_of_each_and_all_that_lack_the_field(ask: Ask, app_lines: list[str]) -> None:
    assert len(ask("sort @timestamp asc | dedup @logStream")) == 2
    assert [row.get("@message") for row in ask("sort @timestamp asc | dedup @logStream")] == [
        app_lines[0],
        app_lines[1],
    ]
    assert len(ask("fields 1 as one, level | dedup level, one")) == 6


PARSES: dict[str, tuple[str, list[dict[str, str]]]] = {
    "a glob": (
        'parse @message "user=* latency=* done" as user, ms | display user, ms',
        [{"user": "bob", "ms": "7"}, {"user": "ann", "ms": "12"}],
    ),
    "a glob that ends open": (
        "parse 'user=* *' as user, rest | display user, rest",
        [{"user": "bob", "rest": "latency=7 done"}, {"user": "ann", "rest": "latency=12 done"}],
    ),
    "names with @": (
        "parse 'user=* latency=* ' as @user, @ms | stats avg(@ms) as ms by @user as user | sort ms",
        [{"user": "bob", "ms": "7"}, {"user": "ann", "ms": "12"}],
    ),
    "a regular expression": (
        r"parse @message /user=(?<user>\w+) latency=(?<ms>\d+)/ | display user, ms",
        [{"user": "bob", "ms": "7"}, {"user": "ann", "ms": "12"}],
    ),
    "a regular expression with names behind": (
        r"parse @message /latency=(\d+)/ as ms | display ms",
        [{"ms": "7"}, {"ms": "12"}],
    ),
    "a field that was parsed": (
        "parse 'user=* done' as rest | parse rest '* latency=*' as user, ms | display user, ms",
        [{"user": "bob", "ms": "7"}, {"user": "ann", "ms": "12"}],
    ),
}


@pytest.mark.parametrize(("query", "rows"), PARSES.values(), ids=PARSES)
def test_a_parse_takes_values_out_of_a_text(query: str, rows: Rows, ask: Ask) -> None:
    assert ask(f"filter @message like /^INFO/ | {query}") == rows


def test_what_does_not_fit_a_parse_stays_without(ask: Ask) -> None:
    assert ask("filter @message like /disk/ | parse 'user=* ' as user | display user, @logStream") == [
        {"@logStream": "a"}
    ]


def test_pattern_groups_lines_by_their_fixed_parts(ask: Ask) -> None:
    rows = ask("filter @message like /^INFO/ | pattern @message")
    assert [(row["@sampleCount"], row["@ratio"], row["@severityLabel"]) for row in rows] == [
        ("1", "0.5", "INFO"),
        ("1", "0.5", "INFO"),
    ]
    assert ask("parse 'user=* *' as u, rest | filter ispresent(rest) | pattern rest") == [
        {"@pattern": "latency=<*> done", "@ratio": "1", "@sampleCount": "2"}
    ]


# -- text of queries, and what they cost --------------------------------------------------------


def test_a_query_may_have_lines_and_comments(ask: Ask, app_lines: list[str]) -> None:
    text = """# errors only
        FIELDS @message # what
        | filter @message like /ERROR # not a comment/ or @message like "ERROR"
        | limit 1"""
    assert ask(text) == [{"@message": app_lines[3]}]


def test_statistics_tell_what_was_looked_at(outcome: Ask, app_lines: list[str]) -> None:
    size = sum(len(message) + 26 for message in app_lines)
    for text, matched in (
        ("fields ms", 6),
        ("filter ms > 1 | stats count(*) by level | limit 1", 2),
        ("filter @message like /INFO/ | limit 1", 2),
    ):
        found = outcome(text)
        assert (found.records_matched, found.records_scanned, found.bytes_scanned) == (matched, 6, size)


def test_json_inside_a_line_is_discovered_in_lambda_groups_only() -> None:
    store = LogStore()
    store.write("s", [(START, 'START x {"level":"ERROR"} y')], ingested=0)
    for log, found in (("1:/aws/lambda/f", 1), ("1:/app", 0)):
        query = parse_query("filter level = 'ERROR'")
        assert len(run_query(query, [Source(log, store, START, START)]).rows) == found


def test_lines_of_several_groups_are_mixed_by_time() -> None:
    sources = []
    for name, times in (("one", (0, 2)), ("two", (1, 3))):
        store = LogStore()
        store.write("s", [(START + at, f"{name}-{at}") for at in times], ingested=0)
        sources.append(Source(f"1:{name}", store, START, START + 10))
    for order, found in (("", "3210"), ("| sort @timestamp asc", "0123")):
        rows = run_query(parse_query(f"fields @message, @log {order}"), sources).rows
        assert [dict(row)["@message"][-1] for row in rows] == list(found)
    assert dict(rows[0])["@log"] == "1:one"
