"""What the demo found: a table for people, a document for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from mainstay.demo.days.playing import Watched
from mainstay.demo.play import Result, stage_seconds


def print_summary(
    console: Console, results: Sequence[Result], watched: Sequence[Watched], seconds: float
) -> None:
    """One line for each act, where the terminal is wide enough; else a few short ones."""
    console.print()
    if results:
        console.print(_table(results) if console.width >= _WIDE else _list(results))
    wrong = [(one.cast.scenario.name, one.cast.act.title, one.problem) for one in results if one.problem]
    wrong += [(one.day.name, one.subject.title, one.problem) for one in watched if one.problem]
    for name, title, problem in wrong:
        console.print(f"[red]{name}[/]: {title}: {problem}")
    verdict = "[green]all as they should[/]" if not wrong else f"[red]{len(wrong)} not as they should[/]"
    parts = [f"{len(results)} incidents"] if results else []
    parts += [f"{len(watched)} things watched for a day"] if watched else []
    console.print(f"{' and '.join(parts)} in {seconds:.1f} s, {verdict}")


_WIDE = 150
"""Columns from which the table can be read."""


def _table(results: Sequence[Result]) -> Table:
    table = Table(title="What happened", title_justify="left", expand=True)
    for heading, options in _COLUMNS:
        table.add_column(heading, **options)
    for result in results:
        table.add_row(*_row(result))
    return table


def _list(results: Sequence[Result]) -> Table:
    grid = Table.grid(padding=(0, 1))
    for result in results:
        mark, resource, title, judged, sure, decided, done, verified, ended, seconds, calls = _row(result)
        grid.add_row(mark, f"[bold]{title}[/]")
        grid.add_row("", f"{resource}: {judged} {sure}, {decided}{f', {done}' if done else ''}")
        grid.add_row("", f"{ended}{f', {verified}' if verified else ''}; {seconds} s; {calls} AWS calls")
    return grid


_COLUMNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("", {"width": 1}),
    ("resource", {"overflow": "fold", "ratio": 3}),
    ("what happened", {"overflow": "fold", "ratio": 5}),
    ("judged", {"no_wrap": True}),
    ("sure", {"justify": "right"}),
    ("decided", {"no_wrap": True}),
    ("done", {"overflow": "fold", "ratio": 4}),
    ("verified", {"no_wrap": True}),
    ("ended", {"no_wrap": True}),
    ("seconds", {"overflow": "fold", "ratio": 5}),
    ("AWS calls", {"justify": "right"}),
)


_STAGES = {
    "DETECTING": "detect",
    "ANALYZING": "analyze",
    "PLANNING": "plan",
    "AWAITING_APPROVAL": "ask",
    "EXECUTING": "act",
    "VERIFYING": "verify",
    "ROLLING_BACK": "undo",
}


def _row(result: Result) -> list[str]:
    mark = "[red]✗[/]" if result.problem else "[green]✓[/]"
    if result.story is None:
        return [mark, result.cast.resource_id, result.cast.act.title, *[""] * 8]
    incident = result.story.incident
    assessment, decision = incident.assessment, incident.decision
    return [
        mark,
        incident.resource.id,
        result.cast.act.title,
        assessment.classification.value.lower() if assessment else "",
        f"{assessment.confidence:.0%}" if assessment else "",
        decision.verdict.value.lower() if decision else "",
        ", ".join(effect.action for effect in result.story.effects),
        incident.verification.health.value.lower() if incident.verification else "",
        incident.state.value,
        ", ".join(f"{_STAGES[name]} {spent:.1f}" for name, spent in stage_seconds(result.story).items()),
        str(result.aws_calls),
    ]


def as_document(results: Sequence[Result], days: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    """For ``--json``: one entry for each scenario, with its incidents or with what was watched."""
    names = list(dict.fromkeys(result.cast.scenario.name for result in results))
    return {
        "ok": all(not result.problem for result in results) and all(day["ok"] for day in days),
        "seconds": round(seconds, 2),
        "scenarios": [
            *(
                _scenario(name, [result for result in results if result.cast.scenario.name == name])
                for name in names
            ),
            *days,
        ],
    }


def _scenario(name: str, results: Sequence[Result]) -> dict[str, Any]:
    return {
        "name": name,
        "title": results[0].cast.scenario.title,
        "ok": all(not result.problem for result in results),
        "expected": [result.cast.act.ends.value for result in results],
        "ended": [result.story.incident.state.value if result.story else None for result in results],
        "incidents": [_incident(result) for result in results],
    }


def _incident(result: Result) -> dict[str, Any]:
    entry: dict[str, Any] = {"title": result.cast.act.title, "problem": result.problem or None}
    if result.story is None:
        return entry
    incident = result.story.incident
    assessment, decision = incident.assessment, incident.decision
    return entry | {
        "incident_id": incident.incident_id,
        "resource": incident.resource.model_dump(),
        "failure": incident.failure,
        "expected": result.cast.act.ends.value,
        "ended": incident.state.value,
        "classification": assessment.classification.value if assessment else None,
        "confidence": assessment.confidence if assessment else None,
        "judge": assessment.judge.value if assessment else None,
        "decision": decision.verdict.value if decision else None,
        "reason": decision.reason if decision else None,
        "actions": [effect.action for effect in result.story.effects],
        "verified": incident.verification.health.value if incident.verification else None,
        "stage_seconds": stage_seconds(result.story),
        "aws_calls": result.aws_calls,
    }
