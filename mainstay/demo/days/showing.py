"""How a simulated day is shown: each alert as it comes and goes, and at the end what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from chalicelib.incidents.alert import Alert, AlertState
from chalicelib.incidents.alert_messages import alert_document, sparkline
from mainstay.demo.days.playing import Watched

_WIDTH = 24
"""Points of a sparkline."""


def print_days(console: Console, watched: Sequence[Watched]) -> None:
    """Each day with its subjects: what was told about them, and whether that was right."""
    for day, subjects in groupby(watched, key=lambda one: one.day):
        console.print(Text.assemble("\n", (day.title, "bold"), (f"  --scenario {day.name}", "dim")))
        for one in subjects:
            mark = Text("✗ ", style="red") if one.problem else Text("✓ ", style="green")
            console.print(Text.assemble(mark, f"{one.name}: {one.subject.title}"))
            for line in _lines(one):
                console.print(line, no_wrap=True, overflow="ellipsis")
            if one.problem:
                console.print(Text(f"    {one.problem}", style="red"))


def _lines(one: Watched) -> Iterator[Text]:
    if not one.alerts:
        yield Text("    no alert", style="dim")
    for alert in sorted(one.alerts.values(), key=lambda alert: alert.opened_at):
        yield _line(alert.opened_at, "ALERT", "yellow", alert.first.what)
        if alert.first.rates:
            yield Text(f"           {'':<10}{sparkline(alert.first.rates[-_WIDTH:])}", style="cyan")
        for example in alert.first.examples[:1]:
            yield Text(f"           {'':<10}{example}", style="dim")
        yield from _afterwards(one, alert)


def _afterwards(one: Watched, alert: Alert) -> Iterator[Text]:
    for incident in one.incidents:
        if incident.incident_id == alert.incident_id:
            plan = incident.plan.summary if incident.plan else "nothing to do about it"
            by = f", approved by {incident.approval.by}" if incident.approval else ""
            yield _line(incident.ended_at, incident.state.value, "green", f"{plan}{by}")
    if alert.failed_at is not None:
        yield _line(alert.failed_at, "FAILED", "red", "it happened as foretold")
    if alert.state is AlertState.CLEARED:
        yield _line(alert.cleared_at, "CLEARED", "green", "it has passed")
    if alert.outcome is not None:
        lead = f", {alert.lead_minutes:.0f} minutes after the alert" if alert.lead_minutes else ""
        yield Text(f"           {'OUTCOME':<10}{alert.outcome.value}{lead}", style="bold")


def _line(at: Any, word: str, style: str, text: str) -> Text:
    return Text.assemble((f"    {at:%H:%M}  ", "dim"), (f"{word:<10}", style), text)


def days_document(watched: Sequence[Watched]) -> list[dict[str, Any]]:
    """For ``--json``: one entry for each day, in the form of the scenarios."""
    return [
        {
            "name": day.name,
            "title": day.title,
            "ok": not any(one.problem for one in subjects),
            "subjects": [_subject(one) for one in subjects],
        }
        for day, subjects in ((day, list(found)) for day, found in groupby(watched, key=lambda one: one.day))
    ]


def _subject(one: Watched) -> dict[str, Any]:
    return {
        "title": one.subject.title,
        "name": one.name,
        "problem": one.problem or None,
        "alerts": [alert_document(alert) for alert in one.alerts.values()],
        "incidents": [{"incident_id": each.incident_id, "ended": each.state.value} for each in one.incidents],
    }
