"""The checks themselves: a product that does not keep a promise is found out by the same trials."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws import items, keys
from chalicelib.aws.ledger import Ledger
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.model import State
from chalicelib.incidents.step import Effect, Step
from chalicelib.incidents.timeline import News
from chalicelib.recovery.model import Tools
from tests.functional.faults.flows import RECREATED, STOPPED, UNDONE, Flow
from tests.functional.faults.injector import Fault, Plan, at, no_fault
from tests.functional.faults.promises import problems_of
from tests.functional.faults.runs import Laboratory
from tests.functional.faults.trial import Result, Trial

Alteration = Callable[[Collaborators], Collaborators]


class ForgetfulLedger(Ledger):
    """Lets everybody begin, and keeps no intent."""

    def begin(self, step: Step, _effect: Effect, news: News, **_: bool) -> Step | Effect:  # type: ignore[override]
        return self._incidents.note(step, [news])

    def save(self, step: Step, _effect: Effect, to: State, news: Sequence[News]) -> Step:
        return self._incidents.advance(step, to, news)


class TrustingLedger(Ledger):
    """Never looks at the mode."""

    def _allowed(self, step: Step, *, undoing: bool) -> dict[str, Any]:
        return items.check(self._table, keys.MODE, "attribute_exists(#mode)", {"#mode": "mode"}, mode="any")


def with_ledger(kind: type[Ledger]) -> Alteration:
    def alter(team: Collaborators) -> Collaborators:
        return replace(team, gateway=replace(team.gateway, ledger=kind(team.incidents)))

    return alter


def with_new_tokens(team: Collaborators) -> Collaborators:
    """Each attempt is one of its own to AWS."""
    action, tokens = team.actions["apply_terraform"], itertools.count(1)

    def apply(resource: Any, parameters: Any, tools: Tools) -> Any:
        return action.apply(resource, parameters, replace(tools, token=f"token-{id(team)}-{next(tokens)}"))

    actions = {**team.actions, action.name: replace(action, apply=apply)}
    return replace(team, actions=actions, gateway=replace(team.gateway, actions=actions))


def run(laboratory: Laboratory, flow: Flow, plan: Plan, alter: Alteration) -> Result:
    return Trial(flow=flow, account=laboratory.account, plan=plan, alter=alter).run()


def number_of(operation: str, laboratory: Laboratory, flow: Flow, alter: Alteration) -> int:
    calls = run(laboratory, flow, no_fault, alter).calls
    return next(call.number for call in calls if call.operation == operation)


def names(result: Result) -> set[str]:
    return {problem.partition(":")[0] for problem in problems_of(result)}


def test_a_change_without_an_intent_is_noticed(laboratory: Laboratory) -> None:
    result = run(laboratory, STOPPED, no_fault, with_ledger(ForgetfulLedger))
    assert "every_change_was_intended_before" in names(result)


def test_a_change_after_the_switch_is_noticed(laboratory: Laboratory) -> None:
    alter = with_ledger(TrustingLedger)
    begins = number_of("StartInstances", laboratory, STOPPED, alter) - 1
    result = run(laboratory, STOPPED, at(begins, Fault.SWITCH_OFF), alter)
    assert names(result) == {"nothing_starts_after_off"}


def test_an_effect_that_is_had_twice_is_noticed(laboratory: Laboratory) -> None:
    starts = number_of("StartBuild", laboratory, RECREATED, with_new_tokens)
    result = run(laboratory, RECREATED, at(starts, Fault.CRASH_AFTER), with_new_tokens)
    assert "every_effect_happens_once" in names(result)


def test_the_same_fault_is_no_double_where_nothing_was_altered(laboratory: Laboratory) -> None:
    starts = number_of("StartBuild", laboratory, RECREATED, _as_it_is)
    result = run(laboratory, RECREATED, at(starts, Fault.CRASH_AFTER), _as_it_is)
    assert names(result) == set()


def test_people_who_were_not_told_are_noticed(laboratory: Laboratory) -> None:
    result = run(laboratory, UNDONE, lambda call: Fault.DENIED if call.service == "sns" else None, _as_it_is)
    assert names(result) == {"people_are_told_how_it_ended"}


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        pytest.param({"looks": "stopped"}, "what_is_said_is_true", id="not-healed"),
        pytest.param({"stories": []}, "one_failure_is_one_incident", id="lost"),
    ],
)
def test_a_result_that_is_not_true_is_noticed(
    change: dict[str, Any], noticed: str, laboratory: Laboratory
) -> None:
    result = replace(laboratory.run(STOPPED, no_fault), **change)
    assert names(result) == {noticed}


def test_a_second_incident_and_an_open_one_are_noticed(laboratory: Laboratory) -> None:
    result = laboratory.run(STOPPED, no_fault)
    (story,) = result.stories
    hanging = replace(story, incident=story.incident.model_copy(update={"state": State.VERIFYING}))
    assert names(replace(result, stories=[hanging, story])) == {
        "one_failure_is_one_incident",
        "every_incident_ends",
        "one_failure_is_recovered_once",
    }


def test_a_timeline_with_a_gap_and_a_forbidden_move_are_noticed(laboratory: Laboratory) -> None:
    result = laboratory.run(STOPPED, no_fault)
    (story,) = result.stories
    shortened = replace(story, timeline=(story.timeline[0], *story.timeline[3:]))
    assert [problem.split(": ", 1)[1] for problem in problems_of(replace(result, stories=[shortened]))] == [
        f"{story.incident.incident_id}: event 2 is missing or was put in afterwards",
        f"{story.incident.incident_id} went from DETECTING to EXECUTING",
    ]


def _as_it_is(team: Collaborators) -> Collaborators:
    return team
