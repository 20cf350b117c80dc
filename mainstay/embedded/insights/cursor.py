"""Where a parser stands in a query."""

from __future__ import annotations

from mainstay.embedded.insights.errors import MalformedQueryError
from mainstay.embedded.insights.lexer import Kind, Token, read_tokens

DEEPEST = 50
"""How deep expressions may stand in each other."""


class Cursor:
    """The tokens of a query, one after the other, and the names that it has given so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.aliases: set[str] = set()
        self._tokens = read_tokens(text)
        self._at = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        """The next token, not taken yet."""
        return self._tokens[self._at]

    def take(self) -> Token:
        """Answer the next token and go on behind it. The end is never passed."""
        token = self.token
        if token.kind is not Kind.END:
            self._at += 1
        return token

    def take_word(self, *words: str) -> bool:
        """Take the next token if it is one of these words."""
        found = self.token.is_word(*words)
        if found:
            self.take()
        return found

    def take_symbol(self, *symbols: str) -> bool:
        """Take the next token if it is one of these symbols."""
        found = self.token.is_symbol(*symbols)
        if found:
            self.take()
        return found

    def expect_symbol(self, symbol: str) -> None:
        """Take this symbol, or say that it is missing."""
        if not self.take_symbol(symbol):
            raise self.unexpected(f"{symbol!r}")

    def expect(self, kind: Kind, wanted: str) -> Token:
        """Take a token of this kind, or say what is missing."""
        if self.token.kind is not kind:
            raise self.unexpected(wanted)
        return self.take()

    def unexpected(self, wanted: str) -> MalformedQueryError:
        """Make the error that something else was wanted here."""
        found = self.text[self.token.start : self.token.end] or "the end of the query"
        return self.error(f"unexpected symbol found {found}, expected {wanted}")

    def error(self, message: str, token: Token | None = None) -> MalformedQueryError:
        """Make an error about a token: the next one, unless another is given."""
        token = token or self.token
        return MalformedQueryError(
            f"{message} at line {self.text.count(chr(10), 0, token.start) + 1} and position"
            f" {token.start - self.text.rfind(chr(10), 0, token.start) - 1}",
            token.start,
            token.end,
        )

    def since(self, start: int) -> str:
        """Answer the text from this offset to the last token taken."""
        return self.text[start : self._tokens[self._at - 1].end]

    def enter(self) -> None:
        """Go one expression deeper."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.error(f"expressions stand more than {DEEPEST} deep in each other")

    def leave(self) -> None:
        """Come back from an expression."""
        self._depth -= 1
