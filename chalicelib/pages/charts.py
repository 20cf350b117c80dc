"""What pictures are drawn with: scales, ticks, and the few marks of SVG that they are made of.

A picture is as wide as the page leaves it. So across, everything is placed as a share of the width and
written in percent; down, it is in pixels; and its letters are as large as those of the page. What it looks
like is said by classes in ``charts.css``: a picture holds no style of its own, since no page may.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10

from markupsafe import Markup

EDGE = 0.03
"""The share of the width that is left free at both sides, so that no mark is cut."""
TEXT = 12
"""The height of a line of letters, in pixels."""

_FINE = 1000
"""How fine lines of many points are drawn: across, in units of the whole width."""


def finite(values: Iterable[float]) -> tuple[float, ...]:
    """Those that can be drawn."""
    return tuple(value for value in values if isfinite(value))


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Where values lie between two ends: 0 at `low`, 1 at `high`; with `log` by their magnitude."""

    low: float
    high: float
    log: bool = False

    def position(self, value: float) -> float:
        """0..1 for any number, 0.5 where there is nothing to tell apart."""
        low, high, at = (self._measure(one) for one in (self.low, self.high, value))
        # Halves, since the distance between two numbers may be more than a number can hold.
        width = high / 2 - low / 2
        if not width > 0 or not isfinite(at):
            return 0.5
        return min(1.0, max(0.0, (at / 2 - low / 2) / width))

    def _measure(self, value: float) -> float:
        return log10(max(value, 1e-300)) if self.log else value


def scale_of(values: Iterable[float], *, zero: bool = False) -> Scale:
    """Over all of these, and from or to zero where that is wanted."""
    found = finite(values) + ((0.0,) if zero else ())
    return Scale(low=min(found, default=0.0), high=max(found, default=1.0))


def ticks(low: float, high: float, most: int = 4) -> tuple[float, ...]:
    """At most so many round numbers from `low` to `high`; none where there is no distance."""
    width = high - low
    if not (isfinite(width) and width > 0):
        return ()
    step = _round_step(width / most)
    first = -floor(-low / step) if step and isfinite(low / step) else 0
    found = [(first + number) * step for number in range(most + 1)] if step else []
    return tuple(one for one in found if low <= one <= high)[:most]


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 ... that is no smaller."""
    tens = 10.0 ** floor(log10(least))
    return next((tens * one for one in (1, 2, 5) if tens * one >= least), tens * 10)


# -- marks --------------------------------------------------------------------------------------


def picture(name: str, title: str, told: str, height: float, marks: Iterable[Markup]) -> Markup:
    """A whole picture. `name` is unique in the page; `title` and `told` say in words what it shows."""
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="{name}-title {name}-desc"'
        ' width="100%" height="{height}">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{told}</desc>{marks}</svg>'
    ).format(name=name, title=title, told=told, height=_px(height), marks=Markup("").join(marks))


def inset(share: float) -> float:
    """A place between the two free edges."""
    return EDGE + share * (1 - 2 * EDGE)


def line(css: str, ends: tuple[tuple[float, float], tuple[float, float]]) -> Markup:
    """From one place to another: each is a share of the width, and pixels from the top."""
    (x1, y1), (x2, y2) = ends
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        css, _percent(x1), _px(y1), _percent(x2), _px(y2)
    )


def bar(css: str, left: float, right: float, top: float, bottom: float) -> Markup:
    """A box; `left` and `right` are shares of the width."""
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        css, _percent(left), _px(top), _percent(max(0.0, right - left)), _px(max(0.0, bottom - top))
    )


def dot(css: str, x: float, y: float, radius: float = 4) -> Markup:
    """A filled circle."""
    return Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>').format(css, _percent(x), _px(y), _px(radius))


def label(text: str, x: float, y: float, *, css: str = "note", anchor: str = "") -> Markup:
    """Letters on the line `y`, turned inwards near the ends of the picture unless `anchor` says how."""
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        css, _percent(x), _px(y), anchor or _inwards(x), text
    )


def lines(height: float, shapes: Iterable[tuple[str, str, Sequence[tuple[float, float]]]]) -> Markup:
    """Lines (``polyline``) and areas (``polygon``) of many points: the kind, its class and its points."""
    drawn = (
        Markup('<{} class="{}" points="{}"/>').format(kind, css, " ".join(_point(one) for one in points))
        for kind, css, points in shapes
    )
    return Markup(
        '<svg width="100%" height="{h}" viewBox="0 0 {w} {h}" preserveAspectRatio="none">{drawn}</svg>'
    ).format(h=_px(height), w=_FINE, drawn=Markup("").join(drawn))


def swatch(css: str) -> Markup:
    """What a kind of mark looks like, beside its name in a legend."""
    return Markup('<svg class="swatch" width="14" height="14" aria-hidden="true">{}</svg>').format(
        bar(css, 0, 1, 0, 14)
    )


def _point(at: tuple[float, float]) -> str:
    return f"{_FINE * min(1.0, max(0.0, at[0])):.1f},{_px(at[1])}"


def _inwards(x: float) -> str:
    return "start" if x < 0.12 else "end" if x > 0.88 else "middle"  # noqa: PLR2004 - a label's width or so


def _percent(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"


def _px(pixels: float) -> str:
    return f"{pixels:.1f}".removesuffix(".0")
