"""Options that several commands have in common."""

from __future__ import annotations

from typing import Annotated

import typer

Stage = Annotated[str, typer.Option(help="The stage to operate.", envvar="MAINSTAY_STAGE")]
Region = Annotated[str, typer.Option(help="Its region; AWS_REGION where it is not given.")]
Url = Annotated[str, typer.Option(help="A local server, instead of a stage.")]
Local = Annotated[bool, typer.Option("--local", help="The local server at MAINSTAY_URL, or at port 8000.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, one document on each line.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")]
