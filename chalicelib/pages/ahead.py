"""The pages of what lies ahead: warnings, and what log groups say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from statistics import median
from typing import Any, Literal

from pydantic import Field

from chalicelib.ahead import Ahead, Bound, Warned
from chalicelib.incidents.alert import AlertSource
from chalicelib.incidents.base import Record
from chalicelib.outlook import Pattern, Patterns
from chalicelib.pages.charts_series import Outlook, draw_outlook, draw_rates
from chalicelib.pages.dress import render
from chalicelib.pages.numbers import say_number, say_share
from chalicelib.pages.outcomes import WORTH_HEADS, worth_rows
from chalicelib.prediction.quantities import say_quantity

Sort = Literal["count", "rising", "new", "text"]

_TONES = {"now": "bad", "today": "warn", "soon": "info"}
_OUTCOME_TONES = {"failed": "bad", "prevented": "ok", "passed": "idle", "wrong": "warn"}


def render_forecasts(ahead: Ahead, now: datetime, *, base: str, mode: str | None) -> str:
    """Every open warning with its picture, then what became of others."""
    return render(
        "forecasts.html",
        base=base,
        active="forecasts",
        mode=mode,
        warned=[_warned(one, now) for one in ahead.open],
        more=ahead.more,
        recent=ahead.recent,
        outcome_tones=_OUTCOME_TONES,
        worth=(WORTH_HEADS, worth_rows(ahead.worth)),
    )


def _warned(warned: Warned, now: datetime) -> dict[str, Any]:
    one, say = warned.forecast, _speaker(warned.bound)
    outlook = Outlook(
        **_series(warned),
        limit=warned.bound.value,
        earliest=_ahead(one.earliest_at, now),
        expected=_ahead(one.expected_at, now),
        latest=_ahead(one.latest_at, now),
    )
    return {
        "one": one,
        "tone": _TONES[one.urgency.value],
        "picture": draw_outlook(f"of-{one.alert_id}", "Of late, and ahead", outlook, say),
        "heads": ("reading", "value"),
        "rows": [
            (f"{before} before" if before else "now", say(rate))
            for before, rate in zip(range(len(one.rates) - 1, -1, -1), one.rates, strict=True)
        ],
    }


def _series(warned: Warned) -> dict[str, Any]:
    """What of a warning is one series. Of a log group those are its lines, whatever was unusual."""
    one = warned.forecast
    if one.subject.source is AlertSource.METRIC:
        return {"past": one.rates, "now": one.now, "usual": one.usual}
    if warned.bound.value is not None or not one.rates:
        return {"past": (), "now": one.now, "usual": None}
    return {"past": one.rates, "now": one.rates[-1], "usual": median(one.rates[:-1] or one.rates)}


def _speaker(bound: Bound) -> Callable[[float], str]:
    return partial(say_quantity, unit=bound.unit) if bound.unit else say_number


def _ahead(at: datetime | None, now: datetime) -> float | None:
    """Seconds from now; what is overdue is due now."""
    return None if at is None else max(0.0, (at - now).total_seconds())


# -- patterns -----------------------------------------------------------------------------------


class PatternsView(Record):
    """Which log group, and in which order its templates stand."""

    log_group: str = Field(default="", max_length=512)
    sort: Sort = "count"


def render_patterns(
    view: PatternsView,
    found: Patterns | None,
    groups: Sequence[str],
    *,
    base: str,
    mode: str | None,
    problem: str = "",
) -> str:
    """A log group's templates; without one, the groups to choose from."""
    rows = [_pattern(place, one) for place, one in enumerate(found.patterns)] if found else []
    return render(
        "patterns.html",
        base=base,
        active="patterns",
        mode=mode,
        view=view,
        found=found,
        groups=groups,
        problem=problem,
        sorts=_SORTS,
        whole=draw_rates("whole", "Lines of the log group in five minutes", found.rates, 72) if found else "",
        patterns=sorted(rows, key=_ORDERS[view.sort]),
    )


_SORTS: Mapping[Sort, str] = {
    "count": "most lines",
    "rising": "rising most",
    "new": "new first",
    "text": "text",
}
_ORDERS: Mapping[Sort, Callable[[dict[str, Any]], Any]] = {
    "count": lambda row: -row["one"].count,
    "rising": lambda row: -row["rise"],
    "new": lambda row: (not row["one"].new, -row["one"].count),
    "text": lambda row: row["one"].template.lower(),
}


def _pattern(place: int, one: Pattern) -> dict[str, Any]:
    now, usual = one.rates[-1] if one.rates else 0.0, median(one.rates[:-1]) if one.rates[1:] else 0.0
    return {
        "one": one,
        "picture": draw_rates(f"rates-{place}", "Lines in five minutes, two hours up to now", one.rates),
        "now": say_number(now),
        "usual": say_number(usual),
        "rise": now - usual,
        "count": say_number(one.count),
        "share": say_share(one.share),
    }
