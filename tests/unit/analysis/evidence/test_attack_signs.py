import pytest

from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.attack_signs import weigh_attack_signs
from chalicelib.incidents.model import Actor, ActorKind, Intent
from tests.unit.analysis.builders import PIPELINE, a_case, a_signal, a_state_change

DISARMING = "DeleteBucketPublicAccessBlock"


def test_a_person_who_takes_a_protection_away_may_be_an_attacker() -> None:
    evidence = weigh_attack_signs(a_case(a_signal(event_name=DISARMING)))
    assert evidence is not None
    assert evidence.intent is Intent.ATTACK
    assert evidence.fact == "DeleteBucketPublicAccessBlock takes a protection away"


@pytest.mark.parametrize("name", ["root", "Root", "arn:aws:iam::111122223333:root"])
def test_the_root_user_is_unusual_but_proves_nothing(name: str) -> None:
    root = Actor(kind=ActorKind.PERSON, name=name)
    evidence = weigh_attack_signs(a_case(a_signal(actor=root)))
    assert evidence is not None
    assert "root user" in evidence.fact
    assert evidence.intent is None
    assert evidence.weight == 0


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(a_case(), id="an-ordinary-stop"),
        pytest.param(a_case(a_signal(event_name=DISARMING, actor=PIPELINE)), id="by-a-pipeline"),
        pytest.param(a_case(a_signal(event_name=DISARMING, error_code="AccessDenied")), id="refused"),
        pytest.param(a_case(a_state_change()), id="nobody-named"),
    ],
)
def test_without_a_sign_there_is_nothing_to_tell(case: Case) -> None:
    assert weigh_attack_signs(case) is None


def test_a_user_agent_that_boasts_is_no_sign() -> None:
    boaster = Actor(kind=ActorKind.PERSON, name="alice", user_agent="pacu/1.0 attacker root")
    assert weigh_attack_signs(a_case(a_signal(actor=boaster))) is None
