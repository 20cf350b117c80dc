"""What is wrong with a query."""

from __future__ import annotations

from chalicelib.errors import PermanentError


class MalformedQueryError(PermanentError):
    """The text is no query, or one that this Insights does not know. Offsets are characters of the text."""

    def __init__(self, message: str, start: int = 0, end: int | None = None) -> None:
        super().__init__(message)
        self.start = start
        self.end = start if end is None else end
