"""Redaction takes time that grows with the text alone: by how each rule is built, and by trying."""

import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from chalicelib.redaction import FAILED, inert, redact
from chalicelib.redaction_rules import RULES, Rule

LONG = 100_000
MEGABYTE = 1_000_000
TEASERS = [
    *"aA/ \\\"'-.",
    "aA0/",
    "eyJ",
    "eyJaaaaaaaaa.",
    "-----BEGIN RSA PRIVATE" + " KEY-----",
    "-----BEGIN ",
    "AKIA",
    "password",
    "password=",
    "password: |\n ",
    'password="',
    "password='\\",
    'password=\\"',
    "password=a,b=",
    "token",
    "_pass",
    "://",
    "://a:",
    "://a:b",
    "authorization: ",
    'authorization:"',
    "cookie: ",
    "bearer ",
    "signature=",
    "?sig=",
    '", "value": "',
    "--password ",
    "-u a:",
    "--a-a-a-",
    "%3DeyJ",
    "password%3D",
    "<password>",
    "[SECRET:",
    "IQoJb3JpZ2lu",
    "AAAAKgAAAA",
    "12345678:AA",
    "xoxb-",
    "SG.aaaaaaaaaaaaaaaa.",
    "hooks.slack.com/services/",
    "identified by '",
    "QUJD",
    "secret_access_key",
    "\x1b]",
    "\x1b[",
    "\u202e",
]


@pytest.mark.parametrize("teaser", TEASERS)
def test_a_long_line_made_to_tease_a_rule_is_finished(teaser: str) -> None:
    """It takes a fraction of a second; with a rule that goes back over the text it would take minutes."""
    text = (teaser * LONG)[:LONG]
    assert redact(text) != FAILED
    assert len(inert(text, 100)) <= 100


def test_a_megabyte_that_teases_every_rule_is_finished() -> None:
    text = "".join(teaser * (MEGABYTE // len(TEASERS) // len(teaser)) for teaser in TEASERS)
    assert len(text) > MEGABYTE * 0.9
    assert redact(text) != FAILED


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_no_rule_can_run_wild(rule: Rule) -> None:
    """A repetition has an end or is possessive, and no long one stands inside another long one."""
    parsed = _parser.parse(rule.pattern.pattern, rule.pattern.flags)
    _check_bounds(list(parsed), repeated=False)


ENDLESS = 20_000
REPEATS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT}


def _check_bounds(items: list[Any], *, repeated: bool) -> None:
    for kind, argument in items:
        if kind in REPEATS:
            low, high, inner = argument
            assert low <= high <= ENDLESS
            assert not (repeated and high > 64)
            _check_bounds(list(inner), repeated=repeated or high > 64)
        else:
            for part in _parts_of(argument):
                _check_bounds(list(part), repeated=repeated)


def _parts_of(argument: Any) -> list[Any]:
    """The patterns inside groups, choices, look-arounds and possessive repeats."""
    if isinstance(argument, _parser.SubPattern):
        return [argument]
    if isinstance(argument, tuple | list):
        return [part for each in argument for part in _parts_of(each)]
    return []


def test_a_rule_that_runs_wild_would_be_found() -> None:
    wild = Rule(kind="wild", pattern=re.compile(r"(?:a{1,500}b?){1,500}c"))
    with pytest.raises(AssertionError):
        test_no_rule_can_run_wild(wild)
