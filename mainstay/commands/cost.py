"""The command ``cost``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from mainstay.commands.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from mainstay.costing.bill import Bill, Line, Prices
    from mainstay.costing.usage import Case

_MANY = 1000


def cost(  # noqa: PLR0913, PLR0917 - one for each option
    incidents: Annotated[float, typer.Option(min=0, help="Incidents a month.")] = 100,
    log_gb: Annotated[float, typer.Option(min=0, help="GB of logs that are scanned in a month.")] = 5,
    log_groups: Annotated[float, typer.Option(min=0, help="Log groups that are watched.")] = 5,
    templates: Annotated[float, typer.Option(min=1, help="Kinds of lines in each of them.")] = 200,
    scan_minutes: Annotated[float, typer.Option(min=1, max=1440, help="From one scan to the next.")] = 5,
    series: Annotated[float, typer.Option(min=0, help="Series of metrics that are watched.")] = 0,
    model_share: Annotated[float, typer.Option(min=0, max=1, help="Of incidents that a model judges.")] = 0,
    build_share: Annotated[
        float, typer.Option(min=0, max=1, help="Of incidents that Terraform heals.")
    ] = 0.05,
    readers: Annotated[float, typer.Option(min=0, help="Who gets mails.")] = 1,
    keys: Annotated[float, typer.Option(min=0, help="KMS keys of Mainstay's own.")] = 1,
    dashboards: Annotated[float, typer.Option(min=0, help="CloudWatch dashboards of Mainstay's own.")] = 2,
    all_lines: Annotated[
        bool, typer.Option("--all", help="Everything that is paid for, and what is assumed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a month costs, by service: from measured calls and dated prices."""
    from mainstay.costing.usage import IDLE, Case  # noqa: PLC0415

    case = Case(
        incidents=incidents,
        log_gb=log_gb,
        log_groups=log_groups,
        templates=templates,
        scan_minutes=scan_minutes,
        series=series,
        model_share=model_share,
        build_share=build_share,
        readers=readers,
        keys=keys,
        dashboards=dashboards,
    )
    bills = {"this": _bill(case), "idle": _bill(replace(IDLE, keys=keys, dashboards=dashboards))}
    if as_json:
        _print_json(case, bills)
    else:
        _print(bills, all_lines=all_lines)


def _bill(case: Case) -> Bill:
    from mainstay.costing.bill import make_bill, read_prices  # noqa: PLC0415
    from mainstay.costing.measures import Assumed, read_measures  # noqa: PLC0415
    from mainstay.costing.usage import use  # noqa: PLC0415

    return make_bill(use(case, read_measures(), Assumed()), read_prices())


def _print_json(case: Case, bills: Mapping[str, Bill]) -> None:
    from mainstay.costing.bill import read_prices  # noqa: PLC0415
    from mainstay.costing.measures import Assumed  # noqa: PLC0415
    from mainstay.show import print_json  # noqa: PLC0415

    totals = {
        name: {"free_tier_left": round(bill.cost, 4), "without_free_tier": round(bill.dear, 4)}
        for name, bill in bills.items()
    }
    lines = [line.model_dump() for line in bills["this"].lines]
    prices = read_prices().model_dump(mode="json")
    assumed = Assumed().model_dump()
    print_json(
        {"case": asdict(case), "dollars": totals, "lines": lines, "assumed": assumed, "prices": prices}
    )


def _print(bills: Mapping[str, Bill], *, all_lines: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    from mainstay.costing.bill import read_prices  # noqa: PLC0415

    bill, prices = bills["this"], read_prices()
    console = Console(highlight=False)
    console.print(_table(bill.lines if all_lines else _paid(bill), bills))
    console.print(
        f"Prices of {prices.region} as of {prices.as_of:%-d %B %Y}. Much of it is free while others"
    )
    console.print("in the account leave it: the first column. Idle is a month with no incident and no scan.")
    for line in (
        _explained(prices) if all_lines else ("What is measured, assumed and paid: mainstay cost --all",)
    ):
        console.print(line)


def _paid(bill: Bill) -> Iterator[Line]:
    return (line for line in bill.by_service() if line.dear > 0)


def _table(lines: Iterable[Line], bills: Mapping[str, Bill]) -> Table:
    from rich.table import Table  # noqa: PLC0415

    table = Table("service", "most of it", "amount", box=None)
    table.add_column("free tier left", justify="right")
    table.add_column("without it", justify="right")
    for line in lines:
        amount = (
            f"{line.amount:,.3g} {line.unit}" if line.amount < _MANY else f"{line.amount:,.0f} {line.unit}"
        )
        table.add_row(line.service, line.what, amount, f"{line.cost:.2f}", f"{line.dear:.2f}")
    for name, bill in (("in all", bills["this"]), ("idle", bills["idle"])):
        table.add_row(name, "dollars a month", "", f"{bill.cost:.2f}", f"{bill.dear:.2f}", style="bold")
    return table


def _explained(prices: Prices) -> Iterator[str]:
    from mainstay.costing.measures import Assumed, read_measures  # noqa: PLC0415

    yield ""
    measured_on = read_measures().surroundings["measured_on"]
    yield f"Measured on embedded AWS on {measured_on} (bench/costs.py). Assumed, on the dear side:"
    for name, field in Assumed.model_fields.items():
        yield f"  {field.default:>8g}  {name}: {field.description}"
    yield "Sources of the prices:"
    yield from sorted({f"  {one.source}" for one in prices.prices.values()})
