"""Series followed to their end: a JSON object for each row, or what people want to know."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from chalicelib.prediction.forecast import Forecast, Forecaster
from mainstay.offline.drawing import Drawing
from mainstay.offline.opening import Source
from mainstay.offline.series import Row, read_series

_SHOWN = 20
"""Warnings that are listed; of more, the newest."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which limit, crossed from which side, and how far to look ahead."""

    limit: float
    rising: bool
    horizon_seconds: float

    def forecaster(self) -> Forecaster:
        """One that has seen nothing."""
        return Forecaster(limit=self.limit, rising=self.rising, horizon_seconds=self.horizon_seconds)


@dataclass(kw_only=True)
class Warned:
    """A warning: when it was given, for when, how sure it became, and when it was taken back."""

    at: float
    expected_at: float | None
    highest: float
    ended_at: float | None = None


@dataclass(kw_only=True)
class Story:
    """What became of a series."""

    rows: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    warnings: list[Warned] = field(default_factory=list)
    last: Forecast | None = None
    drawing: Drawing = field(default_factory=Drawing)

    def take(self, row: Row, forecast: Forecast | None) -> None:
        """One more row."""
        self.rows += 1
        self.problems.update(row.problems)
        self.last = forecast
        if row.value is not None:
            self.drawing.add(row.value)
        if forecast is not None:
            self._watch(forecast)

    def _watch(self, forecast: Forecast) -> None:
        current = self.warnings[-1] if self.warnings and self.warnings[-1].ended_at is None else None
        if not forecast.warns(before=current is not None):
            if current is not None:
                current.ended_at = forecast.at
        elif current is None:
            self.warnings.append(
                Warned(at=forecast.at, expected_at=forecast.expected_at, highest=forecast.probability)
            )
        else:
            current.highest = max(current.highest, forecast.probability)


def follow(lines: Iterable[str], question: Question) -> Iterator[tuple[Row, Forecast | None]]:
    """Every row with what was ahead then; a row without time or value leaves that as it was."""
    forecaster = question.forecaster()
    for row in read_series(lines):
        yield row, forecaster.latest if row.at is None else forecaster.step(row.at, row.value)


def print_rows(source: Source, question: Question, *, named: bool) -> None:
    """One JSON object for each row."""
    for row, forecast in follow(source, question):
        document: dict[str, object] = {"file": source.name} if named else {}
        document |= {
            "timestamp": row.timestamp,
            "value": row.value,
            "probability": round(forecast.probability, 4) if forecast else 0.0,
            "expected_at": format_time(forecast.expected_at) if forecast else None,
        }
        if row.problems:
            document["problem"] = ", ".join(row.problems)
        sys.stdout.write(json.dumps(document) + "\n")


def print_story(source: Source, question: Question) -> None:
    """How the series went, its warnings, and what is ahead."""
    story = Story()
    for row, forecast in follow(source, question):
        story.take(row, forecast)
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(source.name, style="bold"))
    if story.last is None:
        console.print(f"  no usable row in {story.rows:,}")
    else:
        for line in story.drawing.with_limit(question.limit, rising=question.rising, width=console.width - 4):
            console.print(Text("  " + line))
        for warned in story.warnings[-_SHOWN:]:
            console.print(Text("  " + describe_warning(warned), style="yellow"))
        console.print(Text("  " + describe(story.last, question), style="bold"))
    for problem, count in story.problems.items():
        console.print(Text(f"  {count:,} of {story.rows:,} rows: {problem}", style="dim"))


def describe(forecast: Forecast, question: Question) -> str:
    """What is ahead, in one sentence."""
    limit = f"{question.limit:g}"
    if forecast.probability >= 1.0:
        return f"over {limit} now" if question.rising else f"below {limit} now"
    verb = "crosses" if question.rising else "falls below"
    share = _describe_share(forecast.probability)
    if forecast.warns(before=False):
        return f"{verb} {limit} in {_describe_span(forecast)}, probability {share}"
    unit, seconds, _ = _unit(question.horizon_seconds)
    ahead = f"{question.horizon_seconds / seconds:g} {unit}"
    later = f"; at this pace it does in {_describe_span(forecast)}" if forecast.expected_at else ""
    return f"probability {share} that it {verb} {limit} within {ahead}{later}"


def describe_warning(warned: Warned) -> str:
    """One line: when, for when, how sure, and whether it was taken back."""
    expected = f" for {format_time(warned.expected_at)}" if warned.expected_at is not None else ""
    ended = f", taken back {format_time(warned.ended_at)}" if warned.ended_at is not None else ""
    return f"warning {format_time(warned.at)}{expected}, up to {_describe_share(warned.highest)}{ended}"


def format_time(at: float | None) -> str | None:
    """UTC, to the second; None for what no calendar has."""
    if at is None:
        return None
    try:
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return None


def _describe_span(forecast: Forecast) -> str:
    """About how long, and between what and what in eight cases of ten."""
    about, first, last = (
        None if at is None else at - forecast.at
        for at in (forecast.expected_at, forecast.earliest_at, forecast.latest_at)
    )
    if about is None or first is None:
        return "an unknown time"
    unit, seconds, digits = _unit(about)
    until = "or more" if last is None else f"to {last / seconds:.{digits}f}"
    return f"about {about / seconds:.{digits}f} {unit} (80 %: {first / seconds:.{digits}f} {until})"


def _describe_share(probability: float) -> str:
    return ">99 %" if probability > 0.99 else f"{100 * probability:.2g} %"  # noqa: PLR2004 - never certain


def _unit(seconds: float) -> tuple[str, float, int]:
    """What so long a time is told in: the unit, its seconds, and digits."""
    if seconds < 100 * 60:
        return "minutes", 60.0, 0
    return ("hours", 3600.0, 1) if seconds < 2 * 86_400 else ("days", 86_400.0, 1)
