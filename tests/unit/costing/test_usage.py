from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from mainstay.costing.bill import Bill, make_bill, read_prices
from mainstay.costing.measures import Assumed, Measures, read_measures
from mainstay.costing.usage import HOURS, IDLE, Case, use
from mainstay.policies import FUNCTIONS, make_config

ONE_EACH = Measures(
    surroundings={},
    per={
        "incident": {
            "run run_action": 2,
            "call dynamodb Query": 6,
            "write_units": 10,
            "series": 9,
            "log_bytes": 600,
        },
        "sweep": {"run sweep": 1, "call dynamodb Query": 4, "read_units": 3},
        "start_scan": {"run start_scan": 1},
        "scan": {"run on_scan_request": 1, "series": 1, "templates": 100, "write_units": 6, "read_units": 2},
        "scan_many": {"run on_scan_request": 1, "templates": 1100, "write_units": 56, "read_units": 12},
    },
)
NOTHING = Case(incidents=0, log_gb=0, log_groups=0, scan_minutes=60, keys=0, dashboards=0)


def _bill(case: Case) -> Bill:
    return make_bill(use(case, read_measures(), Assumed()), read_prices())


def test_a_month_by_hand() -> None:
    assumed = Assumed(
        cold_share=0.5, cold_cpu_ms=400, warm_cpu_ms=100, call_ms=50, full_core_mb=1024, runs_more=0
    )
    assumed = assumed.model_copy(update={"pages_per_incident": 0, "run_log_bytes": 0, "event_log_bytes": 0})
    used = use(replace(NOTHING, incidents=10), ONE_EACH, assumed)

    sweeps, scans = HOURS * 12, HOURS
    cpu = 0.3 * 4  # a quarter of a core
    assert used["lambda-requests"] == pytest.approx((sweeps + scans + 20) / 1e6)
    assert used["lambda-seconds"] == pytest.approx(
        0.25 * (sweeps * (cpu + 0.2) + scans * cpu + 20 * (cpu + 0.15))
    )
    assert used["dynamodb-writes"] == pytest.approx(100 / 1e6)
    assert used["dynamodb-reads"] == pytest.approx(3 * sweeps / 1e6)
    assert used["logs-ingested"] == pytest.approx(6000 / 1e9)
    assert used["metric-hours"] == pytest.approx(10 * 10 / HOURS)
    assert used["kms-requests"] == pytest.approx(2 * (sweeps + scans + 10 * len(FUNCTIONS)) / 1e4)
    assert used["xray-traces"] == pytest.approx((sweeps + scans + 10) / 1e6)


@pytest.mark.parametrize(("groups", "calls"), [(0, 0), (1, 1), (10, 1), (11, 2)])
def test_scans_are_asked_for_ten_at_a_time(groups: float, calls: int) -> None:
    used = use(replace(NOTHING, log_groups=groups), ONE_EACH, Assumed())
    assert used["sns-publishes"] == pytest.approx(calls * HOURS / 1e6)


@pytest.mark.parametrize(("templates", "units"), [(1, 1.05), (100, 6), (600, 31), (2100, 106)])
def test_what_is_known_of_a_log_group_is_written_by_each_scan(templates: float, units: float) -> None:
    assert ONE_EACH.scan(templates)["write_units"] == pytest.approx(units)
    used = use(replace(NOTHING, log_groups=3, templates=templates), ONE_EACH, Assumed())
    assert used["dynamodb-writes"] == pytest.approx(3 * HOURS * units / 1e6)


def test_everything_that_is_used_has_a_price_and_every_price_is_for_something() -> None:
    assert use(Case(), read_measures(), Assumed()).keys() == read_prices().prices.keys()


def test_the_published_case_costs_at_most_three_dollars_where_the_free_tier_is_left() -> None:
    """A comparable design is said to cost 6.75."""
    assert 0.5 < _bill(Case()).cost <= 3


def test_a_month_without_incidents_costs_at_most_half_a_dollar_but_for_the_key_of_topics() -> None:
    assert _bill(replace(IDLE, keys=0)).cost <= 0.5
    assert _bill(IDLE).cost == pytest.approx(_bill(replace(IDLE, keys=0)).cost + 1)


@pytest.mark.parametrize(
    "field", ["incidents", "log_gb", "log_groups", "series", "model_share", "build_share", "keys", "readers"]
)
def test_more_of_anything_costs_more(field: str) -> None:
    dear = [_bill(replace(Case(model_share=0.1), **{field: much})).dear for much in (0, 0.5, 1)]

    assert all(less < more for less, more in pairwise(dear))


def test_rarer_scans_cost_less() -> None:
    assert _bill(Case(scan_minutes=60)).cost < _bill(Case()).cost


def test_what_was_measured_is_of_functions_that_there_are() -> None:
    measures = read_measures()

    assert measures.per.keys() == {*Case().times, "scan_many"}
    for what in measures.per:
        runs = dict(measures.runs(what))
        assert runs
        assert runs.keys() <= FUNCTIONS.keys()


def test_functions_have_the_memory_that_is_configured() -> None:
    own = make_config(["prod"])["stages"]["prod"]["lambda_functions"]["on_scan_request"]
    used = use(replace(NOTHING, log_groups=1), ONE_EACH, Assumed(call_ms=0, warm_cpu_ms=0, cold_cpu_ms=1000))
    without = use(NOTHING, ONE_EACH, Assumed(call_ms=0, warm_cpu_ms=0, cold_cpu_ms=1000))

    memory = own["lambda_memory_size"]
    assert used["lambda-seconds"] - without["lambda-seconds"] == pytest.approx(
        HOURS * memory / 1024 * 1769 / memory
    )
