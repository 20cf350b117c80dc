"""Pictures of what lies ahead: how often something came of late, and where a series leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from markupsafe import Markup

from chalicelib.pages.charts import (
    TEXT,
    Scale,
    bar,
    dot,
    finite,
    label,
    line,
    lines,
    picture,
    scale_of,
    ticks,
)
from chalicelib.pages.numbers import say_count, say_number, say_seconds

Say = Callable[[float], str]

_NOW = 0.58
"""Where the present is, as a share of the width, in a picture that shows what is ahead."""
_SURE = "8 of 10"


def draw_rates(name: str, title: str, rates: Sequence[float], height: float = 30) -> Markup:
    """One small bar for each span of time, the last one being now; a line shows what is usual."""
    found = [max(0.0, rate) for rate in finite(rates)]
    before = found[:-1]
    usual = median(before) if before else None
    scale = Scale(low=0, high=max(found, default=0.0) or 1.0)
    marks = [
        bar(
            "rate now" if place == len(found) - 1 else "rate",
            (place + 0.1) / len(found),
            (place + 0.9) / len(found),
            height - max(1.0, (height - 2) * scale.position(rate)),
            height,
        )
        for place, rate in enumerate(found)
    ]
    if usual is not None:
        y = height - (height - 2) * scale.position(usual)
        marks.append(line("usual", ((0, y), (1, y))))
    now = found[-1] if found else None
    told = (
        f"Now {say_number(now)}, usually {say_number(usual)}, at most {say_number(max(found, default=0.0))}."
    )
    return picture(name, title, told if found else "Nothing was counted.", height, marks)


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """A series up to now, which is the last one of `past`, and where it goes: times are seconds from now."""

    past: tuple[float, ...]
    now: float
    usual: float | None
    limit: float | None = None
    earliest: float | None = None
    expected: float | None = None
    latest: float | None = None

    @property
    def ahead(self) -> float:
        """How far the picture looks."""
        times = finite(one for one in (self.earliest, self.expected, self.latest) if one is not None)
        return max(0.0, *times, 0.0)

    @property
    def values(self) -> tuple[float, ...]:
        """Everything that has to be in the picture."""
        return finite((*self.past, self.now, *(one for one in (self.usual, self.limit) if one is not None)))


def draw_outlook(name: str, title: str, outlook: Outlook, say: Say = say_number) -> Markup:
    """The past as a line up to now, what is usual, the limit, and the fan in which it is expected there."""
    height, scale = 170.0, scale_of(outlook.values)
    floor = height - TEXT - 8
    leads = outlook.ahead > 0 and outlook.limit is not None
    now = _NOW if leads else 0.97

    def down(value: float) -> float:
        top = TEXT + 8
        return floor - 6 - (floor - 6 - top) * scale.position(value)

    shapes = [*_fan(outlook, now, down), ("polyline", "series", _past(outlook, now, down))]
    marks = [
        *_levels(outlook, scale, down, say),
        lines(height, shapes),
        line("present", ((now, TEXT), (now, floor))),
        dot("sample strong", now, down(outlook.now), 4),
        *_moments(outlook, now, height),
    ]
    return picture(name, title, _told(outlook, say), height, marks)


def _past(outlook: Outlook, now: float, down: Callable[[float], float]) -> list[tuple[float, float]]:
    found = finite(outlook.past)
    steps = max(1, len(found) - 1)
    return [(now * place / steps, down(value)) for place, value in enumerate(found)]


def _fan(
    outlook: Outlook, now: float, down: Callable[[float], float]
) -> Iterator[tuple[str, str, list[tuple[float, float]]]]:
    """The area between the earliest and the latest time, and the way to the expected one."""
    if not outlook.ahead or outlook.limit is None:
        return
    start, goal = (now, down(outlook.now)), down(outlook.limit)
    if outlook.earliest is not None and outlook.latest is not None:
        ends = [(_when(outlook, one, now), goal) for one in (outlook.earliest, outlook.latest)]
        yield "polygon", "fan", [start, *ends]
    if outlook.expected is not None:
        yield "polyline", "leads", [start, (_when(outlook, outlook.expected, now), goal)]


def _when(outlook: Outlook, seconds: float, now: float) -> float:
    return now + (0.97 - now) * Scale(low=0, high=outlook.ahead).position(seconds)


def _levels(outlook: Outlook, scale: Scale, down: Callable[[float], float], say: Say) -> Iterator[Markup]:
    """The limit and what is usual; round numbers only where neither stands near."""
    both = ((outlook.usual, "usual", "usually"), (outlook.limit, "limit", "limit"))
    named = [(value, css, word) for value, css, word in both if value is not None]
    taken = [down(value) for value, _, _ in named]
    for value in ticks(scale.low, scale.high, 3):
        if all(abs(down(value) - other) > TEXT + 4 for other in taken):
            yield line("grid", ((0, down(value)), (1, down(value))))
            yield label(say(value), 0, down(value) - 3)
    for value, css, word in named:
        yield line(css, ((0, down(value)), (1, down(value))))
        side = (0.0, "start") if css == "limit" else (1.0, "end")
        yield label(f"{word} {say(value)}", side[0], down(value) - 4, css=f"note {css}", anchor=side[1])


def _moments(outlook: Outlook, now: float, height: float) -> Iterator[Markup]:
    yield label("now", now, height - 4, css="name", anchor="middle" if now < 0.9 else "end")  # noqa: PLR2004 - near the end
    if outlook.past:
        yield label(say_count(len(outlook.past), "reading"), 0, height - 4)
    if outlook.ahead and outlook.limit is not None:
        yield label(f"in {say_seconds(outlook.ahead)}", 1, height - 4)


def _told(outlook: Outlook, say: Say) -> str:
    parts = [f"now {say(outlook.now)}"]
    if outlook.usual is not None:
        parts.append(f"usually {say(outlook.usual)}")
    if outlook.limit is not None:
        parts.append(f"the limit is {say(outlook.limit)}")
    if outlook.expected is not None:
        parts.append(f"expected there in {say_seconds(outlook.expected)}")
    if outlook.earliest is not None and outlook.latest is not None:
        span = f"{say_seconds(outlook.earliest)} and {say_seconds(outlook.latest)}"
        parts.append(f"in {_SURE} cases between {span}")
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]}."
