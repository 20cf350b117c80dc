from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Observation
from chalicelib.incidents.plans import Health
from chalicelib.recovery.verify import verify

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
RUNNING = Observation(exists=True, attributes={"state": "running", "size": 3}, observed_at=NOON)
GONE = Observation(exists=False, observed_at=NOON)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@pytest.mark.parametrize(
    ("goal", "seen", "health"),
    [
        pytest.param({"exists": True, "state": "running"}, RUNNING, Health.HEALTHY, id="all of it"),
        pytest.param({"exists": True, "state": "stopped"}, RUNNING, Health.DEGRADED, id="some of it"),
        pytest.param({"state": "stopped"}, RUNNING, Health.UNHEALTHY, id="none of it"),
        pytest.param({"exists": True, "state": "running"}, GONE, Health.UNHEALTHY, id="gone"),
        pytest.param({"exists": False}, GONE, Health.HEALTHY, id="gone as it should be"),
        pytest.param({"owner": "alice"}, RUNNING, Health.UNHEALTHY, id="nothing known of it"),
        pytest.param({}, RUNNING, Health.UNHEALTHY, id="no goal is no data"),
        pytest.param({}, GONE, Health.UNHEALTHY, id="no goal, and gone"),
    ],
)
def test_health_is_what_the_goal_asks_for(goal: Attributes, seen: Observation, health: Health) -> None:
    assert verify(goal, seen, NOON).health is health


def test_everything_that_was_looked_at_is_named_with_what_is_lacking_first() -> None:
    found = verify({"exists": True, "size": 4, "state": "running"}, RUNNING, NOON)
    assert found.looked_at == ("size is 3, but should be 4", "it is there", "state is running")
    assert found.verified_at == NOON


@given(
    goal=st.dictionaries(st.sampled_from(["a", "b", "exists"]), SCALARS),
    attributes=st.dictionaries(st.sampled_from(["a", "b"]), SCALARS),
    exists=st.booleans(),
)
def test_nothing_is_healthy_that_lacks_anything(
    goal: Attributes, attributes: Attributes, exists: bool
) -> None:
    seen = Observation(exists=exists, attributes=attributes, observed_at=NOON)
    has = {**attributes, "exists": exists}
    found = verify(goal, seen, NOON)
    assert (found.health is Health.HEALTHY) == (
        bool(goal) and all(has.get(name) == value for name, value in goal.items())
    )
    assert len(found.looked_at) == len(goal)
