"""What AWS announces is not read again, and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.incidents.model import Classification, Observation, Resource
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.plan import candidates
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.resources.budget import BUDGET
from chalicelib.resources.health_event import HEALTH_EVENT

TOLD = [(kind, failure) for kind in RESOURCE_TYPES.values() for failure in kind.announced]
told = pytest.mark.parametrize(("kind", "failure"), TOLD, ids=[f"{kind.name}-{one}" for kind, one in TOLD])


@pytest.mark.parametrize("kind", [HEALTH_EVENT, BUDGET], ids=lambda kind: kind.name)
def test_looking_at_it_calls_nobody(
    kind: Any, resource: Callable[[str, str], Resource], now: datetime, canned: Callable[..., Any]
) -> None:
    aws = canned()
    seen = kind.observe(resource(kind.name, "x"), aws, now)
    assert aws.calls == []
    assert seen.exists
    assert seen.glance == "status is known only from what AWS says"


@told
def test_what_aws_announces_has_no_action_and_is_refuted_by_nothing_that_is_read(
    kind: Any, failure: str, seen: Callable[..., Observation]
) -> None:
    warning = kind.failure(failure).classification is Classification.ANOMALY
    assert candidates(kind.name, failure, ACTIONS) == ()
    assert kind.is_failing(failure, seen(state="running"), None) is (False if warning else None)


def test_a_resource_that_health_names_can_be_told_of_a_planned_change() -> None:
    named = {kind.name for kind in RESOURCE_TYPES.values() if kind.health_entity}
    warned = {kind.name for kind in RESOURCE_TYPES.values() if "change_planned" in kind.announced}
    assert named == warned - {"health.event"}
