"""How grave a line is, by its level and by its words."""

from __future__ import annotations

import re

HARMLESS, WARNING, ERROR, FATAL = 0, 1, 2, 3

_LEVELS = {
    "FATAL": FATAL, "CRITICAL": FATAL, "CRIT": FATAL, "EMERG": FATAL, "EMERGENCY": FATAL, "ALERT": FATAL,
    "PANIC": FATAL, "SEVERE": ERROR, "ERROR": ERROR, "ERR": ERROR, "FAILURE": ERROR, "E": ERROR, "F": FATAL,
    "WARN": WARNING, "WARNING": WARNING, "W": WARNING,
    "INFO": HARMLESS, "NOTICE": HARMLESS, "DEBUG": HARMLESS, "TRACE": HARMLESS, "FINE": HARMLESS,
    "I": HARMLESS, "D": HARMLESS, "V": HARMLESS, "VERBOSE": HARMLESS,
}  # fmt: skip

_FATAL_WORDS = re.compile(
    r"\b(?:fatal|panic(?:ked)?|out of memory|oom[- ]?kill\w*|segfault|segmentation fault|core dumped|"
    r"no space left|corrupt(?:ed|ion)?|data ?loss|unrecoverable|deadlock)\b",
    re.IGNORECASE,
)
_ERROR_WORDS = re.compile(
    r"\b(?:error|errors|\w*exception|fail(?:ed|ure|ures|s|ing)?|refused|denied|timed[ -]?out|time[- ]?out|"
    r"unreachable|unavailable|aborted|rejected|cannot|can't|unable|crash(?:ed)?|killed|traceback|"
    r"broken pipe|connection reset|not responding|overflow|exhausted|throttl\w+)\b|\w+Error\b",
    re.IGNORECASE,
)
_LONGEST_READ = 500


def gravity_of(level: str | None, text: str) -> int:
    """Of a line with this level (any case, or none) and text: HARMLESS, WARNING, ERROR or FATAL.

    A level is believed, and words raise it by one at most; without a level the words decide.
    """
    said = _LEVELS.get((level or "").upper())
    if said is not None and said >= ERROR:
        return said
    text = text[:_LONGEST_READ]
    by_words = FATAL if _FATAL_WORDS.search(text) else ERROR if _ERROR_WORDS.search(text) else HARMLESS
    return by_words if said is None else min(by_words, said + 1) if by_words > said else said
