"""Filter patterns of CloudWatch Logs: text to a function that says whether a message matches.

    matches = compile_filter('{ $.level = "ERROR" && $.latency > 100 }')

What is no pattern, or one that is not known here, raises InvalidPatternError; nothing is left out in
silence. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

from mainstay.embedded.filters.columns import compile_columns
from mainstay.embedded.filters.documents import compile_document
from mainstay.embedded.filters.matching import InvalidPatternError, Matches
from mainstay.embedded.filters.terms import compile_terms

__all__ = ["InvalidPatternError", "Matches", "compile_filter"]

LONGEST_PATTERN = 1024


def compile_filter(pattern: str) -> Matches:
    """Make the function for a pattern. An empty one matches everything."""
    text = pattern.strip()
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidPatternError(f"a pattern has at most {LONGEST_PATTERN} characters")
    if not text:
        return lambda _message: True
    if text.startswith("{"):
        return compile_document(text)
    return compile_columns(text) if text.startswith("[") else compile_terms(text)
