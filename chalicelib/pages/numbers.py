"""Numbers as people read them: short, with their unit, and never rounder than what is known."""

from __future__ import annotations

from math import isfinite

NOTHING = "—"
"""Where there is no number to tell."""

_PREFIXES = ("", " k", " M", " G", " T", " P", " E")
_KILO = 1000
_FEW = 10
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_CERTAIN = 0.99
_MOST_DIGITS = 1e21


def say_number(value: float | None) -> str:
    """Two or three digits: ``7``, ``0.25``, ``1.2 k``, ``34 M``; a dash for what is no number."""
    if value is None or not isfinite(value):
        return NOTHING
    if abs(value) >= _MOST_DIGITS:
        return f"{value:.0e}"
    size, place = float(value), 0
    while abs(_rounded(size)) >= _KILO and place < len(_PREFIXES) - 1:
        size, place = size / _KILO, place + 1
    return f"{_rounded(size):g}{_PREFIXES[place]}"


def say_share(share: float | None) -> str:
    """Whole percent; 0 % and 100 % only where it is exactly that."""
    if share is None or not isfinite(share):
        return NOTHING
    share = min(1.0, max(0.0, share))
    if 0 < share < 1 - _CERTAIN or _CERTAIN < share < 1:
        return f"{min(99.9, max(0.1, 100 * share)):.1f} %"
    return f"{100 * share:.0f} %"


def say_seconds(seconds: float | None) -> str:
    """The one unit that fits: ``0.4 s``, ``12 s``, ``3 min``, ``2.5 h``, ``4 days``."""
    if seconds is None or not isfinite(seconds):
        return NOTHING
    if abs(seconds) < _MINUTE:
        return f"{_rounded(seconds):g} s"
    if abs(seconds) < _HOUR:
        return f"{_rounded(seconds / _MINUTE):g} min"
    if abs(seconds) < 2 * _DAY:
        return f"{_rounded(seconds / _HOUR):g} h"
    return f"{say_number(seconds / _DAY)} days"


def say_count(count: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 incident``, ``1.2 k incidents``."""
    return f"{say_number(count)} {one if count == 1 else many or one + 's'}"


def _rounded(size: float) -> float:
    """No more digits than mean anything."""
    if abs(size) >= _FEW:
        return float(round(size))
    return round(size, 1) if abs(size) >= 1 else float(f"{size:.2g}")
