"""Filter patterns of CloudWatch Logs: what they match, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.embedded.filters import InvalidPatternError, compile_filter

ORDER = """{"level": "ERROR", "latency": 120.5, "user": {"id": 1, "email": "a@example.com"},
    "tags": ["x", {"y": 2}], "code": "500", "ok": true, "gone": null}"""
ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'

MATCHING = {
    "nothing asked": ("", "anything"),
    "one term": ("ERROR", "[ERROR] A fatal exception has occurred"),
    "a term inside a word": ("ERROR", "Exiting with ERRORCODE: -1"),
    "all terms": ("ERROR Exception", "[ERROR] Unhandled Exception"),
    "a phrase": ('"request failed"', "the request failed at last"),
    "a phrase with quotes": (r'"say \"no\""', 'they say "no" to it'),
    "one without the excluded": ("ERROR -Exiting", "[ERROR] A fatal exception"),
    "only an excluded term": ("-ERROR", "all is well"),
    "an excluded phrase": ('ERROR - "Exiting now"', "[ERROR] Exiting"),
    "one of the optional": ("?ERROR ?WARN", "WARN message"),
    "an optional phrase": ('?"out of memory" ?killed', "process killed"),
    "a regular expression": ("%4[0-9]{2}%", "status 404"),
    "a regular expression with ends": ("%^START.*done$%", "STARTx=1,done"),
    "an equal text": ('{ $.level = "ERROR" }', ORDER),
    "an equal text without quotes": ("{ $.level = ERROR }", ORDER),
    "a wildcard behind": ("{ $.level = ERR* }", ORDER),
    "a wildcard before": ('{ $.user.email = "*@example.com" }', ORDER),
    "another text": ("{ $.level != INFO }", ORDER),
    "a greater number": ("{ $.latency > 100 }", ORDER),
    "an exponent": ("{ $.latency <= 1.205e2 }", ORDER),
    "a signed number": ("{ $.latency > +100 }", ORDER),
    "a number as text": ("{ $.code = 500 }", ORDER),
    "an element": ("{ $.tags[0] = x }", ORDER),
    "a property of an element": ("{ $.tags[1].y = 2 }", ORDER),
    "a null": ("{ $.gone IS NULL }", ORDER),
    "what does not exist": ("{ $.nowhere NOT EXISTS }", ORDER),
    "what is true": ("{ $.ok IS TRUE }", ORDER),
    "both": ('{ $.level = "ERROR" && $.latency > 100 }', ORDER),
    "&& before ||": ("{ $.level = ERROR || $.code = 1 && $.code = 2 }", ORDER),
    "a regular expression in JSON": ("{ $.user.email = %[a-z]@example% }", ORDER),
    "whatever a property is": ("{ $.latency = * }", ORDER),
    "columns": ("[ip, id, user, at, request, status, bytes]", ACCESS),
    "a column's wildcard": ("[ip, id, user, at, request, status = 4*, bytes]", ACCESS),
    "a column in the middle of a text": ("[ip, id, user, at, request = *html*, status, bytes]", ACCESS),
    "a column's number": ("[..., status, bytes > 1000]", ACCESS),
    "columns at both ends": ("[ip, ..., status = 404, bytes]", ACCESS),
    "columns at the start": ('[ip = "127.0.0.1", id, ...]', ACCESS),
    "two conditions of a column": ("[..., status = 4* && status != 403, bytes]", ACCESS),
    "one of two conditions": ("[..., status = 5* || status = 4*, bytes]", ACCESS),
    "a column's regular expression": ("[..., status = %4[0-9]4%, bytes]", ACCESS),
    "a column in brackets": ("[ip, id, user, at = 10/Oct*, ...]", ACCESS),
}

OTHERS = {
    "one term": ("ERROR", "error in small letters"),
    "not all terms": ("ERROR Exception", "[ERROR] Unhandled"),
    "words of a phrase apart": ('"request failed"', "request has failed"),
    "one with the excluded": ("ERROR -Exiting", "Exiting with ERRORCODE: -1"),
    "only an excluded term": ("-ERROR", "an ERROR"),
    "none of the optional": ("?ERROR ?WARN", "INFO message"),
    "a regular expression": ("%4[0-9]{2}%", "status 200"),
    "no JSON": ('{ $.level = "ERROR" }', "level ERROR"),
    "a JSON list": ("{ $.level NOT EXISTS }", "[1]"),
    "broken JSON": ('{ $.level = "ERROR" }', '{"level":"ERROR"'),
    "another text": ('{ $.level = "INFO" }', ORDER),
    "a wildcard inside is an asterisk": ("{ $.level = E*R }", ORDER),
    "a smaller number": ("{ $.latency > 121 }", ORDER),
    "a text that is compared as a number": ("{ $.level > 1 }", ORDER),
    "a list neither equals": ("{ $.tags = 1 }", ORDER),
    "a list nor differs": ("{ $.tags != 1 }", ORDER),
    "what does not exist does not differ": ("{ $.nowhere != 1 }", ORDER),
    "what is not null": ("{ $.level IS NULL }", ORDER),
    "what is missing is not null": ("{ $.nowhere IS NULL }", ORDER),
    "what exists": ("{ $.gone NOT EXISTS }", ORDER),
    "what is not false": ("{ $.ok IS FALSE }", ORDER),
    "one of both": ('{ $.level = "ERROR" && $.latency > 200 }', ORDER),
    "parentheses": ("{ ($.level = ERROR || $.code = 1) && $.code = 2 }", ORDER),
    "too few columns": ("[ip, user]", ACCESS),
    "too few for both ends": ("[a, ..., b, c]", "1 2"),
    "a column's wildcard": ("[..., status = 5*, bytes]", ACCESS),
    "a column's number": ("[..., status, bytes > 2000]", ACCESS),
}

INVALID = {
    "a character": "status=500",
    "dots": "java.lang.Exception",
    "an open quote": '"ERROR',
    "text behind a quote": '"ERROR"x',
    "an open percent": "%ERROR",
    "a group": "%(a|b)%",
    "a character in a regular expression": "%something!%",
    "no regular expression": "%[%",
    "optional beside required": "?ERROR WARN",
    "optional beside excluded": "?ERROR -WARN",
    "an open brace": "{ $.a = 1",
    "an empty condition": "{ }",
    "no property": "{ level = ERROR }",
    "no value": "{ $.level = }",
    "no comparison": "{ $.level }",
    "an unknown word": "{ $.level LIKE x }",
    "one ampersand": "{ $.a = 1 & $.b = 2 }",
    "an open parenthesis": "{ ($.a = 1 }",
    "an order of texts": "{ $.a > x }",
    "a wildcard as property": "{ $.* = 1 }",
    "three regular expressions": "{ $.a = %a% && $.b = %b% && $.c = %c% }",
    "two ellipses": "[..., a, ...]",
    "the same column twice": "[a, a]",
    "a column without a name": "[a, , b]",
    "another column's condition": "[a = 1 && b = 2]",
    "an open bracket": "[a, b",
    "text behind": "{ $.a = 1 } x",
    "too long": "x" * 1025,
    "too deep": "{ " + "(" * 40 + "$.a = 1" + ")" * 40 + " }",
}


@pytest.mark.parametrize(("pattern", "message"), MATCHING.values(), ids=MATCHING)
def test_a_pattern_matches(pattern: str, message: str) -> None:
    assert compile_filter(pattern)(message)


@pytest.mark.parametrize(("pattern", "message"), OTHERS.values(), ids=OTHERS)
def test_a_pattern_does_not_match(pattern: str, message: str) -> None:
    assert not compile_filter(pattern)(message)


@pytest.mark.parametrize("pattern", INVALID.values(), ids=INVALID)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidPatternError):
        compile_filter(pattern)


PIECES = st.sampled_from(
    r'{ } [ ] $.a = != > && || ( ) *x* 1e3 "q" %a+% -b ?c d ... , IS NULL NOT EXISTS " % $ é'.split()  # noqa: SIM905
)


@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join)), st.one_of(st.text(), st.just(ORDER)))
def test_any_text_is_a_pattern_or_is_refused(pattern: str, message: str) -> None:
    try:
        matches = compile_filter(pattern)
    except InvalidPatternError:
        return
    assert matches(message) in (True, False)
