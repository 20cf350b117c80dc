"""How well templates were found: the measures of the Loghub-2.0 paper, and how to read that collection.

Jiang et al., "A Large-scale Evaluation for Log Parsing Techniques: How Far are We?", ISSTA 2024. GA: lines
whose group is exactly the true one. FGA: the F1 of whole groups. PA: lines whose template is the true one.
FTA: the F1 of templates. Adjacent wildcards, with nothing or one punctuation mark between them, count as one.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path

_ADJACENT = re.compile(r"<\*>(?:[^\w\s<>]?<\*>)+")
MEASURES = ("GA", "FGA", "PA", "FTA")


def read_systems(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Name, messages and true templates of each ``NAME_2k.log_structured.csv`` in the folder or below."""
    for path in sorted(folder.rglob("*_structured.csv")):
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
            rows = list(csv.DictReader(stream))
        name = path.name.partition("_")[0]
        yield name, [row["Content"] for row in rows], [row["EventTemplate"] for row in rows]


def score(truth: Sequence[str], groups: Sequence[Hashable], texts: Sequence[str]) -> dict[str, float]:
    """The four measures, 0 to 1, of one line after the other: true template, found group, found template."""
    true_groups, found_groups = _members(truth), _members(groups)
    exact = [lines for lines in found_groups.values() if lines == true_groups[truth[lines[0]]]]
    true_texts = [_normal(text) for text in truth]
    found_texts = [_normal(text) for text in texts]
    meant = defaultdict(set)
    for found, true in zip(found_texts, true_texts, strict=True):
        meant[found].add(true)
    right = sum(trues == {found} for found, trues in meant.items())
    return {
        "GA": sum(map(len, exact)) / len(truth),
        "FGA": _f1(len(exact), len(found_groups), len(true_groups)),
        "PA": sum(map(str.__eq__, found_texts, true_texts)) / len(truth),
        "FTA": _f1(right, len(meant), len(set(true_texts))),
    }


def mean(scores: Iterable[dict[str, float]]) -> dict[str, float]:
    """Each measure's mean over systems."""
    rows = list(scores)
    return {measure: sum(row[measure] for row in rows) / len(rows) for measure in MEASURES}


def _members(groups: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    members: dict[Hashable, list[int]] = {}
    for line, group in enumerate(groups):
        members.setdefault(group, []).append(line)
    return members


def _normal(text: str) -> str:
    return _ADJACENT.sub("<*>", " ".join(text.split()))


def _f1(right: int, found: int, true: int) -> float:
    return 2 * right / (found + true)
