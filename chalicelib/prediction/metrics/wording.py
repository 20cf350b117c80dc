"""What was unusual about a record, in words."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.prediction.detectors.metric_anomaly import Finding


def describe_finding(finding: Finding) -> str:
    """One phrase without the value itself: "12 usual steps above the last value"."""
    return _PHRASES[finding.view](finding)


def _describe_jump(finding: Finding) -> str:
    return f"{_times(finding)} usual steps {_side(finding)} the last value"


def _describe_shift(finding: Finding) -> str:
    return f"{_times(finding)} usual steps {_side(finding)} the level of late"


def _describe_change(finding: Finding) -> str:
    return f"the mean of ten moved by {_times(finding)} usual steps within thirty records"


def _describe_level(finding: Finding) -> str:
    mean = f"the mean of {_RECORDS[finding.view]}, {finding.number:.4g},"
    return f"{mean} is unusually {'high' if finding.above else 'low'}"


def _describe_unrest(finding: Finding) -> str:
    much = "much" if finding.above else "little"
    return f"{_RECORDS[finding.view]} values vary unusually {much}: by {exp(finding.number):.2g}"


def _describe_season(finding: Finding) -> str:
    return f"{_times(finding)} times the usual spread {_side(finding)} the level of this hour of the week"


def _side(finding: Finding) -> str:
    return "above" if finding.number > 0.0 else "below"


def _times(finding: Finding) -> str:
    size = abs(finding.number)
    return f"{size:.1f}" if size < 10.0 else f"{size:.3g}"  # noqa: PLR2004 - digits that mean something


_RECORDS = {
    "level": "ten",
    "level_30": "thirty",
    "level_100": "a hundred",
    "unrest": "ten",
    "unrest_30": "thirty",
}
_PHRASES = {
    "jump": _describe_jump,
    "shift": _describe_shift,
    "change": _describe_change,
    "level": _describe_level,
    "level_30": _describe_level,
    "level_100": _describe_level,
    "unrest": _describe_unrest,
    "unrest_30": _describe_unrest,
    "season": _describe_season,
}
