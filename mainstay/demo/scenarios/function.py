"""A Lambda function's configuration is tampered with, another function deleted."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.world import World


def function_recreation(world: World, name: str) -> dict[str, Any]:
    """How Terraform makes the demo's functions anew."""
    return {
        "module": "lambda_function",
        "address": "terraform_data.function",
        "variables": things.function_recreation(world, name),
    }


def _is_as_before(world: World, name: str, _story: Story) -> str:
    found = world.aws.client("lambda").get_function_configuration(FunctionName=name)
    url = found["Environment"]["Variables"]["ORDERS_URL"]
    fine = (found["MemorySize"], url) == (512, "https://orders.internal")
    return "" if fine else f"{found['MemorySize']} MB, {url}"


def _is_there(world: World, name: str, _story: Story) -> str:
    found = world.aws.client("lambda").get_function(FunctionName=name)["Configuration"]
    return "" if found["Handler"] == "index.handler" else f"its handler is {found['Handler']}"


FUNCTION = Scenario(
    name="function",
    title="Lambda functions are tampered with and deleted",
    acts=(
        Act(
            title="memory and environment are changed; both are put back",
            type="lambda.function",
            make=things.make_function,
            spoil=spoils.change_function,
            ends=State.COMPLETED,
            protected=True,
            check=_is_as_before,
        ),
        Act(
            title="a function is deleted; Terraform makes it anew",
            type="lambda.function",
            make=things.make_function,
            spoil=spoils.delete_function,
            ends=State.COMPLETED,
            recreation=function_recreation,
            check=_is_there,
        ),
    ),
)
