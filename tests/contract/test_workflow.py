"""The state machine and the code agree: names, errors, time limits, and everything ends.

That it fits its template, and lints, is tested beside what deploys it: tests/unit/embedded/test_stack.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import BaseEventSourceConfig

import app
from chalicelib import errors
from chalicelib.aws.ledger import LEASE_SECONDS
from chalicelib.errors import RetryableError
from chalicelib.incidents.model import State
from chalicelib.incidents.step import Step
from mainstay.policies import FUNCTIONS, make_config
from tests.contract.reach import graph
from tests.contract.source import ROOT

DEFINITION: dict[str, Any] = json.loads((ROOT / "infra/workflow.asl.json").read_text(encoding="utf-8"))

TASKS = {
    "DetectIncident": "detect_incident",
    "AnalyzeIncident": "analyze_incident",
    "PlanRecovery": "plan_recovery",
    "DecideRecovery": "decide_recovery",
    "RequestApproval": "request_approval",
    "RunAction": "run_action",
    "VerifyRecovery": "verify_recovery",
    "VerifyRollBack": "verify_recovery",
    "RollBack": "roll_back",
    "NotifyPeople": "notify_people",
    "LearnOutcome": "learn_outcome",
}
"""The states that run a function: its name in camel case, but for the second that verifies."""

INTEGRATED = {"RecordExecution"}
"""The state that the workflow carries out by itself."""

TRIGGERS = {"on_resource_event", "on_alarm", "sweep", "start_scan", "on_scan_request"}

SERVING = {"api_handler"}
"""What Chalice makes of all routes together."""

VANISHED = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
}
"""What Step Functions says where a function could not be called, ran out of time or memory, or died."""

FROM_AWS = {"ThrottledError", "UnreachableError"}
"""What any call to AWS may raise."""

NEVER_LEAVES = {
    "ModelUnavailableError": "the rules stand in for the model",
    "SecretsUnreadableError": "people are told without links, and without the chat",
}
"""Retryable errors that are caught where they arise."""

MOST_ATTEMPTS = 60
LONGEST_DELAY = 120

PATIENT = {"NotSettledYetError", "NotHealthyYetError"}
"""What is waited for: it has a retry of its own."""


def _states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every state with its name and the machine or branch that it is in."""
    for name, state in machine["States"].items():
        yield name, state, machine
        for branch in state.get("Branches", ()):
            yield from _states(branch)


ALL = {name: state for name, state, _ in _states(DEFINITION)}
of_tasks = pytest.mark.parametrize("name", TASKS)


def _retried(state: dict[str, Any]) -> set[str]:
    return {error for retry in state["Retry"] for error in retry["ErrorEquals"]}


def _may_raise(function: str) -> set[str]:
    """Retryable errors that can leave a function."""
    raised = (graph().raises(f"app:{function}") | FROM_AWS) - NEVER_LEAVES.keys()
    return {name for name in raised if issubclass(getattr(errors, name, object), RetryableError)}


def _targets(state: dict[str, Any]) -> Iterator[str]:
    for place in (state, *state.get("Choices", ()), *state.get("Catch", ())):
        if "Next" in place:
            yield place["Next"]
    if "Default" in state:
        yield state["Default"]


# -- names --------------------------------------------------------------------------------------


def test_every_task_state_runs_a_function_of_the_app_named_like_it() -> None:
    tasks = {name for name, state in ALL.items() if state["Type"] == "Task"}

    assert tasks == TASKS.keys() | INTEGRATED
    for name, function in TASKS.items():
        camel = "".join(part.capitalize() for part in function.split("_"))
        assert name in {camel, "VerifyRollBack"}
        assert f"${{{camel}Arn}}" in json.dumps(ALL[name])


def test_app_policies_and_workflow_know_the_same_functions() -> None:
    chalice = app.app
    triggers = {source.name for source in chalice.event_sources if isinstance(source, BaseEventSourceConfig)}
    tasks = {function.name for function in chalice.pure_lambda_functions}

    assert triggers == TRIGGERS
    assert tasks == set(TASKS.values())
    assert triggers | tasks | SERVING == FUNCTIONS.keys()


def test_every_stage_configures_the_same_functions() -> None:
    stages = make_config()["stages"]

    assert [set(stage["lambda_functions"]) for stage in stages.values()] == [set(FUNCTIONS)] * len(stages)


# -- the way through ----------------------------------------------------------------------------


def test_every_next_state_exists() -> None:
    for _, state, machine in _states(DEFINITION):
        assert set(_targets(state)) <= machine["States"].keys()


def test_every_state_can_be_reached() -> None:
    for machine in (DEFINITION, *ALL["Execute"]["Branches"]):
        todo, seen = [machine["StartAt"]], set()
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += _targets(machine["States"][name])
        assert seen == machine["States"].keys()


def test_whatever_happens_the_outcome_is_learnt() -> None:
    """The only end of the workflow; every other state goes on, and none ends in failure."""
    ends = [name for name, state in DEFINITION["States"].items() if state.get("End")]

    assert ends == ["LearnOutcome"]
    assert {state["Type"] for state in ALL.values()} == {"Choice", "Parallel", "Pass", "Task", "Wait"}


def test_choices_look_at_what_a_step_has() -> None:
    asked = {
        choice["Variable"]
        for state in ALL.values()
        if state["Type"] == "Choice"
        for choice in state["Choices"]
    }

    assert {name.removeprefix("$.") for name in asked} <= Step.model_fields.keys()


def test_states_that_choices_name_are_states_of_an_incident() -> None:
    named = {
        choice["StringEquals"]
        for state in ALL.values()
        for choice in state.get("Choices", ())
        if choice["Variable"] == "$.state"
    }

    assert named
    assert named <= set(State)


def test_every_choice_has_a_default() -> None:
    assert [name for name, state in ALL.items() if state["Type"] == "Choice" and "Default" not in state] == []


# -- errors -------------------------------------------------------------------------------------


def test_every_retryable_error_is_accounted_for() -> None:
    known = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, RetryableError) and value is not RetryableError
    }
    raised = {name for function in TASKS.values() for name in _may_raise(function)}

    assert known == raised | NEVER_LEAVES.keys()


@of_tasks
def test_every_retryable_error_that_a_task_can_raise_is_retried(name: str) -> None:
    retried = _retried(ALL[name])

    assert "States.ALL" in retried or _may_raise(TASKS[name]) <= retried


@of_tasks
def test_a_function_that_vanished_is_called_again(name: str) -> None:
    """Every task is safe to repeat: its record says how far an earlier attempt came."""
    retried = _retried(ALL[name])

    assert "States.ALL" in retried or retried >= VANISHED


@pytest.mark.parametrize("name", sorted(TASKS.keys() | INTEGRATED))
def test_every_error_that_is_retried_exists_and_is_retryable(name: str) -> None:
    ours = {error for error in _retried(ALL[name]) if "." not in error}
    theirs = _retried(ALL[name]) - ours

    assert all(issubclass(getattr(errors, error), RetryableError) for error in ours)
    assert theirs <= VANISHED | {"States.ALL", "States.Timeout"}


@of_tasks
def test_what_is_waited_for_has_a_retry_of_its_own(name: str) -> None:
    """So that waiting long for a resource takes nothing from the attempts that errors have."""
    for retry in ALL[name]["Retry"]:
        waited_for = PATIENT & set(retry["ErrorEquals"])
        assert not waited_for or set(retry["ErrorEquals"]) == waited_for


@of_tasks
def test_retries_end_and_those_of_many_at_once_are_spread(name: str) -> None:
    for retry in ALL[name]["Retry"]:
        attempts = retry["MaxAttempts"]
        assert attempts == "${VerifyAttempts}" or 0 < attempts <= MOST_ATTEMPTS
        assert retry.get("MaxDelaySeconds", 0) <= LONGEST_DELAY
        if not set(retry["ErrorEquals"]) <= PATIENT | {"ConflictError"}:
            assert retry["JitterStrategy"] == "FULL"
            assert retry["BackoffRate"] > 1


@pytest.mark.parametrize("name", ["RunAction", "RollBack"])
def test_an_effect_in_other_hands_is_waited_for_until_its_lease_is_over(name: str) -> None:
    waits = next(retry for retry in ALL[name]["Retry"] if "ConflictError" in retry["ErrorEquals"])

    assert waits["IntervalSeconds"] * waits["MaxAttempts"] >= LEASE_SECONDS


@of_tasks
def test_what_still_fails_is_caught(name: str) -> None:
    """A branch is caught as a whole, and the last state has nobody behind it."""
    caught = ALL["Execute" if name == "RunAction" else name].get("Catch", [])
    into = {catch["Next"] for catch in caught if catch["ErrorEquals"] == ["States.ALL"]}

    assert into == {
        "NotifyPeople": {"LearnOutcome"},
        "LearnOutcome": set(),
        "RollBack": {"NotifyPeople"},
    }.get(name, {"RollBack"})
    assert all(catch["ResultPath"] == "$.error" for catch in caught)


# -- time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TASKS.keys() | INTEGRATED))
def test_every_task_has_a_time_limit(name: str) -> None:
    assert {"TimeoutSeconds", "TimeoutSecondsPath"} & ALL[name].keys()


def test_a_question_to_a_person_has_a_limit_and_a_heartbeat() -> None:
    asking = ALL["RequestApproval"]

    assert asking["TimeoutSecondsPath"].removeprefix("$.") in Step.model_fields
    assert asking["HeartbeatSecondsPath"].removeprefix("$.") in Step.model_fields


@pytest.mark.parametrize("name", sorted(TASKS.keys() - {"RequestApproval"}))
def test_a_function_gives_up_before_the_workflow_does(name: str) -> None:
    """Else a second attempt could begin beside one that still runs."""
    config = make_config()
    configured = config["stages"]["prod"]["lambda_functions"][TASKS[name]]

    assert configured.get("lambda_timeout", config["lambda_timeout"]) < ALL[name]["TimeoutSeconds"]


@pytest.mark.parametrize("function", ["run_action", "roll_back"])
def test_an_effect_is_taken_over_only_from_a_function_that_is_surely_gone(function: str) -> None:
    assert FUNCTIONS[function]["lambda_timeout"] < LEASE_SECONDS
