"""How a log group that is too large to be read line by line is read all the same.

Two strata. Lines that hold a piece of one of the group's frequent templates are counted where they are and
sampled by the millisecond; all others, among which whatever is new and rare must be, are read whole. Each
line that is read stands for as many as its stratum says (Horvitz-Thompson), so counts stay unbiased.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.redaction import redact

SLOT_SECONDS = 300
"""Frequent lines are counted where they lie in slots of so much."""

WILDCARD = "<*>"
MOST_FREQUENT = 20
_SHORTEST_PIECE = 8
_LONGEST_PIECE = 200
"""A query has at most 10,000 characters."""
_SMALLEST_SHARE = 0.005
_TEN = 10
SAMPLE = 8_000
"""Lines that are asked for of the frequent stratum: below the 10,000 that a query answers at most."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Lines of a span as (time in seconds, text), each standing for `weight` lines."""

    lines: Sequence[tuple[float, str]]
    weight: float = 1.0


def frequent_pieces(templates: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The longest constant piece of each template, as (text, count), that many of the lines have.

    People can read the queries of an account: no template that holds a secret gives a piece.
    """
    known = sorted(templates, key=lambda one: -one[1])
    total = sum(count for _, count in known)
    often = [text for text, count in known[:MOST_FREQUENT] if count >= total * _SMALLEST_SHARE]
    pieces = (_longest_piece(text) for text in often if redact(text) == text)
    return tuple(dict.fromkeys(piece for piece in pieces if len(piece) >= _SHORTEST_PIECE))


def _longest_piece(template: str) -> str:
    return max(template.split(WILDCARD), key=len).strip()[:_LONGEST_PIECE].rstrip()


def pattern_of(pieces: Iterable[str]) -> str:
    """A regular expression for Logs Insights that finds any of the pieces; slashes and all."""
    inside = "|".join(_escaped(piece) for piece in pieces)
    return f"/{inside}/"


def one_in(lines: float) -> int:
    """The sampling rate that brings so many lines down to a sample: every n-th millisecond.

    It has no factor in common with 1,000, so that time stamps in whole seconds are sampled as well.
    """
    rate = max(1, math.ceil(lines / SAMPLE))
    return next(every for every in range(rate, rate + _TEN) if math.gcd(every, _TEN) == 1)


def by_slot(lines: Sequence[tuple[float, str]], counted: Mapping[int, float]) -> tuple[Stratum, ...]:
    """Sampled lines, each weighed by what was counted in its slot.

    A slot that the sample missed is counted with the next one that it did not.
    """
    rows: dict[int, list[tuple[float, str]]] = {slot: [] for slot in sorted(counted)}
    for line in lines:
        rows.setdefault(int(line[0] // SLOT_SECONDS), []).append(line)
    strata: list[Stratum] = []
    left = 0.0
    for slot in sorted(rows):
        left += counted.get(slot, 0.0)
        if rows[slot]:
            strata.append(Stratum(rows[slot], max(1.0, left / len(rows[slot]))))
            left = 0.0
    return tuple(strata)


def _escaped(piece: str) -> str:
    """What means itself in every dialect: anything else but letters, digits and spaces becomes a dot."""
    return re.sub(r"[^A-Za-z0-9 _-]", ".", piece)
