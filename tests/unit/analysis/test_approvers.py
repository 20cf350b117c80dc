"""Who may agree, as the policy names them: one human, however many routes lead to them."""

from __future__ import annotations

import pytest

from chalicelib.analysis.approvers import Approvals
from chalicelib.analysis.policy import Policy, read_policy
from chalicelib.errors import InvalidPolicyError
from chalicelib.incidents.model import Resource

NAMED = """
approvals:
  approvers:
    - name: alice
      mail: alice@example.com
      principals: ["arn:aws:iam::*:user/alice", "arn:aws:sts::*:assumed-role/OnCall/alice@example.com"]
    - {name: bob, principals: ["arn:aws:iam::*:user/bob", "auth0|7"]}
    - {name: carol}
"""
SERVICE = Resource(type="ecs.service", id="shop/checkout", region="us-east-1", account="123456789012")


def named() -> Approvals:
    return read_policy(NAMED).approvals


@pytest.mark.parametrize(
    ("principal", "name"),
    [
        ("arn:aws:iam::123456789012:user/alice", "alice"),
        ("arn:aws:sts::123456789012:assumed-role/OnCall/alice@example.com", "alice"),
        ("auth0|7", "bob"),
        ("arn:aws:iam::123456789012:user/alice2", ""),
        ("arn:aws:iam::123456789012:user/Alice", ""),
        ("arn:aws:sts::123456789012:assumed-role/Other/alice@example.com", ""),
        ("alice", ""),
        ("carol", ""),
        ("", ""),
    ],
)
def test_a_principal_is_whoever_its_patterns_say(principal: str, name: str) -> None:
    assert named().name_of(principal) == name


def test_the_first_whose_patterns_fit_counts() -> None:
    people = Approvals.model_validate(
        {
            "approvers": [
                {"name": "a", "principals": ["arn:*"]},
                {"name": "b", "principals": ["arn:aws:iam::*"]},
            ]
        }
    )
    assert people.name_of("arn:aws:iam::1:user/b") == "a"


def test_nobody_is_named_unless_the_policy_does() -> None:
    assert read_policy("").approvals.people == ()
    assert named().people == ("alice", "bob", "carol")


@pytest.mark.parametrize(
    "approvers",
    [
        "[{name: alice}, {name: Alice}]",
        "[{name: ''}]",
        "[{name: 'a\\nb'}]",
        "[{name: '<b>'}]",
        "[{name: alice, mail: nobody}]",
        "[{name: alice, mail: 'a@b c'}]",
        "[{name: alice, principals: ['']}]",
        "[{name: alice, phone: 1}]",
        "[{mail: a@b}]",
    ],
)
def test_what_names_nobody_clearly_is_refused(approvers: str) -> None:
    with pytest.raises(InvalidPolicyError):
        read_policy(f"approvals: {{approvers: {approvers}}}")


# -- two people ---------------------------------------------------------------------------------


def people(policy: Policy) -> int:
    return policy.limits_for(SERVICE, {}).people_for_irreversible


def test_one_person_is_enough_unless_the_policy_says_two() -> None:
    assert people(read_policy("")) == 1
    assert people(read_policy(NAMED + "limits: {people_for_irreversible: 2}")) == 2
    for_services = "rules: [{match: {type: ecs.service}, set: {people_for_irreversible: 2}}]"
    assert people(read_policy(NAMED + for_services)) == 2


@pytest.mark.parametrize("count", ["0", "3", "two"])
def test_other_numbers_of_people_are_refused(count: str) -> None:
    with pytest.raises(InvalidPolicyError, match="people_for_irreversible"):
        read_policy(f"{NAMED}limits: {{people_for_irreversible: {count}}}")


@pytest.mark.parametrize(
    "text",
    [
        "limits: {people_for_irreversible: 2}",
        "rules: [{match: {id: x}, set: {people_for_irreversible: 2}}]",
        "limits: {people_for_irreversible: 2}\napprovals: {approvers: [{name: alice}]}",
        "limits: {people_for_irreversible: 2}\napprovals: {approvers: [{name: alice}, {name: chat}]}",
        "limits: {people_for_irreversible: 2}\napprovals: {approvers: [{name: alice}, {name: on-call}]}",
    ],
    ids=["nobody", "nobody for a rule", "one", "one and a chat", "one and whoever is on call"],
)
def test_two_people_of_whom_nobody_knows_who_they_are_are_refused(text: str) -> None:
    with pytest.raises(InvalidPolicyError, match=r"name as many under approvals\.approvers"):
        read_policy(text)
