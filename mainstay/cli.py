"""The command line: ``mainstay``, the same as ``python -m mainstay``. One line for each command."""

from __future__ import annotations

from typing import Annotated

import typer

from mainstay import keys
from mainstay.commands.alerts import alerts
from mainstay.commands.answers import approve, reject
from mainstay.commands.cost import cost
from mainstay.commands.demo import demo
from mainstay.commands.doctor import doctor
from mainstay.commands.incidents import incidents
from mainstay.commands.switch import mode
from mainstay.console import console
from mainstay.deploying.commands import deploy, destroy
from mainstay.offline.detect import detect
from mainstay.offline.forecast import forecast
from mainstay.offline.mine import mine
from mainstay.offline.scan import scan
from mainstay.serving.breaking import break_something
from mainstay.serving.commands import serve

app = typer.Typer(
    name="mainstay",
    help="Auto-remediation for AWS that you can backtest, undo and switch off.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _print_version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only this option needs it

        print(f"mainstay {version('mainstay')}")  # noqa: T201 - the answer
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Say which version this is.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Auto-remediation for AWS that you can backtest, undo and switch off."""


app.command(epilog="Example: mainstay demo --scenario stopped --scenario storm")(demo)
app.command(epilog="Example: mainstay incidents --stage prod --state open, or mainstay incidents show ID")(
    incidents
)
app.command(epilog="Example: mainstay approve inc-20260301-120000-1a2b3c4d --stage prod")(approve)
app.command(epilog="Example: mainstay reject inc-20260301-120000-1a2b3c4d --reason 'we are moving it'")(
    reject
)
app.command(epilog="Example: mainstay mode off --stage prod")(mode)
app.command(epilog="Example: mainstay alerts --stage prod, or mainstay alerts --worth")(alerts)
app.command(epilog="Example: mainstay serve --sample --open")(serve)
app.command("break", epilog="Example: mainstay break ec2.instance --kind stop --watch")(break_something)
app.command(epilog="Example: mainstay console --stage prod --region eu-central-1 --open")(console)
app.command(epilog="Example: mainstay deploy --stage prod --region us-east-1 --dry-run")(deploy)
app.command(epilog="Example: mainstay destroy --stage dev --region us-east-1")(destroy)
app.command(epilog="Example: mainstay doctor --stage prod --region us-east-1")(doctor)
app.command(epilog="Example: mainstay cost --incidents 30 --log-gb 200 --log-groups 12")(cost)
app.add_typer(keys.app, name="keys")
app.command(epilog="Example: mainstay mine app.log old.log.gz --json --templates")(mine)
app.command(epilog="Example: mainstay detect cpu.csv latency.csv.gz")(detect)
app.command(epilog="Example: mainstay forecast disk.csv --limit 100 --horizon 60")(forecast)
app.command(epilog="Example: mainstay scan app.log --every 5")(scan)
