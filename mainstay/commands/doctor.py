"""The command ``doctor``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mainstay.commands.options import Region, Stage
from mainstay.failing import operating


def doctor(
    stage: Stage = "dev",
    region: Region = "",
    ask_model: Annotated[
        bool, typer.Option("--ask-model", help="Also ask the model for one token, which costs a trifle.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read a stage and its account, and say what is missing or would fail. Nothing is changed.

    Permissions are simulated by IAM itself. What your credentials may not read is unknown, and never fine.
    Exit code 0: nothing fails; 1: something does; 2: there is nothing to look at.
    """
    from rich.console import Console  # noqa: PLC0415 - the command line starts quickly without

    from mainstay.doctor.case import open_case  # noqa: PLC0415 - imports boto3
    from mainstay.doctor.examine import examine  # noqa: PLC0415
    from mainstay.doctor.show import show  # noqa: PLC0415

    with operating(), Console(stderr=True).status("looking") as status:
        case = open_case(stage, region, ask_model=ask_model)
        examination = examine(case, begin=lambda check: status.update(f"looking at {check.title}"))
    if as_json:
        print(json.dumps(examination.document(), indent=2))  # noqa: T201 - what was asked for
    else:
        show(examination, Console())
    raise typer.Exit(1 if examination.fails else 0)
