from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.errors import AwsError, DeniedError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Observation, Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation, never_proposed
from chalicelib.recovery.plan import agreements, candidates, describe_changes, differences, make_plan
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.resources.model import ResourceType

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
LAMP = Resource(type="lamp", id="lamp-1", region="eu-west-1", account="111122223333")
DARK = Observation(exists=True, attributes={"lit": False}, observed_at=NOON)
SITUATION = Situation(resource=LAMP, failure="dark", observation=DARK, known_good=None, recreation=None)
LIGHT = Proposal(parameters={"brightness": 3}, goal={"lit": True})


class Parameters(Record):
    brightness: int


def _read(service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
    raise DeniedError("AccessDenied", str(parameters), f"{service}:{operation}")


def _action(name: str, proposal: Proposal | None = LIGHT, **changes: Any) -> RecoveryAction:
    usual = RecoveryAction(
        name=name,
        kind=ActionKind.API,
        title="light the lamp",
        resource_types=("lamp",),
        failures=("dark",),
        parameters=Parameters,
        risk=Risk.LOW,
        automatic=True,
        repeatable=True,
        permissions=(),
        propose=lambda _situation, _read: proposal,
        apply=lambda _resource, _parameters, _tools: {},
        undo=lambda _parameters, _before, _handle: ActionCall(action="darken"),
    )
    return replace(usual, **changes)


def _table(*actions: RecoveryAction) -> dict[str, RecoveryAction]:
    return {action.name: action for action in actions}


def test_the_first_action_that_fits_is_the_plan() -> None:
    plan = make_plan(SITUATION, actions=_table(_action("a", None), _action("b"), _action("c")), read=_read)
    assert plan is not None
    assert plan.actions == (ActionCall(action="b", parameters={"brightness": 3}),)
    assert plan.goal == {"lit": True}
    assert plan.observed_digest == DARK.digest
    assert plan.summary == "light the lamp: lamp-1"


@pytest.mark.parametrize(
    "actions",
    [
        pytest.param((), id="an empty catalogue"),
        pytest.param((_action("a", None),), id="none fits"),
        pytest.param((_action("a", resource_types=("door",)),), id="another type"),
        pytest.param((_action("a", failures=("broken",)),), id="another failure"),
        pytest.param((_action("a", failures=(), propose=never_proposed),), id="one that only undoes"),
    ],
)
def test_where_nothing_fits_there_is_no_plan(actions: tuple[RecoveryAction, ...]) -> None:
    assert make_plan(SITUATION, actions=_table(*actions), read=_read) is None


def test_a_preferred_action_is_tried_first_and_no_other_can_be_named() -> None:
    actions = _table(_action("a"), _action("b"), _action("hammer", resource_types=("wall",)))
    chosen = [
        make_plan(SITUATION, actions=actions, read=_read, preferred=p) for p in ("", "b", "hammer", "rm")
    ]
    assert [plan.actions[0].action for plan in chosen if plan] == ["a", "b", "a", "a"]


@pytest.mark.parametrize(
    ("action", "proposed", "automatic"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_a_plan_is_automatic_where_action_and_proposal_say_so(
    action: bool, proposed: bool, automatic: bool
) -> None:
    table = _table(_action("a", replace(LIGHT, automatic=proposed), automatic=action))
    plan = make_plan(SITUATION, actions=table, read=_read)
    assert plan is not None
    assert plan.automatic is automatic


def test_a_plan_without_an_undo_says_so() -> None:
    plan = make_plan(SITUATION, actions=_table(_action("a", undo=None)), read=_read)
    assert plan is not None
    assert not plan.reversible


def test_what_cannot_be_read_is_no_reason_to_plan_something_else() -> None:
    reading = _action("a", propose=lambda _situation, read: read("lamps", "describe") and LIGHT)
    with pytest.raises(AwsError):
        make_plan(SITUATION, actions=_table(reading, _action("b")), read=_read)


def test_plans_for_different_states_have_different_digests() -> None:
    other = replace(SITUATION, observation=DARK.model_copy(update={"attributes": {"lit": None}}))
    plans = [make_plan(one, actions=_table(_action("a")), read=_read) for one in (SITUATION, other)]
    digests = {plan.digest for plan in plans if plan}
    assert len(digests) == 2


def test_the_time_and_the_tags_of_a_look_do_not_change_a_plan() -> None:
    seen = DARK.model_copy(update={"observed_at": NOON.replace(hour=13), "tags": {"a": "b"}})
    plans = [
        make_plan(one, actions=_table(_action("a")), read=_read)
        for one in (SITUATION, replace(SITUATION, observation=seen))
    ]
    assert plans[0] == plans[1]


@pytest.mark.parametrize("kind", RESOURCE_TYPES.values(), ids=lambda kind: kind.name)
def test_every_type_of_the_catalogue_can_be_healed_of_something_or_is_only_told_of(
    kind: ResourceType,
) -> None:
    ours = [failure.name for failure in kind.failures if failure.name not in kind.announced]
    healed = [name for name in ours if candidates(kind.name, name, ACTIONS)]

    assert bool(healed) is bool(ours)
    assert ours or kind.permissions == ()


def test_candidates_are_named_in_the_order_of_the_catalogue() -> None:
    actions = _table(_action("b"), _action("x", failures=("broken",)), _action("a"))
    assert candidates("lamp", "dark", actions) == ("b", "a")


# -- what is there beside what should be --------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "lacking", "fine"),
    [
        ({"lit": True}, ("lit is False, but should be True",), ()),
        ({"lit": False}, (), ("lit is False",)),
        ({"exists": True}, (), ("it is there",)),
        ({"exists": False}, ("it is there, but should be gone",), ()),
        ({"colour": "red"}, ("colour is not set, but should be red",), ()),
        ({}, (), ()),
    ],
    ids=["lacks", "has", "is there", "should be gone", "unknown", "nothing asked"],
)
def test_a_goal_is_compared_line_by_line(
    goal: Attributes, lacking: tuple[str, ...], fine: tuple[str, ...]
) -> None:
    assert differences(goal, DARK) == lacking
    assert agreements(goal, DARK) == fine


def test_a_digest_is_shown_in_short_but_compared_in_full() -> None:
    seen = DARK.model_copy(update={"attributes": {"value_sha256": "a" * 64}})
    (line,) = differences({"value_sha256": "a" * 63 + "b"}, seen)
    assert line == "value is the one with digest aaaaaaaa, but should be the one with digest aaaaaaaa"


def test_a_goal_may_ask_for_another_value_than_one() -> None:
    goal = {"bulb_other_than": "old"}
    seen = Observation(exists=True, attributes={"bulb": "new"}, observed_at=NOON)

    assert differences(goal, seen) == ()
    assert agreements(goal, seen) == ("bulb is new",)


@pytest.mark.parametrize("bulb", ["old", "", None])
def test_the_same_value_is_not_another_and_none_at_all_is_not_either(bulb: str | None) -> None:
    seen = Observation(exists=True, attributes={"bulb": bulb}, observed_at=NOON)

    assert differences({"bulb_other_than": "old"}, seen)[0].endswith("but should be another than old")


def test_what_a_goal_changes_is_told_attribute_by_attribute() -> None:
    goal: Attributes = {
        "exists": True,
        "lit": True,
        "bulb_sha256": "0123456789abcdef",
        "colour": "white",
        "serial_number_other_than": "A7",
    }
    there = Observation(
        exists=True,
        attributes={
            "lit": False,
            "bulb_sha256": "fedcba9876543210",
            "colour": "white",
            "serial_number": "A7",
        },
        observed_at=NOON,
    )
    assert describe_changes(goal, there) == (
        ("bulb", "the one with digest fedcba98", "the one with digest 01234567"),
        ("lit", "False", "True"),
        ("serial number", "A7", "another than A7"),
    )
    gone = Observation(exists=False, observed_at=NOON)
    assert describe_changes({"exists": True, "lit": True}, gone) == (
        ("exists", "gone", "there"),
        ("lit", "not set", "True"),
    )
    assert describe_changes({"colour": "white"}, there) == ()
