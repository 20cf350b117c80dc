from chalicelib.analysis.evidence.membership import weigh_membership
from chalicelib.incidents.model import Intent
from tests.unit.analysis.builders import a_case, a_state_change, an_observation

GROUP = an_observation(tags={"aws:autoscaling:groupName": "web", "aws:cloudformation:stack-name": "shop"})
STACK = an_observation(tags={"aws:cloudformation:stack-name": "shop"})


def test_an_auto_scaling_group_looks_after_its_own_instances() -> None:
    evidence = weigh_membership(a_case(a_state_change(), observation=GROUP))
    assert evidence is not None
    assert evidence.weight < -1
    assert evidence.intent is Intent.AUTOMATION
    assert "web" in evidence.fact


def test_a_person_s_stop_of_a_group_s_instance_is_still_a_person_s() -> None:
    evidence = weigh_membership(a_case(observation=GROUP))
    assert evidence is not None
    assert evidence.intent is None


def test_a_stack_s_template_is_only_a_slight_doubt() -> None:
    evidence = weigh_membership(a_case(observation=STACK))
    assert evidence is not None
    assert -0.5 < evidence.weight < 0
    assert "shop" in evidence.fact


def test_a_resource_that_stands_alone_needs_no_word() -> None:
    assert weigh_membership(a_case()) is None
