from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.costing.bill import Price, Prices, make_bill, read_prices

SOURCE = "https://aws.amazon.com/x/pricing/"
PRICES = Prices(
    as_of=date(2026, 1, 1),
    region="us-east-1",
    prices={
        "apples": Price(service="Fruit", what="apples", unit="apple", price=0.5, free=10, source=SOURCE),
        "pears": Price(service="Fruit", what="pears", unit="pear", price=2, free=0, source=SOURCE),
        "bread": Price(service="Bakery", what="bread", unit="loaf", price=4, free=1, source=SOURCE),
    },
)


def test_what_is_free_is_taken_off_once_and_never_paid_back() -> None:
    bill = make_bill({"apples": 12, "pears": 3, "bread": 0.5}, PRICES)

    assert [(line.cost, line.dear) for line in bill.lines] == [(1, 6), (6, 6), (0, 2)]
    assert (bill.cost, bill.dear) == (7, 14)


def test_services_stand_by_what_they_cost_and_add_up_to_the_bill() -> None:
    bill = make_bill({"bread": 2, "apples": 4, "pears": 3}, PRICES)

    services = bill.by_service()
    assert [(one.service, one.what, one.cost, one.dear) for one in services] == [
        ("Fruit", "pears", 6, 8),
        ("Bakery", "bread", 4, 8),
    ]


def test_what_has_no_price_is_an_error() -> None:
    with pytest.raises(KeyError):
        make_bill({"gold": 1}, PRICES)


_AMOUNTS = st.dictionaries(st.sampled_from(list(PRICES.prices)), st.floats(0, 1e6))


@given(_AMOUNTS, _AMOUNTS)
def test_more_never_costs_less(used: dict[str, float], more: dict[str, float]) -> None:
    both = {name: used.get(name, 0) + more.get(name, 0) for name in used.keys() | more.keys()}
    first, second = make_bill(used, PRICES), make_bill(both, PRICES)

    assert first.cost <= first.dear + 1e-9
    assert second.cost >= first.cost - 1e-6
    assert second.dear >= first.dear - 1e-6


def test_the_table_is_of_one_region_and_says_where_each_price_stands() -> None:
    table = read_prices()

    assert table.region == "us-east-1"
    assert {one.source.split("/")[2] for one in table.prices.values()} == {"aws.amazon.com"}
    assert len({(one.service, one.what) for one in table.prices.values()}) == len(table.prices)
