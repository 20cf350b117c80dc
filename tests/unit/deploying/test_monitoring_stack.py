from __future__ import annotations

import pytest

from mainstay.deploying.deploy import Order, infra_stack, monitoring_stack
from mainstay.deploying.errors import UnusableError
from mainstay.deploying.settings import Wishes
from mainstay.deploying.target import Target
from mainstay.infrastructure import PROJECT


def _order(**parameters: str) -> Order:
    return Order(PROJECT, parameters=parameters)


def test_each_parameter_goes_to_the_stack_that_knows_it(target: Target) -> None:
    order = _order(Dashboards="no", PollSeconds="7")

    assert infra_stack(order, target).parameters == {"Stage": target.stage, "PollSeconds": "7"}
    assert monitoring_stack(order, target, Wishes(model="haiku")).parameters == {
        "Stage": target.stage,
        "Dashboards": "no",
        "Model": "haiku",
    }


def test_without_a_model_its_alarm_goes(target: Target) -> None:
    assert monitoring_stack(_order(), target, Wishes()).parameters["Model"] == ""


def test_a_parameter_that_no_stack_knows_is_refused(target: Target) -> None:
    with pytest.raises(UnusableError, match="Bananas"):
        infra_stack(_order(Bananas="3"), target).check()
