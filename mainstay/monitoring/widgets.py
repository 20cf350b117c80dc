"""Parts of a CloudWatch dashboard, and how they are laid out: rows of 24 columns, one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mainstay.monitoring.series import FIVE_MINUTES, Series, search

COLUMNS = 24


@dataclass(frozen=True, kw_only=True)
class Widget:
    """One part, and how much room it takes: `width` of 24 columns, `height` in rows of about 50 pixels."""

    type: str
    properties: dict[str, Any]
    width: int = 8
    height: int = 6


# -- lines of a graph ---------------------------------------------------------------------------


def line(series: Series, label: str, statistic: str = "Sum") -> list[Any]:
    """One metric of AWS."""
    named = [part for pair in series.dimensions.items() for part in pair]
    return [series.namespace, series.metric, *named, {"stat": statistic, "label": label}]


def total(metric: str, label: str, statistic: str = "Sum", **where: str) -> list[Any]:
    """All values of a metric of ours that have these dimensions, added up."""
    return [{"expression": f"SUM({search(metric, statistic, **where)})", "label": label}]


def longest(metric: str, label: str) -> list[Any]:
    """The largest value of a metric of ours."""
    return [{"expression": f"MAX({search(metric, 'Maximum')})", "label": label}]


def each(metric: str, statistic: str) -> list[Any]:
    """A line for each series of a metric of ours; CloudWatch labels it by what distinguishes it."""
    return [{"expression": search(metric, statistic), "label": f"{statistic} "}]


# -- parts --------------------------------------------------------------------------------------


def graph(title: str, lines: Sequence[list[Any]], *, stacked: bool = False, width: int = 8) -> Widget:
    """Lines over time, five minutes to a point."""
    return Widget(
        type="metric",
        properties={
            "title": title,
            "view": "timeSeries",
            "stacked": stacked,
            "region": "${AWS::Region}",
            "period": FIVE_MINUTES,
            "metrics": list(lines),
        },
        width=width,
    )


def numbers(title: str, lines: Sequence[list[Any]], *, width: int = 8) -> Widget:
    """One number for each line: over all the time that the dashboard shows."""
    return Widget(
        type="metric",
        properties={
            "title": title,
            "view": "singleValue",
            "setPeriodToTimeRange": True,
            "region": "${AWS::Region}",
            "metrics": list(lines),
        },
        width=width,
        height=4,
    )


def text(markdown: str) -> Widget:
    """A strip of text over the whole width."""
    return Widget(type="text", properties={"markdown": markdown}, width=COLUMNS, height=2)


def alarm_states(title: str, arns: Iterable[str]) -> Widget:
    """Which of these alarms are on."""
    return Widget(type="alarm", properties={"title": title, "alarms": list(arns)}, width=COLUMNS, height=3)


# -- laying out ---------------------------------------------------------------------------------


def lay_out(widgets: Iterable[Widget]) -> Iterator[dict[str, Any]]:
    """From left to right; what finds no room any more begins a row."""
    x = y = deep = 0
    for one in widgets:
        if x + one.width > COLUMNS:
            x, y, deep = 0, y + deep, 0
        yield {
            "type": one.type,
            "x": x,
            "y": y,
            "width": one.width,
            "height": one.height,
            "properties": one.properties,
        }
        x, deep = x + one.width, max(deep, one.height)
