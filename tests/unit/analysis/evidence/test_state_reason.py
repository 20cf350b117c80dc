import pytest

from chalicelib.analysis.evidence.state_reason import weigh_state_reason
from chalicelib.incidents.model import Intent
from tests.unit.analysis.builders import a_case, a_state_change, an_observation


@pytest.mark.parametrize(
    ("code", "sign", "intent"),
    [
        ("Server.SpotInstanceTermination", -1, Intent.AUTOMATION),
        ("Server.SpotInstanceShutdown", -1, Intent.AUTOMATION),
        ("Server.ScheduledStop", 1, Intent.ACCIDENT),
        ("Server.InternalError", 1, Intent.ACCIDENT),
        ("Server.InsufficientInstanceCapacity", -1, None),
        ("Client.InstanceInitiatedShutdown", 1, None),
        ("Client.UserInitiatedShutdown", 0, None),
        ("Client.UserInitiatedHibernate", -1, None),
        ("User initiated (2030-05-01 11:59:30 GMT)", 0, None),
    ],
)
def test_each_reason_of_ec2_means_something(code: str, sign: int, intent: Intent | None) -> None:
    evidence = weigh_state_reason(a_case(observation=an_observation(attributes={"state_reason": code})))
    assert evidence is not None
    assert (evidence.weight > 0) - (evidence.weight < 0) == sign
    assert evidence.intent is intent
    assert not evidence.decisive


def test_a_reason_that_only_the_signal_gives_counts_too() -> None:
    signal = a_state_change(details={"state_reason": "Server.ScheduledStop"})
    evidence = weigh_state_reason(a_case(signal))
    assert evidence is not None
    assert evidence.fact == "AWS retired the host underneath (Server.ScheduledStop)"


@pytest.mark.parametrize("reason", ["", None, 7, "Nobody.Knows", "see Server.InternalError"])
def test_an_unknown_reason_tells_nothing(reason: str | int | None) -> None:
    assert weigh_state_reason(a_case(a_state_change(details={"state_reason": reason}))) is None
