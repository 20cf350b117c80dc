"""Numbers as people say them."""

from __future__ import annotations

_BYTES = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")
_KIBI = 1024
_HOUR = 60
_DAY = 48 * _HOUR
_FEW = 10


def say_quantity(value: float, unit: str) -> str:
    """A value with its unit: ``12.3 GiB``, ``91 %``, ``450 connections``."""
    if unit == "bytes":
        return _say_bytes(value)
    if unit == "percent":
        return f"{_short(value)} %"
    return _short(value) if unit == "count" else f"{_short(value)} {unit}".rstrip()


def say_minutes(minutes: float) -> str:
    """How long from now: ``40 minutes``, ``3 hours``, ``4 days``."""
    if minutes < 2 * _HOUR:
        whole = max(1, round(minutes))
        return f"{whole} minutes" if whole > 1 else "a minute"
    if minutes < _DAY:
        return f"{minutes / _HOUR:.0f} hours"
    return f"{minutes / (24 * _HOUR):.0f} days"


def _say_bytes(value: float) -> str:
    size, place = abs(value), 0
    while size >= _KIBI and place < len(_BYTES) - 1:
        size, place = size / _KIBI, place + 1
    return f"{_short(size if value >= 0 else -size)} {_BYTES[place]}"


def _short(value: float) -> str:
    """Three digits or so; no more digits than mean anything."""
    if abs(value) >= _FEW or value == round(value):
        return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.1f}"  # noqa: PLR2004
    return f"{value:.2g}"
