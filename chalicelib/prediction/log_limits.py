"""Percentages in log lines that head for a hundred: disks, memory, pools, quotas.

What a line says about a percentage is told apart by its words; numbers in them do not count. Only what is bad
to fill is followed: that a job is 97 % done is no warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from chalicelib.incidents.base import digest_of
from chalicelib.prediction.forecast import Forecast, Forecaster

FULL = 100.0
MOST_SERIES = 50
_PERCENT = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,6})?) ?(?:%|percent\b)")
_FILLS = re.compile(
    r"\b(?:disks?|volumes?|space|inodes?|storage|file ?systems?|partitions?|memory|mem|heap|swap|quota|"
    r"capacity|pool|connections?|descriptors?|table ?space|used|usage|utili[sz]ation|full|queue)\b",
    re.IGNORECASE,
)
_EMPTIES = re.compile(
    r"\b(?:free|available|left|remaining|idle|cpu|hit|success|done|progress\w*)\b", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_LONGEST_TEXT = 500
_LEAST = 50.0
"""Below half full nothing is foretold: there is time."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A percentage that is likely to reach a hundred, or no longer is."""

    key: str
    text: str
    """The line that told last."""
    value: float
    forecast: Forecast
    warned: bool
    began_at: float
    """Since when it has been likely, in epoch seconds."""
    is_news: bool
    """Whether that has changed since the step before."""


class LogLimits:
    """Follows the percentages of one log; a step closes what was read since the step before."""

    __slots__ = ("_forecasters", "_latest", "_warned")

    def __init__(self) -> None:
        self._forecasters: dict[str, Forecaster] = {}
        self._latest: dict[str, tuple[float, str]] = {}
        self._warned: dict[str, float] = {}

    def state(self) -> dict[str, Any]:
        """JSON-able; no word of the log is in it."""
        return {
            "forecasters": {key: one.state() for key, one in self._forecasters.items()},
            "warned": self._warned,
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Go on from a state. Raises ValueError where a forecaster's is of another version."""
        limits = cls()
        limits._forecasters = {key: Forecaster.restore(one) for key, one in state["forecasters"].items()}
        limits._warned = dict(state["warned"])
        return limits

    def read(self, text: str) -> None:
        """Take in a message."""
        if "%" not in text and "percent" not in text:
            return
        text = text[:_LONGEST_TEXT]
        match = _PERCENT.search(text)
        if match and _FILLS.search(text) and not _EMPTIES.search(text):
            key = digest_of(_DIGITS.sub("#", text[: match.start(1)] + text[match.end() :]))[:16]
            if key in self._forecasters or len(self._forecasters) < MOST_SERIES:
                self._latest[key] = (float(match[1]), text)

    def step(self, at: float) -> Iterator[Heading]:
        """What heads for a hundred, or has ceased to, at a time in epoch seconds."""
        for key, (value, text) in self._latest.items():
            forecaster = self._forecasters.setdefault(key, Forecaster(limit=FULL))
            forecast = forecaster.step(at, value)
            if forecast is not None:
                yield from self._tell(key, text, value, forecast)
        self._latest.clear()

    def _tell(self, key: str, text: str, value: float, forecast: Forecast) -> Iterator[Heading]:
        before = key in self._warned
        warns = forecast.warns(before=before) and value >= _LEAST
        began = self._warned.get(key, forecast.at)
        if warns:
            self._warned[key] = began
        else:
            self._warned.pop(key, None)
        if warns or before:
            yield Heading(key, text, value, forecast, warns, began, warns != before)
