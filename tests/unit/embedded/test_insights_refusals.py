"""Logs Insights: what is no query is refused, with what is wrong and where; nothing is silently left out."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mainstay.embedded.insights import MalformedQueryError, Source, parse_query, run_query
from mainstay.embedded.logstore import LogStore

REFUSED: dict[str, tuple[str, str]] = {
    "nothing": ("", "the end of the query"),
    "only a comment": ("# fields x", "the end of the query"),
    "an unknown command": ("fields a | anomaly", "anomaly"),
    "a command of AWS's that is not here": ("diff previousDay", "diff"),
    "no pipe": ("fields a filter b = 1", "expected | or the end"),
    "a pipe at the end": ("fields a |", "the end of the query"),
    "an unknown function": ("fields jsonParse(a)", "jsonParse is no function"),
    "an unknown event field": ("filter @type = 'REPORT'", "@type is no field"),
    "an unknown period": ("stats count(*) by bin(1mo)", "1mo is no period"),
    "a period of nothing": ("stats count(*) by bin(0m)", "0m is no period"),
    "no period": ("stats count(*) by bin(5)", "5m"),
    "a period that is no number": ("fields datefloor(@timestamp, a)", "5m"),
    "a period before the end": ("fields datefloor(5m, 5m)", "5m"),
    "a period elsewhere": ("fields strlen(5m)", "5m"),
    "too few arguments": ("fields substr(a)", "1 arguments"),
    "too many arguments": ("fields strlen(a, b)", "2 arguments"),
    "an open parenthesis": ("filter (a = 1", "')'"),
    "an open list": ("filter a in [1", "']'"),
    "no list": ("filter a in 1", "'['"),
    "an open text": ('filter a = "x', "unterminated"),
    "an open regular expression": ("filter a like /x", "unterminated"),
    "a broken regular expression": ("filter a like /(/", "invalid regular expression"),
    "a Python group": ("parse /(?P<a>x)/", "(?<name>...)"),
    "like without a pattern": ("filter a like b", "in quotes"),
    "not without like": ("filter a not b", "like or in"),
    "a half comparison": ("filter a =", "the name of a field"),
    "a comparison twice": ("filter 1 < a < 3", "expected | or the end"),
    "a symbol of another language": ("filter a == 1", "unexpected"),
    "ampersands": ("filter a = 1 && b = 2", "unexpected symbol"),
    "a boolean": ("filter ok = true", "true"),
    "an aggregation in a filter": ("filter count(*) > 1", "stats only"),
    "an aggregation in fields": ("fields max(a)", "stats only"),
    "an aggregation of one": ("stats max(avg(a))", "another aggregation"),
    "no aggregation": ("stats level by bin(5m)", "no aggregation"),
    "an unknown aggregation": ("stats median(a)", "median is no function"),
    "a percentage above": ("stats pct(a, 101)", "0 to 100"),
    "a percentage that is no number": ("stats pct(a, b)", "0 to 100"),
    "max of everything": ("stats max(*)", "unexpected"),
    "an aggregation as key": ("stats count(*) by max(a)", "stats only"),
    "the same column twice": ("stats count(*), count(*)", "same name"),
    "three stats": ("stats count(*) as a | stats max(a) as b | stats max(b) as c", "at most 2 stats"),
    "a sort by what is not there": ("fields a | sort count(*)", "no column"),
    "a name of an event field": ("fields a as @message", "cannot be given"),
    "a limit of nothing": ("limit 0", "1 to 100000"),
    "a limit of too many": ("limit 100001", "1 to 100000"),
    "half a limit": ("limit 1.5", "whole number"),
    "a limit that is no number": ("limit many", "a number of rows"),
    "fewer names than wildcards": ("parse 'a * b *' as a", "2 wildcards but 1 names"),
    "a glob without names": ("parse 'a *'", "1 wildcards but 0 names"),
    "a glob without wildcards": ("parse 'a' as a", "0 wildcards but 1 names"),
    "a regular expression without groups": ("parse /x/", "0 groups but 0 names"),
    "a group without a name": ("parse /(x)(?<a>y)/", "2 groups but 1 names"),
    "parse with nothing": ("parse @message", "parse takes"),
    "dedup by an expression": ("dedup a + b", "expected | or the end"),
    "filter behind dedup": ("dedup a | filter a = 1", "only limit"),
    "a name with @ that nobody gave": ("stats avg(@latency)", "@latency is no field"),
    "a limit that stops the scan": ("limit any 5", "a number of rows"),
    "pattern behind stats": ("stats count(*) as n | pattern n", "pattern cannot stand"),
    "too deep": ("filter " + "(" * 60 + "1" + ")" * 60, "deep"),
    "too many signs": ("fields " + "-" * 60 + "1", "deep"),
    "too many nots": ("filter " + "not " * 60 + "a", "deep"),
    "too long": ("fields " + "a" * 10_000, "10000 characters"),
}


@pytest.mark.parametrize(("query", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_known_is_refused(query: str, told: str) -> None:
    with pytest.raises(MalformedQueryError) as caught:
        parse_query(query)
    assert told in str(caught.value)


def test_an_error_tells_its_place() -> None:
    text = "fields a\n| filter b ! 1"
    with pytest.raises(MalformedQueryError) as caught:
        parse_query(text)
    assert text[caught.value.start : caught.value.end] == "!"
    with pytest.raises(MalformedQueryError, match="at line 2 and position 2"):
        parse_query("fields a\n| wat b")


# -- any text -----------------------------------------------------------------------------------

LOG = LogStore()
LOG.write(
    "s",
    [
        (0, '{"a": {"b": [1, "x", null, true]}, "n": 1e308, "t": "²", "deep": [[[]]]}'),
        (1, "level=ERROR took 12 ms"),
        (2, '{"a": "text", "n": -5, "big": ' + "9" * 300 + "}"),
        (3, ""),
        (4, "\udc80 \0 {"),
    ],
    ingested=0,
)
NAMES = "a.b.1 n t a big deep.0.0 nothing @timestamp @message @ptr @logStream @ingestionTime `t`".split()  # noqa: SIM905
VALUES = st.sampled_from(
    [*NAMES, "1", "0", "1.5e300", "999999999999999", "''", "'x'", '"-5"', "bin(1ms)", "bin(999999999d)"]
)


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = "strlen tolower trim abs ceil floor sqrt log fromMillis toMillis isempty ispresent isblank"
    two = "concat strcontains coalesce greatest least substr rtrim"
    operators = "+ - * / % ^ = != < <= > >= and or".split()  # noqa: SIM905
    return st.one_of(
        st.tuples(st.sampled_from(one.split()), inner).map(lambda made: f"{made[0]}({made[1]})"),
        st.tuples(st.sampled_from(two.split()), inner, inner).map(lambda made: "{}({},{})".format(*made)),
        st.tuples(inner, st.sampled_from(operators), inner).map(lambda made: "({} {} {})".format(*made)),
        inner.map(lambda made: f"datefloor({made}, 3d)"),
        inner.map(lambda made: f"replace({made}, 'x', {made})"),
        inner.map(lambda made: f"(not {made})"),
        inner.map(lambda made: f"({made} like /x|\\d/)"),
        st.tuples(inner, inner).map(lambda made: "({} not in [{}, 'x'])".format(*made)),
    )


EXPRESSIONS = st.recursive(VALUES, _calls, max_leaves=6)
AGGREGATIONS = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                "count",
                "count_distinct",
                "sum",
                "avg",
                "min",
                "max",
                "stddev",
                "earliest",
                "latest",
                "sortsFirst",
            ]
        ),
        EXPRESSIONS,
    ).map(lambda made: f"{made[0]}({made[1]})"),
    EXPRESSIONS.map(lambda made: f"pct({made}, 95)"),
    st.just("count(*)"),
)
COMMANDS = st.one_of(
    EXPRESSIONS.map(lambda made: f"fields {made} as x"),
    EXPRESSIONS.map(lambda made: f"display {made}"),
    EXPRESSIONS.map(lambda made: f"filter {made}"),
    EXPRESSIONS.map(lambda made: f"sort {made} desc, @timestamp"),
    st.tuples(AGGREGATIONS, EXPRESSIONS).map(lambda made: "stats {} as x by {} as y".format(*made)),
    st.tuples(AGGREGATIONS, AGGREGATIONS).map(lambda made: "stats {} / {} as x".format(*made)),
    st.sampled_from(NAMES).map(lambda made: f"dedup {made}"),
    st.sampled_from(NAMES).map(lambda made: f"parse {made} '*=* ' as x, y"),
    st.sampled_from(NAMES).map(lambda made: f"pattern {made}"),
    st.just("limit 2"),
)
PIECES = st.sampled_from(
    "fields filter stats sort parse | , ( ) [ ] as by in like not and * + - / /x/ = a @message 5m 'x'".split()  # noqa: SIM905
)


def _run_or_refuse(text: str) -> Any:
    try:
        query = parse_query(text)
    except MalformedQueryError as error:
        return error
    return run_query(query, [Source("1:/aws/lambda/x", LOG, 0, 10)])


@given(st.text())
@example("fields `\0`")
def test_any_text_runs_or_is_refused(text: str) -> None:
    assert _run_or_refuse(text)


@given(st.lists(PIECES).map(" ".join))
def test_any_words_run_or_are_refused(text: str) -> None:
    assert _run_or_refuse(text)


@given(st.lists(COMMANDS, min_size=1, max_size=4).map(" | ".join))
@example("fields ceil(1.5e300) as x | sort x")
@example("fields @timestamp * 1e300 as x | fields fromMillis(x)")
def test_any_query_of_known_parts_runs(text: str) -> None:
    outcome = _run_or_refuse(text)
    if isinstance(outcome, MalformedQueryError):
        assert any(told in str(outcome) for told in ("stats", "pattern", "behind dedup"))
    else:
        assert all(isinstance(value, str) for row in outcome.rows for _, value in row)
