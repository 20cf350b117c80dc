from datetime import timedelta

import pytest

from chalicelib.analysis.evidence.change_window import weigh_change_window
from chalicelib.analysis.policy import ChangeWindow, Match, Policy
from tests.unit.analysis.builders import NOW, a_case, an_incident, an_observation


def window(start_minutes: float, end_minutes: float, **changes: object) -> Policy:
    """A window by its distance from now."""
    usual = {
        "name": "patch evening",
        "starts_at": NOW + timedelta(minutes=start_minutes),
        "ends_at": NOW + timedelta(minutes=end_minutes),
    }
    return Policy(change_windows=(ChangeWindow.model_validate(usual | changes),))


@pytest.mark.parametrize(
    ("policy", "failed_minutes_ago", "covered"),
    [
        pytest.param(window(-60, 60), 1, True, id="open-all-along"),
        pytest.param(window(-60, -5), 10, True, id="open-when-it-happened"),
        pytest.param(window(-5, 60), 10, True, id="opened-since"),
        pytest.param(window(-60, -5), 1, False, id="closed-before-it-happened"),
        pytest.param(window(5, 60), 1, False, id="not-open-yet"),
        pytest.param(window(-60, 60, match=Match(type="s3.*")), 1, False, id="for-other-resources"),
        pytest.param(window(-60, 60, match=Match(tags={"team": "web"})), 1, True, id="for-its-tag"),
        pytest.param(Policy(), 1, False, id="no-window"),
    ],
)
def test_a_change_inside_a_window_was_meant(policy: Policy, failed_minutes_ago: int, covered: bool) -> None:
    incident = an_incident(failed_at=NOW - timedelta(minutes=failed_minutes_ago))
    observation = an_observation(tags={"team": "web"})
    evidence = weigh_change_window(a_case(incident=incident, policy=policy, observation=observation))
    assert (evidence is not None and evidence.decisive) is covered


def test_the_window_is_named() -> None:
    evidence = weigh_change_window(a_case(policy=window(-1, 1)))
    assert evidence is not None
    assert evidence.fact == "the change window patch evening covers it"
