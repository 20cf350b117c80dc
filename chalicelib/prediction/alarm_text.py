"""What an alarm says to people: one sentence, and how grave and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from chalicelib.prediction.moment import GROUP, Finding
from chalicelib.prediction.trouble import ERROR, FATAL, WARNING
from chalicelib.redaction import clean_text

_LONGEST_TEMPLATE = 160
_LEVEL_NAMES = {WARNING: "WARN", ERROR: "ERROR", FATAL: "FATAL"}
_REAL_PER_DAY = 0.05
"""Real problems per log group and day that are assumed: one in twenty days."""
_SUREST = 0.99
_MANY = 10.0


def describe(finding: Finding, template: str, further: int) -> str:
    """One sentence about the finding that tells most; `further` is how many others there are."""
    text = _SENTENCES[finding.detector](finding, shorten(template))
    return text + _besides(further)


def _besides(further: int) -> str:
    if not further:
        return ""
    return "; another thing is unusual too" if further == 1 else f"; {further} other things are unusual too"


def shorten(template: str) -> str:
    """A template as it may be shown."""
    return clean_text(template, _LONGEST_TEMPLATE)


def probability_of(false_per_day: float) -> float:
    """That there is a problem, by Bayes' rule: real ones against those that chance would bring."""
    return min(_SUREST, _REAL_PER_DAY / (_REAL_PER_DAY + false_per_day))


def severity_of(finding: Finding, subjects: int) -> int:
    """1..10: graver lines, greater changes, and more of them are worse; a silent log group is an outage."""
    if finding.detector == "silence":
        return 8 if finding.key == GROUP else 5
    ratio = max(finding.now, 1e-9) / max(finding.usual, 0.1)
    size = min(2.0, abs(math.log10(ratio)))
    return max(1, min(10, round(2 + 1.5 * finding.gravity + size + math.log10(subjects))))


def _describe_spike(finding: Finding, template: str) -> str:
    return (
        f"{_subject(finding, template)} came {_number(finding.now)} times in {_minutes(finding.seconds)}, "
        f"usually {_number(finding.usual)}"
    )


def _describe_new(finding: Finding, template: str) -> str:
    return f"{_subject(finding, template)} had never been seen, and came {_times(finding.now)} within an hour"


def _describe_silence(finding: Finding, template: str) -> str:
    return (
        f"{_subject(finding, template)} stopped {_minutes(finding.seconds)} ago, "
        f"about {_number(finding.usual)} were to come"
    )


def _describe_level(finding: Finding, _template: str) -> str:
    level = _LEVEL_NAMES.get(finding.gravity, "ERROR")
    return f"{finding.now:.1%} of all lines are {level} or alike, usually {finding.usual:.1%}"


def _describe_value(finding: Finding, template: str) -> str:
    moved = "rose" if finding.now > finding.usual else "fell"
    return (
        f"a number in {_subject(finding, template)} {moved} to {_number(finding.now)}, "
        f"usually {_number(finding.usual)}"
    )


_SENTENCES: Mapping[str, Callable[[Finding, str], str]] = {
    "rate_spike": _describe_spike,
    "new_template": _describe_new,
    "silence": _describe_silence,
    "level_shift": _describe_level,
    "value_shift": _describe_value,
}


def _subject(finding: Finding, template: str) -> str:
    if finding.key == GROUP:
        return "lines of the whole log"
    level = _LEVEL_NAMES.get(finding.gravity, "")
    return f"{level} lines like '{template}'".lstrip()


def _number(value: float) -> str:
    if value >= _MANY:
        return f"{value:,.0f}"
    return f"{value:.2g}" if value >= 0.01 else "next to none"  # noqa: PLR2004 - two digits


def _times(value: float) -> str:
    return "once" if round(value) == 1 else f"{_number(value)} times"


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} minutes"
    return f"{hours} h {rest} min" if rest else ("an hour" if hours == 1 else f"{hours} hours")
