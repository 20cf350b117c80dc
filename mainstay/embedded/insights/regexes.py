"""Regular expressions of queries, which are Java's, as Python's."""

from __future__ import annotations

import re
import warnings

from mainstay.embedded.insights.cursor import Cursor
from mainstay.embedded.insights.lexer import Token

_NAMED_GROUP = re.compile(r"((?:^|[^\\])(?:\\\\)*)\(\?<(?![=!])")
_PYTHON_ONLY = re.compile(r"\(\?P")


def compile_regex(cursor: Cursor, token: Token) -> re.Pattern[str]:
    """Compile what stands between slashes, with named groups in either language's form."""
    if _PYTHON_ONLY.search(token.value):
        raise cursor.error("a named group is written (?<name>...)", token)
    text = _NAMED_GROUP.sub(r"\1(?P<", token.value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python takes today and will refuse
            return re.compile(text)
    except (re.error, Warning, OverflowError, RecursionError) as error:
        raise cursor.error(f"invalid regular expression: {error}", token) from error
