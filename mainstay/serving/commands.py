"""The commands ``serve`` and ``break``."""

from __future__ import annotations

import gc
from typing import Annotated

import typer
from rich.console import Console

from mainstay.completing import complete_demo_scenario
from mainstay.failing import fail, operating
from mainstay.serving.schedules import EVERY_SECONDS, QUICK_SECONDS


def serve(  # noqa: PLR0913, PLR0917 - one for each option
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0 takes a free port.")] = 8000,
    every: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="How often to sweep and to scan.")
    ] = EVERY_SECONDS,
    quick_sweeps: Annotated[
        bool, typer.Option("--quick-sweeps", help=f"The same as --every {QUICK_SECONDS:g}.")
    ] = False,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="Play this scenario of the demo; repeatable.", autocompletion=complete_demo_scenario
        ),
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Begin with incidents of several kinds; one waits for you.")
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the pages in a browser.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log each request on stderr.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Run all of Mainstay here: embedded AWS, schedules, REST API and pages on loopback.

    Needs no AWS account. There is a small estate of resources to break: see mainstay break. Ctrl-C ends it.
    """
    from mainstay.demo.days import DAYS  # noqa: PLC0415 - moto is slow to import
    from mainstay.demo.scenarios import SCENARIOS  # noqa: PLC0415
    from mainstay.serving.run import Options, run_server  # noqa: PLC0415
    from mainstay.serving.sample import SAMPLE  # noqa: PLC0415
    from mainstay.serving.server import Server  # noqa: PLC0415

    names = scenario or []
    unknown = [name for name in names if name not in {*SCENARIOS, *DAYS}]
    if unknown:
        fail(f"there is no scenario {unknown[0]!r}; there are {', '.join([*SCENARIOS, *DAYS])}")
    try:
        server = Server(port, verbose=verbose)
    except OSError as error:
        fail(f"port {port} cannot be used: {(error.strerror or str(error)).lower()}; pass --port")
    options = Options(
        every=QUICK_SECONDS if quick_sweeps else every,
        as_json=as_json,
        open_browser=open_browser,
        scenarios=[SCENARIOS[name] for name in names if name in SCENARIOS] + [SAMPLE] * sample,
        days=[DAYS[name] for name in names if name in DAYS],
    )
    with operating():
        run_server(server, options, Console(quiet=as_json))
    gc.freeze()  # or Python goes through all that moto had in memory before it ends, which takes seconds
