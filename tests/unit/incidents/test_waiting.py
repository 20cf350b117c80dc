"""What an incident waits for: something as long as it is open, and nothing after its end."""

from __future__ import annotations

import pytest

from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import State
from chalicelib.incidents.waiting import waits_for


@pytest.mark.parametrize("state", State)
def test_an_incident_waits_for_something_until_it_has_ended(state: State) -> None:
    assert bool(waits_for(state)) == (state in OPEN)
