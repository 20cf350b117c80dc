"""Patterns of terms: all of them, none of those with a minus, or one of those with a question mark."""

from __future__ import annotations

import re

from mainstay.embedded.filters.matching import InvalidPatternError, Matches, compile_regex

_TERM = re.compile(
    r'\s*(?P<sign>[-?]?)\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|%(?P<regex>[^%]*)%|(?P<word>\w+))(?!\S)'
)


def compile_terms(text: str) -> Matches:
    """Make the function for a pattern of terms. Terms are parts of the message, letters in their case."""
    terms: dict[str, list[Matches]] = {"": [], "-": [], "?": []}
    at = 0
    while at < len(text):
        found = _TERM.match(text, at)
        if not found:
            raise InvalidPatternError(f"Invalid character(s) in term '{text[at:].strip()}'")
        terms[found["sign"]].append(_compile_term(found))
        at = found.end()
    return _join(terms[""], terms["-"], terms["?"])


def _compile_term(found: re.Match[str]) -> Matches:
    if found["regex"] is not None:
        search = compile_regex(found["regex"]).search
        return lambda message: search(message) is not None
    word = found["word"] or re.sub(r"\\(.)", r"\1", found["quoted"])
    return lambda message: word in message


def _join(required: list[Matches], excluded: list[Matches], optional: list[Matches]) -> Matches:
    if optional and (required or excluded):
        # AWS takes such a pattern and leaves the optional terms out, which nobody can have meant.
        raise InvalidPatternError("terms with ? stand with other such terms only")
    if optional:
        return lambda message: any(term(message) for term in optional)
    if len(required) == 1 and not excluded:
        return required[0]
    return lambda message: (
        all(term(message) for term in required) and not any(term(message) for term in excluded)
    )
