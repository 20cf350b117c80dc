"""What the three kinds of filter patterns have in common: tokens, regular expressions and comparisons."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from chalicelib.errors import PermanentError

Matches: TypeAlias = Callable[[str], bool]
Test: TypeAlias = Callable[[Any], bool]
"""Of a parsed message: a JSON document, or columns by name."""

DEEPEST = 30
MOST_REGEXES = 2


class InvalidPatternError(PermanentError):
    """The text is no filter pattern."""


# -- regular expressions ------------------------------------------------------------------------

_ALLOWED = re.compile(r"[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+.]*")


def compile_regex(text: str) -> re.Pattern[str]:
    """Compile what stands between percent signs: no groups, and only the characters that AWS names."""
    if not text or not _ALLOWED.fullmatch(text):
        raise InvalidPatternError(f"Invalid regular expression: %{text}%")
    try:
        return re.compile(text)
    except (re.error, OverflowError) as error:
        raise InvalidPatternError(f"Invalid regular expression: %{text}%: {error}") from error


# -- tokens -------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s*(?:(?P<symbol>&&|\|\||\(|\)|,|\.\.\.|!=|<=|>=|=|<|>)
    |(?P<selector>\$(?:\.[\w\-]+|\[\d+\])+)
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |%(?P<regex>[^%]*)%
    |(?P<word>[^\s()=!<>&|,"%{}\[\]$]+))""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True)
class Token:
    """`kind` is symbol, selector, quoted, regex, word or end."""

    kind: str
    text: str


END = Token("end", "")


def read_tokens(text: str) -> list[Token]:
    """Read the inside of a pattern's brackets."""
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise InvalidPatternError(f"Invalid character(s) in pattern at {text[at:].strip()!r}")
        kind = str(found.lastgroup)
        value = re.sub(r"\\(.)", r"\1", found[kind]) if kind == "quoted" else found[kind]
        tokens.append(Token(kind, value))
        at = found.end()
    if sum(token.kind == "regex" for token in tokens) > MOST_REGEXES:
        raise InvalidPatternError(f"a pattern has at most {MOST_REGEXES} regular expressions")
    return [*tokens, END]


# -- conditions ---------------------------------------------------------------------------------

_ORDERINGS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
COMPARISONS = ("=", "!=", *_ORDERINGS)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)

Compare: TypeAlias = Callable[[str | float], bool]


def number_of(value: str | float) -> float | None:
    """Answer the number that a value is or spells."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return float(value)


def compile_comparison(symbol: str, token: Token) -> Compare:
    """Make the comparison of a field's text or number with what stands in the pattern."""
    if symbol in _ORDERINGS:
        return _ordering(symbol, token)
    equal = _equality(token)
    return equal if symbol == "=" else lambda value: not equal(value)


def _ordering(symbol: str, token: Token) -> Compare:
    wanted = number_of(token.text) if token.kind == "word" else None
    if wanted is None:
        raise InvalidPatternError(f"{symbol} takes a number, not {token.text!r}")

    def compare(value: str | float) -> bool:
        number = number_of(value)
        return number is not None and _ORDERINGS[symbol](number, wanted)

    return compare


def _equality(token: Token) -> Compare:
    if token.kind == "regex":
        search = compile_regex(token.text).search
        return lambda value: search(_text(value)) is not None
    wanted = number_of(token.text) if token.kind == "word" else None
    if wanted is not None:
        return lambda value: number_of(value) == wanted
    fits = re.compile(_wildcards(token.text), re.DOTALL).fullmatch
    return lambda value: fits(_text(value)) is not None


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else repr(value).removesuffix(".0")


def _wildcards(text: str) -> str:
    """An asterisk stands for any text at the start and at the end, and for itself in between."""
    inner = text.removeprefix("*")
    end = ".*" if inner.endswith("*") else ""
    start = ".*" if text.startswith("*") else ""
    return start + re.escape(inner.removesuffix("*")) + end


class Conditions:
    """Reads conditions joined by && and ||, with parentheses; && binds more strongly."""

    def __init__(self, tokens: list[Token], read_one: Callable[[Conditions], Test]) -> None:
        self._tokens = iter_tokens(tokens)
        self.token = next(self._tokens)
        self._read_one = read_one
        self._depth = 0

    def take(self) -> Token:
        """Answer the next token and go on behind it."""
        token, self.token = self.token, next(self._tokens)
        return token

    def take_symbol(self, *symbols: str) -> str | None:
        """Take the next token if it is one of these symbols."""
        return self.take().text if self.token.kind == "symbol" and self.token.text in symbols else None

    def read(self) -> Test:
        """Read conditions as far as they go."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise InvalidPatternError(f"parentheses stand more than {DEEPEST} deep in each other")
        tests = [self._read_all()]
        while self.take_symbol("||"):
            tests.append(self._read_all())
        self._depth -= 1
        return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)

    def _read_all(self) -> Test:
        tests = [self._read_unit()]
        while self.take_symbol("&&"):
            tests.append(self._read_unit())
        return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)

    def _read_unit(self) -> Test:
        if not self.take_symbol("("):
            return self._read_one(self)
        test = self.read()
        if not self.take_symbol(")"):
            raise self.unexpected(")")
        return test

    def unexpected(self, wanted: str) -> InvalidPatternError:
        """Make the error that something else was wanted here."""
        return InvalidPatternError(f"expected {wanted}, found {self.token.text or 'the end'}")


def iter_tokens(tokens: list[Token]) -> Iterator[Token]:
    """Answer the tokens, and then the end for ever."""
    yield from tokens
    while True:
        yield END
