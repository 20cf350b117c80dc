"""``mainstay keys``: the keys that links and forms are signed by. No command ever shows one."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from mainstay.commands.options import AsJson, Region, Stage
from mainstay.failing import operating

if TYPE_CHECKING:
    from chalicelib.collaborators import Collaborators
    from chalicelib.incidents.links import LinkKeys
    from chalicelib.resources.model import ReadAws
    from chalicelib.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Make, replace and list the keys that sign approval links.")

Leaked = Annotated[
    bool, typer.Option("--leaked", help="Forget the old keys now: every link that is out dies.")
]

_DESCRIPTION = "Mainstay signs approval links by these keys. Replace them by: mainstay keys rotate"


@app.command("rotate", epilog="Example: mainstay keys rotate --stage prod")
def rotate(
    stage: Stage = "dev", region: Region = "", leaked: Leaked = False, as_json: AsJson = False
) -> None:
    """Let a new key sign from now on, or make the first one.

    Links that are out stay good: the old key is believed for 24 hours more, the longest that a link lives.
    Functions take up the new key within five minutes.
    """
    with operating():
        team = _connect(stage, region)
        keys = rotate_keys(team.aws.read, team.settings, team.clock(), leaked=leaked)
        _show(keys, team.clock(), as_json=as_json)


@app.command("show", epilog="Example: mainstay keys show --stage prod")
def show(stage: Stage = "dev", region: Region = "", as_json: AsJson = False) -> None:
    """Name the keys and their ages; never a secret."""
    with operating():
        team = _connect(stage, region)
        _show(team.link_keys(), team.clock(), as_json=as_json)


def rotate_keys(call: ReadAws, settings: Settings, now: datetime, *, leaked: bool = False) -> LinkKeys:
    """Replace the keys of a stage; what is there but no keys is replaced whole, and all links die with it.

    So do they where a key has leaked.
    """
    old = None if leaked else _present_keys(call, settings)
    return keep_keys(new_keys(old, now), call, settings)


def new_keys(old: LinkKeys | None, now: datetime) -> LinkKeys:
    """With a new key that signs, and the old ones as long as they may be needed."""
    from chalicelib.incidents import links  # noqa: PLC0415 - the command line starts quickly without

    return links.rotate_keys(old, f"k{secrets.token_hex(5)}", secrets.token_hex(32), now)


def keep_keys(keys: LinkKeys, call: ReadAws, settings: Settings) -> LinkKeys:
    """Write keys where the functions of a stage read them."""
    call(
        "ssm",
        "put_parameter",
        Name=settings.link_keys_parameter,
        Description=_DESCRIPTION,
        Value=keys.model_dump_json(),
        Type="SecureString",
        Overwrite=True,
    )
    return keys


def _present_keys(call: ReadAws, settings: Settings) -> LinkKeys | None:
    from chalicelib.errors import NotFoundError, SecretsUnreadableError  # noqa: PLC0415 - as above
    from chalicelib.incidents.links import read_keys  # noqa: PLC0415

    try:
        answer = call("ssm", "get_parameter", Name=settings.link_keys_parameter, WithDecryption=True)
        return read_keys(str(answer["Parameter"]["Value"]))
    except (NotFoundError, SecretsUnreadableError):
        return None


def _connect(stage: str, region: str) -> Collaborators:
    from mainstay.operate import connect  # noqa: PLC0415 - imports boto3

    return connect(stage, region)


def _show(keys: LinkKeys, now: datetime, *, as_json: bool) -> None:
    lines = list(_lines(keys, now))
    if as_json:
        print(json.dumps({"keys": lines}, indent=2))  # noqa: T201 - what was asked for
        return
    table = Table("key", "made", "is")
    for line in lines:
        table.add_row(line["name"], line["made_at"], line["is"])
    Console().print(table)


def _lines(keys: LinkKeys, now: datetime) -> Iterator[dict[str, str]]:
    from chalicelib.incidents.links import LONGEST_LIFE  # noqa: PLC0415 - as above
    from chalicelib.incidents.telling import say_duration, say_time  # noqa: PLC0415

    for name, key in sorted(keys.keys.items(), key=lambda pair: pair[1].made_at, reverse=True):
        age = say_duration((now - key.made_at).total_seconds())
        stands = f"signing, for {age}"
        if key.retired_at is not None:
            until = say_time(key.retired_at + LONGEST_LIFE)
            stands = f"believed until {until}" if key.holds(now) else "believed no more"
        yield {"name": name, "made_at": say_time(key.made_at), "is": stands}
