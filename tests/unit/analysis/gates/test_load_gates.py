"""The gates that look at how busy the account is."""

import pytest

from chalicelib.analysis.gates import Gate
from chalicelib.analysis.gates.account_budget import ask_account_budget
from chalicelib.analysis.gates.fleet_brake import ask_fleet_brake
from chalicelib.analysis.policy import Budgets, Policy
from chalicelib.incidents.guard import Load
from chalicelib.incidents.plans import Verdict
from tests.unit.analysis.builders import a_question


@pytest.mark.parametrize(
    ("begun", "budgets", "verdict"),
    [
        pytest.param({}, Budgets(), Verdict.RECOVER, id="quiet"),
        pytest.param({"ec2.instance": 19, "s3.bucket": 10}, Budgets(), Verdict.RECOVER, id="just-below"),
        pytest.param({"ec2.instance": 10, "s3.bucket": 20}, Budgets(), Verdict.REVIEW, id="account-used-up"),
        pytest.param({"ec2.instance": 20}, Budgets(), Verdict.REVIEW, id="type-used-up"),
        pytest.param({"s3.bucket": 20}, Budgets(), Verdict.RECOVER, id="another-type-used-up"),
        pytest.param({}, Budgets(recoveries_per_hour=0), Verdict.REVIEW, id="zero-is-none"),
        pytest.param(
            {}, Budgets(recoveries_per_hour_per_type=0), Verdict.REVIEW, id="zero-of-a-type-is-none"
        ),
    ],
)
def test_an_account_has_a_budget(begun: dict[str, int], budgets: Budgets, verdict: Verdict) -> None:
    question = a_question(load=Load(recovering=begun), policy=Policy(budgets=budgets))
    assert ask_account_budget(question).verdict is verdict


@pytest.mark.parametrize(
    ("opened", "brake", "verdict"),
    [
        pytest.param({"ec2.instance": 9}, 10, Verdict.RECOVER, id="few"),
        pytest.param({"ec2.instance": 10}, 10, Verdict.REVIEW, id="many"),
        pytest.param({"s3.bucket": 500}, 10, Verdict.RECOVER, id="many-of-another-type"),
        pytest.param({}, 0, Verdict.REVIEW, id="zero-always-brakes"),
    ],
)
def test_many_at_once_brake(opened: dict[str, int], brake: int, verdict: Verdict) -> None:
    question = a_question(load=Load(opened=opened), policy=Policy(budgets=Budgets(fleet_brake=brake)))
    assert ask_fleet_brake(question).verdict is verdict


@pytest.mark.parametrize(
    "gate",
    [Gate("budget", ask_account_budget), Gate("brake", ask_fleet_brake)],
    ids=lambda gate: gate.name,
)
def test_a_load_that_cannot_be_read_asks_a_person(gate: Gate) -> None:
    assert gate.ask(a_question(load=None)).verdict is Verdict.REVIEW
