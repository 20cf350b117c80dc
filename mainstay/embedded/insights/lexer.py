"""A query's text as tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum, auto

from mainstay.embedded.insights.errors import MalformedQueryError


class Kind(StrEnum):
    """What a token is."""

    WORD = auto()
    QUOTED_NAME = auto()
    STRING = auto()
    REGEX = auto()
    PERIOD = auto()
    NUMBER = auto()
    SYMBOL = auto()
    END = auto()


@dataclass(frozen=True)
class Token:
    """`value` is what it means: without quotes and escapes, and words in small letters for comparison."""

    kind: Kind
    value: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these words, in any case of letters."""
        return self.kind is Kind.WORD and self.value.lower() in words

    def is_symbol(self, *symbols: str) -> bool:
        """Whether it is one of these symbols."""
        return self.kind is Kind.SYMBOL and self.value in symbols


_SKIPPED = re.compile(r"(?:\s+|#[^\n]*)+")
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.QUOTED_NAME, re.compile(r"`([^`]+)`")),
    (Kind.STRING, re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)),
    (Kind.STRING, re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)),
    (Kind.PERIOD, re.compile(r"([0-9]+(?:ms|mo|s|m|h|d|w|q|y))(?![\w.])")),
    (Kind.NUMBER, re.compile(r"([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])")),
    (Kind.WORD, re.compile(r"(@?[A-Za-z_][A-Za-z0-9_.@]*)")),
    (Kind.SYMBOL, re.compile(r"(!=|<=|>=|=~|[=<>+\-*/%^()\[\],|])")),
)
_REGEX = re.compile(r"/((?:[^/\\\n]|\\.)+)/")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def read_tokens(text: str) -> list[Token]:
    """Answer all tokens, the last of kind END."""
    tokens: list[Token] = []
    at = _skip(text, 0)
    while at < len(text):
        tokens.append(_read_token(text, at, tokens))
        at = _skip(text, tokens[-1].end)
    return [*tokens, Token(Kind.END, "", len(text), len(text))]


def _skip(text: str, at: int) -> int:
    skipped = _SKIPPED.match(text, at)
    return skipped.end() if skipped else at


def _read_token(text: str, at: int, before: list[Token]) -> Token:
    if text[at] == "/" and _regex_may_begin(before):
        return _read_regex(text, at)
    for kind, pattern in _PATTERNS:
        found = pattern.match(text, at)
        if found:
            value = _unescape(found[1]) if kind is Kind.STRING else found[1]
            return Token(kind, value, at, found.end())
    if text[at] in "\"'`":
        raise MalformedQueryError(f"unterminated {text[at]}", at)
    raise MalformedQueryError(f"unexpected symbol found {text[at]!r}", at, at + 1)


def _read_regex(text: str, at: int) -> Token:
    found = _REGEX.match(text, at)
    if not found:
        raise MalformedQueryError("unterminated regular expression", at)
    return Token(Kind.REGEX, found[1].replace("\\/", "/"), at, found.end())


def _regex_may_begin(before: list[Token]) -> bool:
    """A slash divides after a value, and else begins a regular expression."""
    if not before or before[-1].is_word("like", "parse"):
        return True
    value = before[-1].kind is not Kind.SYMBOL or before[-1].is_symbol(")", "]", "*")
    return not value or (len(before) > 1 and before[-2].is_word("parse"))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text)
