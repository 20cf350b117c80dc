"""Incidents and alerts on a terminal, good at 80 columns; or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chalicelib.incidents.alert_messages import sparkline
from chalicelib.incidents.base import Record
from chalicelib.listing import ListedIncident
from chalicelib.lookup import IncidentShown, Timeline
from chalicelib.outlook import Forecast, Metrics
from chalicelib.prediction.numbers import tabulate_worths
from chalicelib.recovery.actions import ACTIONS
from chalicelib.resources.told import is_only_told
from chalicelib.steering import ModeShown
from mainstay.colours import style_of

_STATE_WIDTH = 18
_ONLY_TOLD = "told: nothing for us to repair"


def print_json(document: object) -> None:
    """One document on one line."""
    print(json.dumps(document, default=str), flush=True)  # noqa: T201 - what was asked for


def as_json(record: Record) -> dict[str, object]:
    """A record as the API says it."""
    return record.model_dump(mode="json")


# -- lists --------------------------------------------------------------------------------------


def list_of(incidents: Iterable[ListedIncident], now: datetime) -> RenderableType:
    """Two lines for each incident; a line that says so where there is none."""
    lines = [_listed(one, now) for one in incidents]
    return Group(*lines) if lines else Text("no incidents", style="dim")


def age_of(then: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: 12 s, 3 min, 2 h, 4 d."""
    seconds = max(0, int((now - then).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _listed(one: ListedIncident, now: datetime) -> RenderableType:
    state = one.state.value
    first = Text.assemble(
        (f"{state:<{_STATE_WIDTH}}", style_of(state)),
        (f"{one.resource.type} {one.resource.id} ", "bold"),
        one.failure.replace("_", " "),
        no_wrap=True,
        overflow="ellipsis",
    )
    facts = [one.classification.lower(), f"decided {one.verdict.lower()}" if one.verdict else ""]
    if is_only_told(one.resource.type, one.failure, one.state):
        facts = [_ONLY_TOLD]
    waits = f"waits for {one.waits_for}" if one.waits_for else ", ".join(filter(None, facts))
    second = Text(
        f"{one.incident_id}  {age_of(one.opened_at, now)} ago  {waits}",
        style="dim",
        no_wrap=True,
        overflow="ellipsis",
    )
    return Group(first, Padding(second, (0, 0, 0, 2)))


def print_alerts(alerts: Sequence[Forecast]) -> None:
    """Two lines for each alert, and its rates where there are any; a line that says so where none is."""
    console = Console()
    if not alerts:
        console.print(Text("no alerts this month", style="dim"))
    for alert in alerts:
        stands = alert.outcome.value if alert.outcome else alert.state.value.lower()
        console.print(Text.assemble((alert.alert_id, "bold"), f"  {alert.probability:.0%}  {stands}"))
        console.print(Padding(Text(alert.summary), (0, 0, 0, 2)))
        if alert.rates:
            console.print(Padding(Text(sparkline(alert.rates[-48:]), style="cyan"), (0, 0, 0, 2)))


def print_worths(metrics: Metrics) -> None:
    """What the alerts of each detector were worth, of all that were counted."""
    print("\n".join(tabulate_worths(metrics.ever)))  # noqa: T201 - what was asked for


# -- one of them --------------------------------------------------------------------------------


def print_alert(alert: Forecast) -> None:
    """One alert, with what speaks for it."""
    console = Console()
    console.print(Text(alert.summary, style="bold"))
    facts = {
        "alert": alert.alert_id,
        "stands": alert.outcome.value if alert.outcome else alert.state.value.lower(),
        "look": alert.urgency.value,
        "probability": f"{alert.probability:.0%}",
        "expected": f"{alert.expected_at:%Y-%m-%d %H:%M} UTC" if alert.expected_at else "",
        "would do": alert.suggested_action,
        "incident": alert.incident_id,
    }
    _print_facts(console, facts)
    for line in (*alert.evidence, *alert.examples):
        console.print(Text(f"  - {line}"))


def print_incident(incident: IncidentShown, timeline: Timeline, now: datetime) -> None:
    """Where it stands, what was judged and decided, and its timeline."""
    console = Console()
    state, assessment, decision = incident.state.value, incident.assessment, incident.decision
    console.print(
        Text.assemble((f"{state}  ", style_of(state)), (f"{incident.resource.id} ", "bold"), incident.failure)
    )
    facts = {
        "incident": incident.incident_id,
        "resource": f"{incident.resource.type} in {incident.resource.region}, {incident.resource.account}",
        "opened": f"{incident.opened_at:%Y-%m-%d %H:%M:%S} UTC, {age_of(incident.opened_at, now)} ago",
        "judged": f"{assessment.classification.value.lower()}, {assessment.confidence:.0%} sure, severity "
        f"{assessment.severity} of 10"
        if assessment
        else "",
        "decided": decision.verdict.value.lower() if decision else "",
        "plan": incident.plan.summary if incident.plan else "",
        "waits for": incident.waits_for,
        "ended": _ONLY_TOLD if is_only_told(incident.resource.type, incident.failure, incident.state) else "",
        "problem": incident.problem,
    }
    _print_facts(console, facts)
    console.print()
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim")
    grid.add_column(width=_STATE_WIDTH - 1)
    grid.add_column(overflow="fold")
    for event in timeline.events:
        seconds = (event.at - incident.failed_at).total_seconds()
        state = event.state.value
        grid.add_row(f"{seconds:.1f} s", Text(state, style=style_of(state)), Text(event.what))
    console.print(grid)
    if not timeline.whole:
        console.print(Text(f"The timeline is broken: {timeline.broken}", style="bold red"))


def print_plan(incident: IncidentShown) -> None:
    """The one exact plan: what an approval would let happen."""
    console, plan, question = Console(), incident.plan, incident.question
    if plan is None:
        return
    console.print(Text.assemble((plan.summary, "bold"), f"\n{incident.resource.type} {incident.resource.id}"))
    for number, call in enumerate(plan.actions, start=1):
        console.print(Text(f"  {number}. {_titled(call.action)}"))
        for name, value in call.parameters.items():
            console.print(Text(f"       {name}: {value}", style="dim"))
        console.print(Text(f"       undone by: {_undoing(call.action) or 'nothing'}", style="dim"))
    facts = {
        "risk": plan.risk.value,
        "undo": "every step can be undone" if plan.reversible else "not every step can be undone",
        "warning": plan.warning,
        "digest": plan.digest,
        "so far": "; ".join(f"{name} agreed" for name in agreed_so_far(incident)),
        "until": f"{question.expires_at:%Y-%m-%d %H:%M:%S} UTC, then nothing is done" if question else "",
    }
    _print_facts(console, facts, styles={"warning": "bold red", "so far": "green"})


def agreed_so_far(incident: IncidentShown) -> tuple[str, ...]:
    """Who has said yes already, where one alone is not enough."""
    return tuple(one.person or one.by for one in incident.question.agreed) if incident.question else ()


def _titled(name: str) -> str:
    """What an action does; of one that only another version knows, no more than its name."""
    action = ACTIONS.get(name)
    return f"{action.title} ({action.kind.value}, {action.risk.value} risk)" if action else name


def _undoing(name: str) -> str:
    action = ACTIONS.get(name)
    return ", ".join(ACTIONS[one].title for one in action.undone_by) if action else ""


def print_mode(mode: ModeShown) -> None:
    """Which one; who set it and why is on stderr, so that a script reads one word."""
    print(mode.mode or "never set: nothing is changed before it is")  # noqa: T201 - the answer
    if mode.set_by:
        why = f": {mode.reason}" if mode.reason else ""
        Console(stderr=True).print(Text(f"set by {mode.set_by} at {mode.set_at}{why}", style="dim"))


def _print_facts(console: Console, facts: Mapping[str, str], styles: Mapping[str, str] | None = None) -> None:
    width = max(len(name) for name in facts) + 2
    for name, value in facts.items():
        if value:
            text = Text.assemble((f"{name:<{width}}", "dim"), (value, (styles or {}).get(name, "")))
            console.print(text)
