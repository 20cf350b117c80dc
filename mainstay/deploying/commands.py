"""The commands ``deploy`` and ``destroy``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from mainstay.failing import fail, refuse

if TYPE_CHECKING:
    from mainstay.deploying.progress import Progress
    from mainstay.deploying.target import Target

Stage = Annotated[str, typer.Option(help="The stage.", envvar="MAINSTAY_STAGE")]
Region = Annotated[str, typer.Option(help="Its region; AWS_REGION where it is not given.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document at the end.")]


def deploy(  # noqa: PLR0913, PLR0917 - one for each option
    stage: Stage,
    region: Region = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, change nothing.")
    ] = False,
    mail: Annotated[list[str] | None, typer.Option(help="Tell this address; repeatable.")] = None,
    model: Annotated[
        str | None, typer.Option(help="Bedrock model or inference profile; '' for rules alone.")
    ] = None,
    auth: Annotated[str | None, typer.Option(help="Who may call the API: iam or oidc.")] = None,
    issuer: Annotated[str | None, typer.Option(help="With oidc: the identity provider.")] = None,
    audience: Annotated[str | None, typer.Option(help="With oidc: whom its tokens are made for.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Of infra/mainstay.yaml; repeatable.")
    ] = None,
    architecture: Annotated[str | None, typer.Option(help="arm64 or x86_64.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a stage into your account, or bring it up to date. Safe to repeat.

    What was not changed stays as it is, and options that you do not name keep what you said before. All
    that can be checked is, before anything is touched.
    """
    from mainstay.deploying.deploy import Order  # noqa: PLC0415 - imports boto3 and Chalice
    from mainstay.deploying.deploy import deploy as run  # noqa: PLC0415
    from mainstay.deploying.progress import Progress  # noqa: PLC0415
    from mainstay.deploying.target import find_target  # noqa: PLC0415
    from mainstay.infrastructure import PROJECT  # noqa: PLC0415

    said = {
        "architecture": architecture,
        "model": model,
        "auth": auth,
        "issuer": issuer,
        "audience": audience,
    }
    order = Order(
        project=PROJECT,
        options={name: value for name, value in said.items() if value is not None},
        parameters=_parameters(parameter or ()),
        mail=tuple(mail or ()),
        dry_run=dry_run,
    )
    progress = Progress(Console(stderr=as_json))
    with deploying():
        found = run(order, find_target(stage, region), progress)
    document = {**found, "dry_run": dry_run, "steps": [one.document() for one in progress.done]}
    _end(document, progress, as_json=as_json)


def destroy(
    stage: Stage,
    region: Region = "",
    with_tables: Annotated[
        bool,
        typer.Option("--with-tables", help="Delete both tables too: every incident, all that was learnt."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a stage out of your account. Tables and artifact bucket stay, and a later deploy adopts them."""
    from mainstay.deploying.destroy import destroy as run  # noqa: PLC0415 - imports boto3 and Chalice
    from mainstay.deploying.progress import Progress  # noqa: PLC0415
    from mainstay.deploying.target import find_target  # noqa: PLC0415
    from mainstay.infrastructure import PROJECT  # noqa: PLC0415

    progress = Progress(Console(stderr=as_json))
    if not yes and not sys.stdin.isatty():
        fail("nobody can be asked here: pass --yes")
    with deploying():
        target = find_target(stage, region)
        if not yes:
            _ask(target, with_tables=with_tables)
        found = run(target, PROJECT, progress, with_tables=with_tables)
    document = {**found, "steps": [one.document() for one in progress.done], "changed": progress.changed}
    if as_json:
        print(json.dumps(document, indent=2))  # noqa: T201 - what was asked for
        return
    for line in _farewell(document):
        progress.say(line)


def _ask(target: Target, *, with_tables: bool) -> None:
    what = (
        "its functions, its infrastructure AND BOTH TABLES"
        if with_tables
        else "its functions and infrastructure"
    )
    typer.echo(
        f"This deletes {what} of {target.stage} in {target.region}, account {target.account}.", err=True
    )
    if typer.prompt("Type the stage's name to go on", err=True) != target.stage:
        refuse("that is not the name of the stage: nothing was deleted")


def _farewell(document: dict[str, Any]) -> Iterator[str]:
    where = f"{document['stage']} in {document['region']} of account {document['account']}"
    yield ""
    yield f"Removed {where}." if document["changed"] else f"There is nothing left of {where} to remove."
    if document["kept"]:
        yield "Kept, and adopted by the next mainstay deploy of this stage:"
        yield from (f"  {one}" for one in document["kept"])
        yield "Kept as well, until they forget by themselves: the log groups of the functions."


def _parameters(given: Sequence[str]) -> dict[str, str]:
    for one in given:
        if "=" not in one:
            fail(f"{one!r} is no parameter; one is PollSeconds=5")
    return dict(one.split("=", 1) for one in given)


def _end(document: dict[str, Any], progress: Progress, *, as_json: bool) -> None:
    changed = progress.changed
    if as_json:
        print(json.dumps({**document, "changed": changed}, indent=2))  # noqa: T201 - what was asked for
        return
    for line in _closing(document, changed=changed):
        progress.say(line)


def _closing(document: dict[str, Any], *, changed: bool) -> Iterator[str]:
    yield ""
    if document["dry_run"]:
        yield "This is what would change; nothing was." if changed else "Nothing would change."
        return
    where = f"{document['stage']} in {document['region']} of account {document['account']}"
    yield f"Deployed {where}." if changed else f"Nothing to change: {where} is as it should be."
    yield from _places(document)
    yield from _next(document)


def _places(document: dict[str, Any]) -> Iterator[str]:
    for name, url in document["endpoints"].items():
        yield f"  {name:<10} {url}"
    for name, arn in document["topics"].items():
        yield f"  {name:<10} {arn}"
    for name, url in document["dashboards"].items():
        yield f"  {name:<10} {url}"


def _next(document: dict[str, Any]) -> Iterator[str]:
    options = f"--stage {document['stage']} --region {document['region']}"
    yield "Next:"
    if not document["subscribers"]:
        yield f"  Nobody is told yet: mainstay deploy {options} --mail you@example.com"
    yield f"  Look at what is judged, and when you trust it: mainstay mode approve {options}"


@contextmanager
def deploying() -> Iterator[None]:
    """Errors become one line each: 2 where something has to be put right first, 1 where AWS says no."""
    from chalicelib.errors import MainstayError  # noqa: PLC0415
    from mainstay.deploying.errors import UnusableError  # noqa: PLC0415

    try:
        yield
    except UnusableError as error:
        fail(str(error))
    except MainstayError as error:
        refuse(str(error))
