"""Incidents on a terminal: a table, or one with its timeline; or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chalicelib.aws.incident_index import Entry
from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.alert import Alert
from chalicelib.incidents.alert_messages import alert_document, render_alert, sparkline
from chalicelib.incidents.timeline import check_timeline
from chalicelib.prediction.numbers import tabulate_worths
from chalicelib.prediction.scores import Worth


def print_entries(entries: Iterable[Entry], *, as_json: bool) -> None:
    """One line for each incident."""
    if as_json:
        for entry in entries:
            print(entry.model_dump_json())  # noqa: T201 - what was asked for
        return
    table = Table("incident", "opened (UTC)", "resource", "what", "state", "judged", "decided")
    for entry in entries:
        table.add_row(
            entry.incident_id,
            f"{entry.opened_at:%Y-%m-%d %H:%M:%S}",
            Text(entry.resource.id),
            entry.failure,
            entry.state.value,
            entry.classification,
            entry.verdict,
        )
    Console().print(table)


def print_alerts(alerts: Iterable[Alert], *, as_json: bool) -> None:
    """One line for each alert."""
    if as_json:
        for alert in alerts:
            print(json.dumps(alert_document(alert)))  # noqa: T201 - what was asked for
        return
    console = Console()
    table = Table()
    table.add_column("alert", no_wrap=True)
    table.add_column("likely", justify="right")
    table.add_column("stands", no_wrap=True)
    table.add_column("what", overflow="fold")
    for alert in alerts:
        stands = alert.outcome.value if alert.outcome else alert.state.value.lower()
        late = f"\n{sparkline(alert.sight.rates[-48:])}" if alert.sight.rates else ""
        table.add_row(alert.alert_id, f"{alert.probability:.0%}", stands, Text(f"{alert.sight.what}{late}"))
    console.print(table)


def print_alert(alert: Alert, action: str, *, as_json: bool) -> None:
    """One alert as its message tells it."""
    message = render_alert(alert, action=action, console_url="")
    print(json.dumps(message.document) if as_json else message.text, end="\n" if as_json else "")  # noqa: T201


def print_worths(worths: Iterable[Worth], *, as_json: bool) -> None:
    """What the alerts of each detector were worth."""
    if as_json:
        for worth in worths:
            print(worth.model_dump_json())  # noqa: T201 - what was asked for
        return
    print("\n".join(tabulate_worths(worths)))  # noqa: T201 - what was asked for


def print_story(story: Story, *, as_json: bool) -> None:
    """One incident with its timeline, whose chain is checked first."""
    incident = story.incident
    check_timeline(incident.incident_id, story.timeline, incident.bookmark)
    if as_json:
        timeline = [event.model_dump(mode="json") for event in story.timeline]
        document = {**incident.model_dump(mode="json"), "timeline": timeline}
        Console(soft_wrap=True).print_json(data=document)
        return
    console = Console()
    console.print(
        Text(f"{incident.incident_id}  {incident.resource.id}  {incident.state.value}", style="bold")
    )
    for event in story.timeline:
        seconds = (event.at - incident.failed_at).total_seconds()
        console.print(Text(f"{seconds:9.1f} s  {event.state.value:<18}{event.what}"))
