from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from chalicelib.incidents.model import State
from mainstay.cli import app
from mainstay.demo import spoils, things
from mainstay.demo.stage import Stage
from mainstay.embedded.personas import GHOST

if TYPE_CHECKING:
    from mainstay.world import World


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--stage", "local"])


@pytest.fixture
def asked(world: World) -> str:
    """An incident that waits for a person."""
    instance = things.make_instance(world)
    things.wait_until_running(world, [instance])
    spoils.stop_instance(world, instance, by=GHOST)
    resource = world.resource("ec2.instance", instance)
    return Stage(world).in_state(resource, State.AWAITING_APPROVAL, timeout=30).incident_id


def test_a_waiting_incident_is_listed_shown_and_approved(world: World, asked: str) -> None:
    listed = [json.loads(line) for line in _run("incidents", "--json").stdout.splitlines()]
    assert asked in [entry["incident_id"] for entry in listed if entry["state"] == "AWAITING_APPROVAL"]
    assert "Asked people to approve the plan" in _run("incidents", asked).stdout

    approved = _run("approve", asked)

    assert approved.exit_code == 0
    assert re.fullmatch(rf"{asked} is (EXECUTING|VERIFYING|COMPLETED)", approved.stdout.splitlines()[-1])
    assert "1. start the instance (api, low risk)" in approved.stdout
    incident = world.team.incidents.load(asked)
    assert incident.approval is not None
    assert incident.approval.by.startswith("arn:aws:")
    Stage(world).ended(incident.resource, count=1, timeout=30)
    assert world.team.incidents.load(asked).state is State.COMPLETED


def test_a_second_answer_is_refused_with_exit_code_1(world: World, asked: str) -> None:
    assert _run("reject", asked, "--reason", "not tonight").exit_code == 0
    again = _run("approve", asked)
    assert again.exit_code == 1
    assert "there is nothing to approve" in again.stderr
    assert world.team.incidents.load(asked).state is State.REJECTED


def test_a_plan_of_another_digest_is_not_approved(world: World, asked: str) -> None:
    refused = _run("approve", asked, "--digest", "0" * 64)
    assert refused.exit_code == 1
    assert world.team.incidents.load(asked).state is State.AWAITING_APPROVAL
    _run("reject", asked)


def test_the_mode_is_said_and_set(world: World) -> None:
    assert _run("mode").stdout.strip() == "auto"
    try:
        assert _run("mode", "off").stdout.strip() == "off"
        assert world.team.memory.mode() == "off"
    finally:
        assert _run("mode", "auto").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("incidents", "inc-20260301-120000-1a2b3c4d"), "there is no incident inc-20260301-120000-1a2b3c4d"),
        (("incidents", "inc-nowhere"), "ids of incidents look like"),
        (("mode", "banana"), "'banana' is no mode"),
        (("incidents", "--state", "banana"), "--state"),
        (("incidents", "--type", "banana"), "there is no such type"),
        (("incidents", "--state", "banana"), "there are open, DETECTING"),
        (("incidents", "--since", "last week"), "--since: give a time with its zone, such as 2026-11-24T03:"),
        (("incidents", "--since", "999999d"), "--since: give a time with its zone"),
        (("incidents", "--resource", "a" * 2049), "--resource: string should have at most 2048 characters"),
        (("mode", "off", "--reason", "a" * 501), "--reason: string should have at most 500 characters"),
        (("incidents", "show"), "say which one"),
        (("alerts", "al-nowhere"), "there is no alert al-nowhere"),
        (("approve", "inc-20260301-120000-1a2b3c4d"), "there is no incident inc-20260301-120000-1a2b3c4d"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_wrong_input_is_one_clear_line_and_exit_code_2(
    world: World, arguments: tuple[str, ...], says: str
) -> None:
    assert os.environ["AWS_ENDPOINT_URL"] == world.aws.endpoint
    result = _run(*arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert says in result.stderr
