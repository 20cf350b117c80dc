"""The command ``break``: breaks something on the running local server."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from mainstay.colours import style_of
from mainstay.completing import complete_kind, complete_type
from mainstay.failing import fail, operating, refuse

if TYPE_CHECKING:
    from mainstay.serving.client import LocalServer
    from mainstay.serving.following import Followed

LocalUrl = Annotated[
    str, typer.Option("--url", envvar="MAINSTAY_URL", help="The local server.", show_default=False)
]
_HERE = "http://127.0.0.1:8000"


def break_something(  # noqa: PLR0913, PLR0917 - one for each option
    resource_type: Annotated[
        str, typer.Argument(metavar="TYPE", help="Such as ec2.instance.", autocompletion=complete_type)
    ] = "",
    kind: Annotated[
        str, typer.Option(help="How; the usual way where it is not given.", autocompletion=complete_kind)
    ] = "",
    resource_id: Annotated[str, typer.Option("--id", help="This one; any that is well otherwise.")] = "",
    url: LocalUrl = _HERE,
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow the incident to its end; exit 0 only if it recovered.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="How long to follow it.")] = 600,
    names: Annotated[bool, typer.Option("--list", help="Say what can be broken, and how, and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Break something on the local server that mainstay serve started, and see what becomes of it."""
    from mainstay.serving.client import LocalServer, RefusedByServerError  # noqa: PLC0415

    if not resource_type and not names:
        fail("say what to break: mainstay break --list names it")
    with operating():
        server = LocalServer(url)
        if names:
            _print_list(server.get("/_local"), as_json=as_json)
            return
        wish = {"type": resource_type, "kind": kind, "id": resource_id}
        try:
            broken = server.ask("POST", "/_local/break", wish)
        except RefusedByServerError as error:
            fail(str(error))
        _print_broken(broken, server.url, as_json=as_json)
        if watch:
            _watch(server, broken, timeout, as_json=as_json)


def _print_list(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found))  # noqa: T201 - what was asked for
        return
    console = Console()
    for name, kinds in found["types"].items():
        there = ", ".join(one["id"] for one in found["resources"] if one["type"] == name)
        console.print(Text.assemble((name, "bold"), f"  {there}"))
        for kind, title in kinds.items():
            console.print(Text.assemble(f"  {kind:<9}", (title, "dim")))


def _print_broken(broken: dict[str, Any], url: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"kind": "broken", **broken, "url": url}), flush=True)  # noqa: T201
        return
    resource, where = broken["resource"], "--local" if url == _HERE else f"--url {url}"
    console = Console()
    console.print(
        Text.assemble(("Broke ", "bold"), f"{resource['type']} {resource['id']}: {broken['title']}")
    )
    console.print(Text(f"Watch it at {url}/ui, or with", style="dim"))
    console.print(Text(f"  mainstay incidents {where} --resource {resource['id']}", style="dim"))


def _watch(server: LocalServer, broken: dict[str, Any], timeout: float, *, as_json: bool) -> None:
    """Print every line; exit 1 where it did not recover."""
    from mainstay.serving.following import follow  # noqa: PLC0415

    state = incident_id = ""
    try:
        for one in follow(server, broken["resource"], broken["broken_at"], timeout=timeout):
            _print_followed(one, server.url, is_news=one.state != state, as_json=as_json)
            state, incident_id = one.state, one.incident_id
    except TimeoutError as error:
        refuse(str(error))
    if state != "COMPLETED":
        refuse(f"{incident_id} ended {state}: it did not recover")


def _print_followed(one: Followed, url: str, *, is_news: bool, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"kind": "progress", **asdict(one)}), flush=True)  # noqa: T201
        return
    console = Console()
    line = Text.assemble((f"{one.at[11:19]}  ", "dim"), (f"{one.state:<18}", style_of(one.state)), one.what)
    console.print(line, no_wrap=True, overflow="ellipsis")
    if is_news and one.state == "AWAITING_APPROVAL":
        where = "--local" if url == _HERE else f"--url {url}"
        console.print(f"          mainstay approve {one.incident_id} {where}", highlight=False)
        console.print(f"          or {url}/ui/incidents/{one.incident_id}", highlight=False)
