"""The page of what became of incidents and warnings: `Reliability` as words, tables and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from chalicelib.analysis.shares import Band, Counted
from chalicelib.autonomy import STEPS, Autonomy, Rung
from chalicelib.incidents.guard import Outcomes
from chalicelib.pages.charts import swatch
from chalicelib.pages.charts_outcomes import (
    Bin,
    Column,
    Strip,
    draw_calibration,
    draw_columns,
    draw_interval,
    draw_rungs,
    draw_strips,
)
from chalicelib.pages.dress import render
from chalicelib.pages.numbers import say_count, say_number, say_seconds, say_share
from chalicelib.prediction.scores import Worth
from chalicelib.reliability import MOST_ALERTS, Day, Reliability, Times

KINDS = {
    "healed": "healed and verified",
    "open": "still open",
    "left": "left alone",
    "refused": "not approved",
    "failed": "needed a person",
}
"""Outcomes as they are stacked, from the bottom up."""

_FEW = 10
"""Below so many cases a share says little, and the page says so."""

WORTH_HEADS = (
    "told by",
    "alerts",
    "right",
    "found",
    "lead",
    "failed",
    "prevented",
    "passed",
    "wrong",
    "missed",
)


def render_outcomes(found: Reliability, *, base: str) -> str:
    """The whole page."""
    return render(
        "outcomes.html",
        base=base,
        active="outcomes",
        mode=found.mode,
        found=found,
        tiles=_tiles(found),
        recoveries=_recoveries(found.recoveries),
        days=_days(found.days),
        times=_times(found),
        confidence=_calibration("confidence", "Confidence of incidents", found.confidence),
        probability=_calibration("probability", "Probability of warnings", found.probability),
        worth=(WORTH_HEADS, worth_rows(found.worth)),
        doubts=_doubts(found),
        most_alerts=MOST_ALERTS,
        ladder=_ladder([one for one in found.ladder if not _is_only_told(one)]),
        told=[(one.signature, " ".join(one.why)) for one in found.ladder if _is_only_told(one)],
    )


def _tiles(found: Reliability) -> list[tuple[str, str, str]]:
    """Name, value and note of each."""
    share, times, said = found.recoveries.share, found.all_times, found.said
    prevented = found.alerts.get("prevented", 0)
    return [
        ("Recoveries that worked", say_share(share), _counted(found.recoveries)),
        (
            "Half are healthy within",
            say_seconds(times.p50),
            f"9 of 10 within {say_seconds(times.p90)}, n = {len(times.seconds)}" if times.seconds else _NONE,
        ),
        (
            "Failures prevented",
            say_number(prevented) if found.alerts else say_number(None),
            f"of {say_count(sum(found.alerts.values()), 'warning')}" if found.alerts else _NONE,
        ),
        (
            "People said no",
            say_number(said.rejected) if said.asked else say_number(None),
            f"of {say_count(said.asked, 'question')}" if said.asked else "nobody was asked yet",
        ),
    ]


_NONE = "nothing to count yet"


def _counted(found: Counted) -> str:
    return f"{say_number(found.good)} of {say_number(found.of)}" if found.of else _NONE


def _recoveries(found: Counted) -> dict[str, Any]:
    if found.share is None:
        return {}
    low, high = found.bounds
    few = f" {found.of} cases prove little yet." if found.of < _FEW else ""
    return {
        "picture": draw_interval("recoveries", "Recoveries that worked", found.share, low, high),
        "told": f"{found.good} of {found.of} recoveries ended verified healthy. The true share lies between"
        f" {say_share(low)} and {say_share(high)}, with 95 % certainty.{few}",
    }


def _doubts(found: Reliability) -> list[tuple[str, str]]:
    """How often, and what it means."""
    doubts = found.doubts
    return [
        (say_count(doubts.rejected, "time"), "a person said no: a false positive, by their word."),
        (
            say_count(doubts.failed, "time"),
            "the recovery failed: undone where it could be, or left to people.",
        ),
        (say_count(doubts.left, "time"), "the policy left it alone: nobody knows whether acting was right."),
    ]


def _days(days: Sequence[Day]) -> dict[str, Any]:
    columns = [Column(label=f"{one.day:%d %b}", parts=one.counts, known=one.known) for one in days]
    rows = [
        (f"{one.day:%Y-%m-%d}", *(one.counts.get(kind, 0) if one.known else "not read" for kind in KINDS))
        for one in days
        if one.counts or not one.known
    ]
    return {
        "any": any(one.counts for one in days),
        "picture": draw_columns("days", "Incidents per day by outcome", columns, KINDS),
        "heads": ("day", *KINDS.values()),
        "rows": rows,
        "legend": [(swatch(f"kind {kind}"), what) for kind, what in KINDS.items()],
    }


def _times(found: Reliability) -> dict[str, Any]:
    every = [one for one in (found.all_times, *found.times) if one.seconds]
    shown = every if len(found.times) > 1 else every[1:]
    return {
        "picture": draw_strips("times", "Time to verified healthy", [_strip(one) for one in shown]),
        "heads": ("type", "recoveries", "half within", "9 of 10 within", "longest"),
        "rows": [
            (
                _type(one),
                len(one.seconds),
                *(say_seconds(value) for value in (one.p50, one.p90, max(one.seconds))),
            )
            for one in shown
        ],
        "any": bool(shown),
    }


def _type(times: Times) -> str:
    return "all types" if times.resource_type == "all" else times.resource_type


def _strip(times: Times) -> Strip:
    return Strip(label=_type(times), seconds=times.seconds, p50=times.p50, p90=times.p90)


def _calibration(name: str, title: str, bands: Sequence[Band]) -> dict[str, Any]:
    bins = [_bin(one) for one in bands]
    return {
        "any": bool(bins),
        "picture": draw_calibration(name, title, bins),
        "heads": ("stated", "cases", "turned out right", "95 % certain between"),
        "rows": [
            (say_share(one.stated), one.count, say_share(one.right), _between(one.low, one.high))
            for one in bins
        ],
    }


def _bin(band: Band) -> Bin:
    low, high = band.right.bounds
    return Bin(stated=band.stated, right=band.right.share or 0.0, low=low, high=high, count=band.right.of)


def _between(low: float, high: float) -> str:
    return f"{say_share(low)} and {say_share(high)}"


def worth_rows(worth: Sequence[Worth]) -> list[tuple[object, ...]]:
    """What each detector's warnings were worth, under `WORTH_HEADS`."""
    return [
        (
            one.detector.replace("_", " "),
            one.alerts,
            say_share(one.precision),
            say_share(one.recall),
            say_seconds(None if one.mean_lead_minutes is None else 60 * one.mean_lead_minutes),
            one.failed,
            one.prevented,
            one.passed,
            one.wrong,
            one.missed,
        )
        for one in worth
    ]


# -- the ladder ---------------------------------------------------------------------------------


def _ladder(rungs: Sequence[Rung]) -> list[dict[str, Any]]:
    """What people have seen comes first, then what stands highest."""
    order = sorted(rungs, key=lambda one: (-one.outcomes.ended, one.step is None, one.signature))
    return [_rung(place, one) for place, one in enumerate(order)]


def _is_only_told(rung: Rung) -> bool:
    """Whether it never happened and nothing would be done about it: not worth a picture."""
    return not rung.outcomes.ended and rung.most is Autonomy.OBSERVE


def _rung(place: int, rung: Rung) -> dict[str, Any]:
    now = -1 if rung.step is None else STEPS.index(rung.step)
    return {
        "rung": rung,
        "picture": _rungs(place, rung, now),
        "step": rung.step.value if rung.step else "its first incident decides",
        "tone": "idle" if rung.step is None else _TONES[rung.step],
        "counted": _outcomes(rung.outcomes),
        "needed": say_count(rung.needed, "more good outcome") if rung.needed else "",
        "why": "" if rung.needed else " ".join(rung.why),
    }


_TONES = {Autonomy.OFF: "bad", Autonomy.OBSERVE: "warn", Autonomy.ASK: "ask", Autonomy.AUTOMATIC: "ok"}


def _rungs(place: int, rung: Rung, now: int) -> Markup:
    title = f"Autonomy of {rung.signature}"
    names = [one.value for one in STEPS]
    return draw_rungs(f"rung-{place}", title, names, now=now, most=STEPS.index(rung.most))


def _outcomes(outcomes: Outcomes) -> str:
    if not outcomes.ended:
        return "no outcome yet"
    named = ("recovered", "approved", "failed", "rejected", "dismissed")
    counts = [(name, getattr(outcomes, name)) for name in named]
    told = ", ".join(f"{say_number(count)} {name}" for name, count in counts if count)
    return (
        f"{say_count(outcomes.ended, 'incident')}: {told}" if told else say_count(outcomes.ended, "incident")
    )
