"""Pictures of what became of incidents: per day, how long it took, how well confidence was kept, autonomy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10

from markupsafe import Markup

from chalicelib.pages.charts import (
    TEXT,
    Scale,
    bar,
    dot,
    finite,
    inset,
    label,
    line,
    picture,
    ticks,
)
from chalicelib.pages.numbers import say_count, say_number, say_seconds, say_share

_MOST_DOTS = 120
_SPREAD = (0.0, 3.0, -3.0, 5.0, -5.0)
"""How far neighbouring dots stand apart from their line, in pixels, so that equal ones are seen."""
_GAP = 0.2
"""Of a column's width: the space between two columns."""

# -- per day ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Column:
    """One day: so many of each kind, or nothing known of it."""

    label: str
    parts: Mapping[str, int]
    known: bool = True

    @property
    def total(self) -> int:
        """Of all kinds."""
        return sum(self.parts.values())


_HEIGHT = 190.0
_FLOOR = _HEIGHT - TEXT - 8


def draw_columns(name: str, title: str, columns: Sequence[Column], kinds: Mapping[str, str]) -> Markup:
    """Stacked columns, the first kind at the bottom. `kinds` are classes of marks with what they mean."""
    most = max((one.total for one in columns), default=0)
    scale = Scale(low=0, high=max(most, 1))
    marks = [
        *_levels(most, scale),
        *(
            mark
            for place, one in enumerate(columns)
            for mark in _column(one, _across(place, len(columns)), kinds, scale)
        ),
        *_days(columns),
    ]
    totals = {what: sum(one.parts.get(kind, 0) for one in columns) for kind, what in kinds.items()}
    told = "; ".join(f"{what}: {say_number(count)}" for what, count in totals.items())
    days = f"{say_count(len(columns), 'day')}, at most {say_count(most, 'incident')} on one of them"
    return picture(name, title, f"{days}. {told}.", _HEIGHT, marks)


def _levels(most: int, scale: Scale) -> Iterator[Markup]:
    yield line("axis", ((0, _FLOOR), (1, _FLOOR)))
    whole = {round(one) for one in ticks(0, max(most, 1), 3) if one >= 1}
    for value in sorted(whole):
        y = _upwards(scale, value)
        yield line("grid", ((0, y), (1, y)))
        yield label(say_number(value), 0, y - 3)


def _across(place: int, count: int) -> tuple[float, float]:
    """Where a column begins and ends."""
    return inset((place + _GAP / 2) / count), inset((place + 1 - _GAP / 2) / count)


def _column(
    column: Column, across: tuple[float, float], kinds: Mapping[str, str], scale: Scale
) -> Iterator[Markup]:
    if not column.known:
        yield bar("unknown", *across, TEXT, _FLOOR)
        return
    below = 0
    for kind in kinds:
        count = column.parts.get(kind, 0)
        if count:
            top, bottom = (_upwards(scale, value) for value in (below + count, below))
            yield bar(f"kind {kind}", *across, top, bottom)
        below += count


def _upwards(scale: Scale, value: float) -> float:
    """Pixels from the top; room is left for the letters of the highest level."""
    top = TEXT + 6
    return _FLOOR - (_FLOOR - top) * scale.position(value)


def _days(columns: Sequence[Column]) -> Iterator[Markup]:
    """The first, the middle and the last."""
    last = len(columns) - 1
    for place in sorted({0, last // 2, last} if last >= 0 else ()):
        yield label(columns[place].label, inset((place + 0.5) / len(columns)), _HEIGHT - 4)


# -- how long it took ---------------------------------------------------------------------------

_DAY = 86_400
_MOMENTS = (0.1, 1, 10, 60, 600, 3600, 6 * 3600, _DAY, 7 * _DAY, 30 * _DAY, 365 * _DAY)
_BETWEEN = (0.2, 0.5, 2, 5, 20, 30, 120, 300, 1200, 1800, 2 * 3600, 12 * 3600, 2 * _DAY)
_FEW_MOMENTS = 3
_LEAST_RANGE = 20.0
"""So many times the shortest is the longest that is shown: little differences stay little."""


@dataclass(frozen=True, kw_only=True)
class Strip:
    """How long it took each of one kind, in seconds, with the middle and what nine of ten kept to."""

    label: str
    seconds: tuple[float, ...]
    p50: float | None
    p90: float | None


def draw_strips(name: str, title: str, strips: Sequence[Strip]) -> Markup:
    """One row of dots for each kind over the same time, which is laid out by magnitude."""
    row, head = 68.0, 4.0
    height = head + row * len(strips) + TEXT + 12
    scale = _durations(strips)
    marks = [
        *_moments(scale, height),
        *(mark for place, one in enumerate(strips) for mark in _strip(one, head + row * place, scale)),
    ]
    told = "; ".join(f"{one.label}: {say_count(len(one.seconds), 'time')}, {_within(one)}" for one in strips)
    return picture(name, title, f"{told}." if told else "Nothing yet.", height, marks)


def _durations(strips: Iterable[Strip]) -> Scale:
    found = [max(0.1, value) for one in strips for value in finite(one.seconds)]
    low, high = min(found, default=1.0), min(1e300, max(found, default=60.0))
    wider = max(1.5, (_LEAST_RANGE * low / high) ** 0.5)
    return Scale(low=low / wider, high=high * wider, log=True)


def _moments(scale: Scale, height: float) -> Iterator[Markup]:
    inside = [one for one in _MOMENTS if scale.low <= one <= scale.high]
    if len(inside) < _FEW_MOMENTS:
        inside = sorted(one for one in (*_MOMENTS, *_BETWEEN) if scale.low <= one <= scale.high)
    step = 1 + len(inside) // 5
    for value in inside[::step]:
        x = inset(scale.position(value))
        yield line("grid", ((x, 0), (x, height - TEXT - 8)))
        yield label(say_seconds(value), x, height - 4)


def _strip(strip: Strip, top: float, scale: Scale) -> Iterator[Markup]:
    middle = top + 46
    yield line("axis", ((0, middle), (1, middle)))
    for place, seconds in enumerate(_thinned(finite(strip.seconds))):
        yield dot(
            "sample", inset(scale.position(max(0.1, seconds))), middle + _SPREAD[place % len(_SPREAD)], 3
        )
    for css, value in (("half", strip.p50), ("most", strip.p90)):
        if value is not None and len(strip.seconds) > 1:
            x = inset(scale.position(max(0.1, value)))
            yield line(f"mark {css}", ((x, middle - 11), (x, middle + 11)))
    yield label(strip.label, 0, top + 14, css="name")
    yield label(f"n = {say_number(len(strip.seconds))}", 1, top + 14)
    yield label(_within(strip), 0, top + 29)


def _within(strip: Strip) -> str:
    """Of a single one there is nothing to say but how long it took."""
    if len(strip.seconds) == 1:
        return say_seconds(strip.seconds[0])
    return f"half within {say_seconds(strip.p50)}, 9 of 10 within {say_seconds(strip.p90)}"


def _thinned(values: Sequence[float]) -> Sequence[float]:
    """As many as can be told apart, the shortest and the longest with them."""
    ranked, most = sorted(values), _MOST_DOTS
    if len(ranked) <= most:
        return ranked
    return [ranked[round(place * (len(ranked) - 1) / (most - 1))] for place in range(most)]


# -- how well confidence was kept ---------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Bin:
    """What was stated with about the same confidence, and how much of it turned out right."""

    stated: float
    right: float
    low: float
    high: float
    """Between which shares the true one lies, by what was counted."""
    count: int


def draw_calibration(name: str, title: str, bins: Sequence[Bin]) -> Markup:
    """Stated across, turned out right upwards; on the diagonal both are the same."""
    height, floor = 260.0, 260.0 - TEXT - 8
    marks = [
        *(mark for share in (0, 0.5, 1) for mark in _share_lines(share, floor)),
        line("diagonal", ((inset(0), floor), (inset(1), _right(1, floor)))),
        *(mark for one in bins for mark in _bin(one, floor)),
    ]
    told = "; ".join(
        f"of {one.count} stated with {say_share(one.stated)}, {say_share(one.right)} turned out right"
        f" ({say_share(one.low)} to {say_share(one.high)})"
        for one in bins
    )
    return picture(name, title, f"{told}." if told else "Nothing yet.", height, marks)


def _right(share: float, floor: float) -> float:
    top = TEXT + 6
    return floor - (floor - top) * Scale(low=0, high=1).position(share)


def _share_lines(share: float, floor: float) -> Iterator[Markup]:
    y, x = _right(share, floor), inset(share)
    yield line("grid", ((inset(0), y), (inset(1), y)))
    yield line("grid", ((x, _right(1, floor)), (x, floor)))
    yield label(say_share(share) + (" stated" if share == 1 else ""), x, floor + TEXT + 2)
    if share:
        yield label(say_share(share) + (" turned out right" if share == 1 else ""), 0, y - 4)


def _bin(one: Bin, floor: float) -> Iterator[Markup]:
    """The count stands at whichever end of the whisker has room for it."""
    x, y = inset(Scale(low=0, high=1).position(one.stated)), _right(one.right, floor)
    high, low = _right(one.high, floor), _right(one.low, floor)
    yield line("whisker", ((x, low), (x, high)))
    yield dot("sample strong", x, y, min(9.0, 4 + log10(max(1, one.count))))
    under = low + TEXT + 1
    yield label(say_number(one.count), x, under if under < floor else high - 4, anchor="middle")


# -- one share, and how sure it is --------------------------------------------------------------


def draw_interval(name: str, title: str, share: float, low: float, high: float) -> Markup:
    """Where a share of 0..1 lies, and between which it may lie."""
    scale, middle = Scale(low=0, high=1), 14.0
    at, left, right = (inset(scale.position(one)) for one in (share, low, high))
    marks = [
        bar("track", inset(0), inset(1), middle - 3, middle + 3),
        bar("range", left, right, middle - 7, middle + 7),
        line("mark half", ((at, middle - 11), (at, middle + 11))),
        *(label(say_share(one), inset(one), 40) for one in (0, 0.5, 1)),
    ]
    told = f"{say_share(share)}, and with 95 % certainty between {say_share(low)} and {say_share(high)}."
    return picture(name, title, told, 44, marks)


# -- autonomy -----------------------------------------------------------------------------------


def draw_rungs(name: str, title: str, steps: Sequence[str], *, now: int, most: int) -> Markup:
    """Steps in a row: on which one it stands, and up to which one it may come."""
    middle = 12.0
    places = [(place + 0.5) / max(1, len(steps)) for place in range(len(steps))]
    marks = [
        *(
            line("rung" if place < most else "rung barred", ((here, middle), (there, middle)))
            for place, (here, there) in enumerate(pairwise(places))
        ),
        *(
            dot(_rung(place, now, most), x, middle, 7 if place == now else 5)
            for place, x in enumerate(places)
        ),
        *(
            label(step, x, 36, css="name" if place == now else "note", anchor="middle")
            for place, (step, x) in enumerate(zip(steps, places, strict=True))
        ),
    ]
    stands = steps[now] if 0 <= now < len(steps) else "not known yet"
    up_to = steps[most] if 0 <= most < len(steps) else "none"
    return picture(name, title, f"Stands on: {stands}. May come up to: {up_to}.", 42, marks)


def _rung(place: int, now: int, most: int) -> str:
    if place == now:
        return "step here"
    return "step passed" if place < now else "step open" if place <= most else "step barred"
