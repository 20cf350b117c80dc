import pytest

from chalicelib.analysis.evidence.leave_alone import weigh_leave_alone
from chalicelib.analysis.policy import Limits, Match, Policy, Rule
from tests.unit.analysis.builders import a_case, an_observation


@pytest.mark.parametrize(
    ("tags", "left_alone"),
    [
        pytest.param({"mainstay": "off"}, True, id="switched-off"),
        pytest.param({"mainstay:leave-alone": ""}, True, id="any-value"),
        pytest.param({"mainstay": "on"}, False, id="another-value"),
        pytest.param({"team": "off"}, False, id="another-tag"),
        pytest.param({}, False, id="no-tags"),
    ],
)
def test_a_tag_asks_to_leave_it_alone(tags: dict[str, str], left_alone: bool) -> None:
    evidence = weigh_leave_alone(a_case(observation=an_observation(tags=tags)))
    assert (evidence is not None and evidence.decisive) is left_alone


def test_the_tags_of_what_is_gone_are_those_of_its_known_good_state() -> None:
    gone = an_observation(exists=False, attributes={})
    good = an_observation(tags={"mainstay": "off"})
    assert weigh_leave_alone(a_case(observation=gone, known_good=good)) is not None
    assert weigh_leave_alone(a_case(observation=gone)) is None


def test_what_is_gone_but_still_shows_tags_keeps_them() -> None:
    terminated = an_observation(exists=False, tags={"mainstay": "off"})
    assert weigh_leave_alone(a_case(observation=terminated, known_good=an_observation())) is not None


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(Policy(limits=Limits(leave_alone=True)), id="all"),
        pytest.param(Policy(rules=(Rule(match=Match(id="i-0*"), set={"leave_alone": True}),)), id="by-rule"),
    ],
)
def test_the_policy_leaves_it_alone(policy: Policy) -> None:
    evidence = weigh_leave_alone(a_case(policy=policy))
    assert evidence is not None
    assert evidence.decisive
    assert evidence.fact == "a rule of the policy leaves it alone"
