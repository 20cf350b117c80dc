"""moto's matcher stands for EventBridge's here: it needs neither network nor a mocked AWS."""

import dataclasses
import json
from typing import Any

import pytest
from moto.events.models import EventPattern

from chalicelib.resources import RESOURCE_TYPES
from chalicelib.resources.model import ResourceType
from chalicelib.signals import event_pattern
from tests.unit.signals.events import EVENTS, load, read, with_value

DEFAULT_QUOTA = 2048
"""Characters of a pattern that AWS takes without a request for more."""


def passes(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    return bool(EventPattern(json.dumps(pattern), pattern).matches_event(event))


@pytest.mark.parametrize("name", EVENTS)
def test_exactly_what_we_would_read_reaches_us(name: str) -> None:
    """Our own calls come through: only the role tells them apart, and judging that is ours."""
    event = load(name)
    reading = read(event)
    wanted = bool(reading.signals) or reading.ignored[0].code == "own-action"
    assert passes(event_pattern(RESOURCE_TYPES), event) is wanted


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        pytest.param("ec2-instance-stopped", ("source",), "shop.orders", id="not-from-aws"),
        pytest.param(
            "call-delete-table", ("detail", "eventSource"), "glue.amazonaws.com", id="other-service"
        ),
        pytest.param("call-delete-table", ("detail", "eventName"), "CreateTable", id="other-call"),
        pytest.param(
            "ec2-instance-stopped", ("detail-type",), "EC2 Spot Instance Interruption Warning", id="type"
        ),
    ],
)
def test_what_is_not_ours_stays_out(name: str, path: tuple[str, ...], value: str) -> None:
    assert not passes(event_pattern(RESOURCE_TYPES), with_value(load(name), path, value))


def test_the_pattern_fits_into_what_eventbridge_takes() -> None:
    pattern = event_pattern(RESOURCE_TYPES)
    assert len(json.dumps(pattern)) < DEFAULT_QUOTA
    assert 2 <= len(pattern["detail"]["$or"]) < 1000


def test_every_declared_call_and_state_is_in_the_pattern() -> None:
    choices = event_pattern(RESOURCE_TYPES)["detail"]["$or"]
    calls = {(choice["eventSource"][0], name) for choice in choices for name in choice.get("eventName", ())}
    assert calls == {
        (call.event_source, call.event_name) for t in RESOURCE_TYPES.values() for call in t.api_calls
    }
    states = {state for choice in choices for key in ("state", "EventID") for state in choice.get(key, ())}
    assert states == {state for t in RESOURCE_TYPES.values() for state in t.state_changes}


def test_a_single_choice_needs_no_or() -> None:
    """EventBridge takes ``$or`` with one element for the name of a field."""
    table: ResourceType = RESOURCE_TYPES["dynamodb.table"]
    only = dataclasses.replace(table, api_calls=table.api_calls[:1], state_changes={})
    pattern = event_pattern({only.name: only})
    assert pattern["detail"] == {"eventSource": ["dynamodb.amazonaws.com"], "eventName": ["DeleteTable"]}
    assert passes(pattern, load("call-delete-table"))
