import pytest

from chalicelib.analysis.evidence.alike_at_once import weigh_alike_at_once
from chalicelib.analysis.policy import Budgets, Policy
from chalicelib.incidents.guard import Load
from chalicelib.incidents.model import Intent
from tests.unit.analysis.builders import STOPPED, TAMPERED, a_case


@pytest.mark.parametrize(
    ("alike", "weight"),
    [(0, None), (1, None), (4, None), (5, -0.3), (9, -0.3), (10, -2.0), (500, -2.0)],
)
def test_the_more_at_once_the_more_doubt(alike: int, weight: float | None) -> None:
    load = Load(opened={"ec2.instance": alike, "s3.bucket": 1000})
    evidence = weigh_alike_at_once(a_case(load=load))
    assert (evidence and evidence.weight) == weight


def test_many_stops_are_deliberate_and_many_manipulations_an_attack() -> None:
    load = Load(opened={"ec2.instance": 10})
    stops, changes = (weigh_alike_at_once(a_case(load=load, kind=kind)) for kind in (STOPPED, TAMPERED))
    assert stops is not None
    assert stops.intent is Intent.DELIBERATE
    assert changes is not None
    assert changes.intent is Intent.ATTACK


def test_a_single_incident_is_never_many_whatever_the_brake() -> None:
    case = a_case(policy=Policy(budgets=Budgets(fleet_brake=0)))
    assert weigh_alike_at_once(case) is None
