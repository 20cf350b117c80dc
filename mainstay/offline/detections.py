"""Series scored to their end: a JSON object for each row, or the alarms in words."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from chalicelib.prediction.detectors.metric_anomaly import MetricAnomaly, records_of
from chalicelib.prediction.metrics.wording import describe_finding
from mainstay.offline.drawing import Drawing
from mainstay.offline.opening import Source
from mainstay.offline.series import Row, read_series

_SHOWN = 20
"""Alarms that are listed; of more, the most unusual."""
_DIGITS = 6
_BEYOND = 1e9
"""What is rarer is only "rarer than this"."""


class Scored(NamedTuple):
    """A row, its score, and what was unusual ("" where the score is 0)."""

    row: Row
    score: float
    what: str


def follow(lines: Iterable[str]) -> Iterator[Scored]:
    """Every row in order. One whose time cannot be read counts as being at the time of the one before."""
    detector = MetricAnomaly()
    at = 0.0
    for row in read_series(lines):
        at = at if row.at is None else row.at
        score = detector.score(at, row.value)
        yield Scored(row, score, describe_finding(detector.finding) if detector.finding else "")


def print_rows(source: Source, threshold: float, *, named: bool) -> None:
    """One JSON object for each row, and on standard error how many rows had which problem."""
    rows, problems = 0, Counter[str]()
    for row, score, _ in follow(source):
        rows += 1
        problems.update(row.problems)
        document: dict[str, object] = {"file": source.name} if named else {}
        document |= {
            "timestamp": row.timestamp,
            "value": row.value,
            "score": round(score, _DIGITS),
            "alarm": is_alarm(score, threshold),
        }
        if row.problems:
            document["problem"] = ", ".join(row.problems)
        sys.stdout.write(json.dumps(document) + "\n")
    for line in tell_problems(rows, problems):
        print(f"mainstay: {source.name}: {line}", file=sys.stderr)  # noqa: T201 - it is a command line


def print_story(source: Source, threshold: float) -> None:
    """How the series went, its alarms, and what could not be used."""
    rows, alarms = 0, 0
    problems, drawing = Counter[str](), Drawing()
    told: list[Scored] = []
    for one in follow(source):
        rows += 1
        problems.update(one.row.problems)
        alarm = is_alarm(one.score, threshold)
        if one.row.value is not None:
            drawing.add(one.row.value, marked=alarm)
        if alarm:
            alarms += 1
            told = _keep_worst([*told, one])
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(source.name, style="bold"))
    for line in drawing.with_marks(console.width - 4):
        console.print(Text("  " + line))
    for one in told:
        console.print(Text("  " + describe_alarm(one), style="yellow"))
    console.print(Text("  " + _sum_up(rows, alarms, len(told)), style="bold"))
    for line in tell_problems(rows, problems):
        console.print(Text("  " + line, style="dim"))


def is_alarm(score: float, threshold: float) -> bool:
    """Nothing scored is no alarm, however low the threshold."""
    return score > 0.0 and score >= threshold


def describe_alarm(scored: Scored) -> str:
    """One line: when, the value, the score, how rare, and what was unusual."""
    records = records_of(scored.score)
    rare = f"1 in {records:,.0f}" if records < _BEYOND else f"less than 1 in {_BEYOND:,.0f}"
    value = "" if scored.row.value is None else f"{scored.row.value:g}"
    return f"{scored.row.timestamp}  {value}  score {scored.score:.2f} ({rare}): {scored.what}"


def tell_problems(rows: int, problems: Counter[str]) -> Iterator[str]:
    """One line for each problem."""
    for problem, count in problems.items():
        yield f"{count:,} of {rows:,} rows: {problem}"


def _keep_worst(told: list[Scored]) -> list[Scored]:
    if len(told) > _SHOWN:
        told.remove(min(told, key=lambda one: one.score))
    return told


def _sum_up(rows: int, alarms: int, told: int) -> str:
    said = f"{rows:,} {'row' if rows == 1 else 'rows'}, {alarms:,} {'alarm' if alarms == 1 else 'alarms'}"
    return said if told == alarms else f"{said}, of which the {told} most unusual are listed"
