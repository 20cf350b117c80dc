"""The command ``mode``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mainstay.commands.options import AsJson, Local, Region, Stage, Url
from mainstay.completing import complete_mode
from mainstay.failing import fail, fail_over, operating

if TYPE_CHECKING:
    from chalicelib.switching import NewMode


def mode(  # noqa: PLR0913, PLR0917 - one for each option
    value: Annotated[
        str,
        typer.Argument(
            help="off, observe, approve or auto; without one, say which it is.", autocompletion=complete_mode
        ),
    ] = "",
    stage: Stage = "dev",
    region: Region = "",
    url: Url = "",
    local: Local = False,
    reason: Annotated[str, typer.Option(help="Why: it is kept with the switch.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say or set what Mainstay may do. "off" stops every change, also those of incidents at work."""
    from mainstay import show  # noqa: PLC0415 - the command line starts quickly without
    from mainstay.desk import open_desk  # noqa: PLC0415

    with operating():
        asked = _new_mode(value, reason) if value else None
        desk = open_desk(stage, region, url=url, local=local)
        found = desk.set_mode(asked) if asked else desk.mode()
    if as_json:
        show.print_json(show.as_json(found))
    else:
        show.print_mode(found)


def _new_mode(value: str, reason: str) -> NewMode:
    from pydantic import ValidationError  # noqa: PLC0415 - as above

    from chalicelib.switching import MODES, NewMode  # noqa: PLC0415

    if value not in MODES:
        fail(f"{value!r} is no mode; there are {', '.join(MODES)}")
    try:
        return NewMode.model_validate({"mode": value, "reason": reason})
    except ValidationError as error:
        fail_over(error)
