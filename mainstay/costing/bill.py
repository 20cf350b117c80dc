"""A monthly bill: what a case uses, times prices, with and without what every account has for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

PATH = Path(__file__).with_name("prices.yaml")


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(_Read):
    """Dollars for one `unit`; so many of them are `free` each month."""

    service: str
    what: str
    unit: str
    price: float = Field(ge=0)
    free: float = Field(ge=0)
    source: str = Field(pattern=r"^https://aws\.amazon\.com/[\w./-]+$")


class Prices(_Read):
    """Those of one region on one day."""

    as_of: date
    region: str
    prices: Mapping[str, Price]


class Line(_Read):
    """One thing that is paid for: `dear` in dollars without any free allowance, `cost` with it."""

    service: str
    what: str
    amount: float
    unit: str
    dear: float
    cost: float


class Bill(_Read):
    """All of a month."""

    lines: tuple[Line, ...]

    @property
    def cost(self) -> float:
        """Dollars where the whole free allowance is left."""
        return sum(line.cost for line in self.lines)

    @property
    def dear(self) -> float:
        """Dollars where nothing of it is left."""
        return sum(line.dear for line in self.lines)

    def by_service(self) -> list[Line]:
        """One line for each service, the dearest first."""
        return sorted(
            (_together(name, self.lines) for name in {one.service for one in self.lines}), key=_dearest
        )


def _together(service: str, lines: Iterable[Line]) -> Line:
    own = [line for line in lines if line.service == service]
    largest = max(own, key=lambda line: line.dear)
    dear, cost = sum(line.dear for line in own), sum(line.cost for line in own)
    return Line(
        service=service, what=largest.what, amount=largest.amount, unit=largest.unit, dear=dear, cost=cost
    )


def _dearest(line: Line) -> tuple[float, float, str]:
    return -line.cost, -line.dear, line.service


def read_prices(path: Path = PATH) -> Prices:
    """The table that is kept beside this file."""
    return TypeAdapter(Prices).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))


def make_bill(used: Mapping[str, float], prices: Prices) -> Bill:
    """Price what is used, by the names of prices; KeyError for what has none."""
    return Bill(lines=tuple(_line(amount, prices.prices[name]) for name, amount in used.items()))


def _line(amount: float, price: Price) -> Line:
    return Line(
        service=price.service,
        what=price.what,
        amount=amount,
        unit=price.unit,
        dear=amount * price.price,
        cost=max(0.0, amount - price.free) * price.price,
    )
