"""The command line: ``mainstay``, the same as ``python -m mainstay``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from mainstay.console import console
from mainstay.failing import fail, operating
from mainstay.offline.detect import detect
from mainstay.offline.forecast import forecast
from mainstay.offline.mine import mine
from mainstay.offline.scan import scan
from mainstay.serving.commands import serve

if TYPE_CHECKING:
    from chalicelib.collaborators import Collaborators

app = typer.Typer(
    name="mainstay",
    help="Auto-remediation for AWS that you can backtest, undo and switch off.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Auto-remediation for AWS that you can backtest, undo and switch off."""


@app.command(epilog="Example: mainstay demo --scenario stopped --scenario storm")
def demo(
    scenario: Annotated[
        list[str] | None, typer.Option(help="Play only this one; may be given more than once.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
    names: Annotated[bool, typer.Option("--list", help="Name the scenarios and stop.")] = False,
) -> None:
    """Break real (embedded) resources, heal them, and show each timeline and a summary.

    Needs no AWS account. Exits 0 only if every scenario ended as it should.
    """
    from mainstay.demo.days import DAYS  # noqa: PLC0415 - moto is slow to import
    from mainstay.demo.scenarios import SCENARIOS  # noqa: PLC0415

    titles = {name: one.title for name, one in SCENARIOS.items()}
    titles |= {name: one.title for name, one in DAYS.items()}
    if names:
        for name, title in titles.items():
            print(f"{name:<12} {title}")  # noqa: T201 - what was asked for
        return
    chosen = scenario or list(titles)
    unknown = [name for name in chosen if name not in titles]
    if unknown:
        fail(f"there is no scenario {unknown[0]!r}; there are {', '.join(titles)}")
    from mainstay.demo.run import run_demo  # noqa: PLC0415

    screen = Console(stderr=as_json, quiet=as_json)
    with operating():
        scenarios = [SCENARIOS[name] for name in chosen if name in SCENARIOS]
        document = run_demo(scenarios, [DAYS[name] for name in chosen if name in DAYS], screen)
    if as_json:
        print(json.dumps(document, indent=2))  # noqa: T201 - what was asked for
    raise typer.Exit(0 if document["ok"] else 1)


Stage = Annotated[str, typer.Option(help="The stage to operate.", envvar="MAINSTAY_STAGE")]
Region = Annotated[str, typer.Option(help="Its region; AWS_REGION where it is not given.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


@app.command(
    epilog="Example: mainstay incidents --stage prod, or mainstay incidents inc-20260301-120000-1a2b3c4d"
)
def incidents(
    incident_id: Annotated[str, typer.Argument(help="Show this one with its timeline.")] = "",
    stage: Stage = "dev",
    region: Region = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many ended ones to show.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List incidents, open ones first, or show one."""
    from mainstay.show import print_entries, print_story  # noqa: PLC0415

    with operating():
        team = _connect(stage, region)
        if incident_id:
            print_story(team.incidents.story(incident_id), as_json=as_json)
        else:
            from mainstay.operate import list_incidents  # noqa: PLC0415

            print_entries(list_incidents(team, limit=limit), as_json=as_json)


@app.command(epilog="Example: mainstay alerts --stage prod, or mainstay alerts --worth")
def alerts(
    alert_id: Annotated[str, typer.Argument(help="Show this one as its message tells it.")] = "",
    stage: Stage = "dev",
    region: Region = "",
    worth: Annotated[
        bool, typer.Option("--worth", help="Show precision, recall and lead time by detector instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List this month's alerts, newest first, show one, or say what they were worth."""
    from mainstay import operate, show  # noqa: PLC0415

    with operating():
        team = _connect(stage, region)
        if worth:
            show.print_worths(operate.worths(team), as_json=as_json)
        elif alert_id:
            show.print_alert(*operate.find_alert(team, alert_id), as_json=as_json)
        else:
            show.print_alerts(team.alerts.in_month(team.clock()), as_json=as_json)


@app.command(epilog="Example: mainstay approve inc-20260301-120000-1a2b3c4d --stage prod")
def approve(
    incident_id: str,
    stage: Stage = "dev",
    region: Region = "",
    digest: Annotated[str, typer.Option(help="Approve only if the plan has this digest.")] = "",
) -> None:
    """Approve the plan that an incident waits with."""
    _answer(incident_id, stage, region, approved=True, digest=digest)


@app.command(epilog="Example: mainstay reject inc-20260301-120000-1a2b3c4d --reason 'we are moving it'")
def reject(
    incident_id: str,
    stage: Stage = "dev",
    region: Region = "",
    reason: Annotated[str, typer.Option(help="Why: it is kept with the incident.")] = "",
) -> None:
    """Reject the plan that an incident waits with: nothing is changed."""
    _answer(incident_id, stage, region, approved=False, reason=reason)


@app.command(epilog="Example: mainstay mode off --stage prod")
def mode(
    value: Annotated[
        str, typer.Argument(help="off, observe, approve or auto; without one, say which it is.")
    ] = "",
    stage: Stage = "dev",
    region: Region = "",
) -> None:
    """Say or set what Mainstay may do. "off" stops every change, also those of incidents at work."""
    from mainstay.operate import MODES, operator  # noqa: PLC0415

    if value and value not in MODES:
        fail(f"{value!r} is no mode; there are {', '.join(MODES)}")
    with operating():
        team = _connect(stage, region)
        if value:
            team.memory.set_mode(value, by=operator(team), now=team.clock())
        print(team.memory.mode() or "never set: nothing is changed before it is")  # noqa: T201 - the answer


app.command(epilog="Example: mainstay serve --sample --open")(serve)
app.command(epilog="Example: mainstay console --stage prod --region eu-central-1 --open")(console)
app.command(epilog="Example: mainstay mine app.log old.log.gz --json --templates")(mine)
app.command(epilog="Example: mainstay detect cpu.csv latency.csv.gz")(detect)
app.command(epilog="Example: mainstay forecast disk.csv --limit 100 --horizon 60")(forecast)
app.command(epilog="Example: mainstay scan app.log --every 5")(scan)


def _answer(
    incident_id: str, stage: str, region: str, *, approved: bool, reason: str = "", digest: str = ""
) -> None:
    from mainstay.operate import answer  # noqa: PLC0415

    with operating():
        state = answer(_connect(stage, region), incident_id, approved=approved, reason=reason, digest=digest)
        print(f"{incident_id} is {state.value}")  # noqa: T201 - the answer


def _connect(stage: str, region: str) -> Collaborators:
    from mainstay.operate import connect  # noqa: PLC0415 - imports boto3

    return connect(stage, region)
