"""Logs Insights: which lines a filter keeps, and what functions make of them."""

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[..., Any]


# -- filter -------------------------------------------------------------------------------------

FILTERS: dict[str, tuple[str, list[int]]] = {
    "like a text": ('@message like "ERROR"', [0, 3]),
    "like a text in single quotes": ("@message like 'ERROR'", [0, 3]),
    "like is about the case of letters": ('@message like "error"', []),
    "like a regular expression": ("@message like /^(INFO|WARN) /", [1, 2, 5]),
    "a flag in a regular expression": ("@message like /(?i)error/", [0, 3]),
    "an escaped slash": (r"@message like /a\/b/ or @message like /full/", [5]),
    "=~": ("@message =~ /latency=\\d+/", [1, 2]),
    "not like": ("@message not like /ERROR|INFO/", [4, 5]),
    "not in front": ('not @message like "ERROR"', [1, 2, 4, 5]),
    "equal to a field of JSON": ('level = "ERROR"', [3]),
    "not equal, or missing": ('level != "ERROR"', [0, 1, 2, 4, 5]),
    "a number": ("ms > 80.5", [3]),
    "a number or equal": ("ms >= 80.5", [3, 4]),
    "less": ("ms < 100", [4]),
    "less or equal": ("ms <= 80", []),
    "a number as text": ("ms = '250'", [3]),
    "a field of a field": ("user.name = 'bob'", [4]),
    "an element of a list": ("user.tags.1 = 'y'", [3]),
    "a name in backticks": ("`user.name` = 'bob'", [4]),
    "a boolean is a number": ("ok = 1", [4]),
    "in": ("level in ['WARN', 'INFO']", [4]),
    "not in": ("ispresent(level) and level not in ['WARN', 'INFO']", [3]),
    "in numbers": ("ms in [1, 250]", [3]),
    "and before or": ("level = 'WARN' or level = 'ERROR' and ms < 10", [4]),
    "parentheses": ("(level = 'WARN' or level = 'ERROR') and ms < 10", []),
    "ispresent": ("ispresent(ms)", [3, 4]),
    "letters of a function's name": ("isPresent(ms)", [3, 4]),
    "isempty": ("ispresent(level) and isempty(none)", [3, 4]),
    "strcontains": ("strcontains(@message, 'done')", [1, 2]),
    "a calculation": ("ms * 2 - 1 = 499", [3]),
    "two fields": ("ms / strlen(level) > 20", [3, 4]),
    "an event field": ("@logStream = 'b'", [1, 3]),
    "a text and a number do not compare": ("level > 5", []),
    "texts compare as texts": ("level > 'F'", [4]),
    "words in capitals": ("level = 'WARN' OR level = 'ERROR'", [3, 4]),
}


@pytest.mark.parametrize(("condition", "kept"), FILTERS.values(), ids=FILTERS)
def test_a_filter_keeps_the_rows_that_fit(
    condition: str, kept: list[int], ask: Ask, app_lines: list[str]
) -> None:
    found = [row["@message"] for row in ask(f"filter {condition} | sort @timestamp asc")]
    assert found == [app_lines[number] for number in kept]


def test_filters_add_up(ask: Ask) -> None:
    assert len(ask("filter @message like /INFO/ | filter @message like /ann/")) == 1


# -- fields, display ----------------------------------------------------------------------------


def test_without_fields_there_are_time_and_message_newest_first(ask: Ask, app_lines: list[str]) -> None:
    rows = ask("limit 2")
    assert rows == [
        {"@timestamp": "2026-03-02 12:11:00.000", "@message": app_lines[5]},
        {"@timestamp": "2026-03-02 12:06:00.000", "@message": app_lines[4]},
    ]


def test_fields_are_shown_where_they_are(ask: Ask) -> None:
    rows = ask("fields @logStream, level, user.name as who | filter ms > 100")
    assert rows == [{"@logStream": "b", "level": "ERROR", "who": "ann"}]
    assert ask("fields level | filter @message like /disk/") == [{}]


def test_several_fields_commands_add_up_and_display_decides(ask: Ask) -> None:
    assert list(ask("fields @logStream | fields ms as m | filter m = 250")[0]) == ["@logStream", "m"]
    assert list(ask("fields @logStream, ms as m | filter m = 250 | display m")[0]) == ["m"]


def test_every_event_field_is_there(ask: Ask, outcome: Ask, app_lines: list[str]) -> None:
    (row,) = ask("fields @timestamp, @ingestionTime, @log, @logStream, @message | filter ms = 250")
    assert row == {
        "@timestamp": "2026-03-02 12:05:00.000",
        "@ingestionTime": "2026-03-02 13:00:00.000",
        "@log": "1:app",
        "@logStream": "b",
        "@message": app_lines[3],
    }
    assert all(dict(row)["@ptr"] for row in outcome("fields ms").rows)


FUNCTIONS: dict[str, tuple[str, str | None]] = {
    "strlen": ("strlen(level)", "5"),
    "tolower": ("tolower(level)", "error"),
    "toupper": ("toupper(user.name)", "ANN"),
    "trim": ("trim('  a ')", "a"),
    "trim characters": ("trim('xax', 'x')", "a"),
    "concat": ("concat(level, '-', ms)", "ERROR-250"),
    "replace": ("replace(level, 'R', 'x')", "ExxOx"),
    "substr": ("substr(level, 1)", "RROR"),
    "substr with a length": ("substr(level, 1, 2)", "RR"),
    "abs": ("abs(0 - ms)", "250"),
    "floor": ("floor(ms / 100)", "2"),
    "ceil": ("ceil(ms / 100)", "3"),
    "sqrt": ("sqrt(ms - 25)", "15"),
    "greatest": ("greatest(ms, 300, 1)", "300"),
    "least": ("least(ms, 300)", "250"),
    "coalesce": ("coalesce(nothing, none, level)", "ERROR"),
    "datefloor": ("datefloor(@timestamp, 10m)", "2026-03-02 12:00:00.000"),
    "dateceil": ("dateceil(@timestamp, 10m)", "2026-03-02 12:10:00.000"),
    "bin": ("bin(1h)", "2026-03-02 12:00:00.000"),
    "fromMillis": ("fromMillis(0)", "1970-01-01 00:00:00.000"),
    "toMillis": ("toMillis(@timestamp)", "1772453100000"),
    "precedence": ("1 + 2 * 3 ^ 2 - 10 / 4", "16.5"),
    "parentheses": ("(1 + 2) * 3 % 5", "4"),
    "a sign": ("-ms + 1", "-249"),
    "a comparison": ("ms > 100", "1"),
    "division by zero": ("ms / 0", None),
    "a text is no number": ("level + 1", None),
    "too large": ("1e308 * 10", None),
    "what is missing": ("strlen(nothing)", None),
}


@pytest.mark.parametrize(("expression", "value"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_an_expression_has_a_value_or_none(expression: str, value: str | None, ask: Ask) -> None:
    assert [row.get("x") for row in ask(f"filter ms = 250 | fields {expression} as x")] == [value]
