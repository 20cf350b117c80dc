"""The Numenta Anomaly Benchmark's scoring, v1.1: how early alarms lie in labelled windows, less false ones.

Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark", ICMLA
2015. The first 15 % of a file (of 5,000 rows at most) are not scored. In a window only its best alarm counts,
the earlier the better; every row that is an alarm outside costs, less so right after a window. One threshold
for all files is chosen to be best, for each profile; 0 is a detector without alarms, 100 a perfect one.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

_PROBATION = 0.15
_LONGEST = 5_000
_FAR = 3.0


class Profile(NamedTuple):
    """What a missed window and a false alarm cost, where a found window is worth 1."""

    missed: float
    false: float


PROFILES = {"standard": Profile(1.0, 0.11), "low FP": Profile(1.0, 0.22), "low FN": Profile(2.0, 0.11)}


@dataclass(frozen=True)
class Labelled:
    """A series: epoch seconds, values, and for each row its reward and window (None: outside)."""

    name: str
    at: list[float]
    values: list[float]
    windows: list[tuple[int, int]]
    rewards: list[float]
    inside: list[int | None]
    probation: int


class Outcome(NamedTuple):
    """Normalised score, the threshold that gave it, windows found, and rows of false alarms."""

    score: float
    threshold: float
    found: int
    false: int


def read_corpus(folder: Path) -> list[Labelled]:
    """Every labelled file of a folder with ``data`` and ``labels/combined_windows.json``."""
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text())
    return [_read_file(folder, name, windows) for name, windows in sorted(labels.items())]


def label(name: str, at: list[float], values: list[float], windows: list[tuple[int, int]]) -> Labelled:
    """A series with windows given as the positions of their first and last rows, in order."""
    rewards, inside = _reward_rows(len(at), windows)
    probation = math.floor(_PROBATION * min(len(at), _LONGEST))
    return Labelled(name, at, values, windows, rewards, inside, probation)


def score_corpus(
    corpus: Sequence[Labelled],
    scores: Mapping[str, Sequence[float]],
    profile: Profile,
    threshold: float | None = None,
) -> Outcome:
    """With the best threshold for these files, or with the given one."""
    rows = [
        (score, reward, None if window is None else (series.name, window))
        for series in corpus
        for score, reward, window in _scored_rows(series, scores[series.name])
    ]
    rows.sort(key=lambda row: -row[0])
    scorable = len({key for _, _, key in rows if key is not None})
    perfect = sum(len(series.windows) for series in corpus)
    nothing = -profile.missed * scorable
    best = _sweep(rows, profile, nothing, threshold)
    return best._replace(score=100.0 * (best.score - nothing) / (perfect - nothing))


def _scored_rows(series: Labelled, scores: Sequence[float]) -> list[tuple[float, float, int | None]]:
    rows = zip(scores, series.rewards, series.inside, strict=True)
    return list(rows)[series.probation :]


def _sweep(
    rows: Sequence[tuple[float, float, tuple[str, int] | None]],
    profile: Profile,
    nothing: float,
    threshold: float | None,
) -> Outcome:
    """Lower the threshold row by row; keep the best, or stop at the given one."""
    worth: dict[tuple[str, int], float] = {}
    total, false = nothing, 0
    best = Outcome(total, math.inf, 0, 0)
    for position, (score, reward, key) in enumerate(rows):
        if threshold is not None and score < threshold:
            break
        if key is None:
            total += profile.false * reward
            false += 1
        else:
            before = worth.get(key, -profile.missed)
            worth[key] = max(before, reward / _LARGEST)
            total += worth[key] - before
        last = position + 1 == len(rows) or rows[position + 1][0] != score
        if threshold is None and last and total > best.score:
            best = Outcome(total, score, len(worth), false)
    return best if threshold is None else Outcome(total, threshold, len(worth), false)


def _reward_rows(count: int, windows: list[tuple[int, int]]) -> tuple[list[float], list[int | None]]:
    rewards: list[float] = []
    inside: list[int | None] = []
    ahead = list(enumerate(windows))
    past: tuple[int, int] | None = None
    for row in range(count):
        if ahead and row > ahead[0][1][1]:
            past = ahead.pop(0)[1]
        if ahead and row >= ahead[0][1][0]:
            number, (first, last) = ahead[0]
            rewards.append(_sigmoid(-(last - row + 1) / (last - first + 1)))
            inside.append(number)
            continue
        rewards.append(-1.0 if past is None else _sigmoid((row - past[1]) / (past[1] - past[0])))
        inside.append(None)
    return rewards, inside


def _sigmoid(position: float) -> float:
    """1 at a window's start, 0 at its end, towards -1 behind it."""
    return -1.0 if position > _FAR else 2.0 / (1.0 + math.exp(5.0 * position)) - 1.0


_LARGEST = _sigmoid(-1.0)


def _read_file(folder: Path, name: str, windows: Sequence[Sequence[str]]) -> Labelled:
    with (folder / "data" / name).open(newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    times = [_seconds(row[0]) for row in rows]
    first: dict[float, int] = {}
    for position, at in enumerate(times):
        first.setdefault(at, position)
    bounds = [(first[_seconds(begin)], first[_seconds(end)]) for begin, end in windows]
    return label(name, times, [float(row[1]) for row in rows], bounds)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
