"""The interpreter: retries, catches and paths as the Amazon States Language has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.incidents.lifecycle import ENDED
from tests.functional.faults.account import open_account
from tests.functional.faults.injector import Injector
from tests.functional.faults.machine import (
    Ask,
    CallAws,
    Invoke,
    Machine,
    Sleep,
    TaskFailedError,
    Want,
    fill_in,
    function_of,
    look_up,
    read_definition,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORK = {"Type": "Task", "Resource": "WorkArn", "TimeoutSeconds": 60, "Next": "Done"}
DONE = {"Type": "Pass", "End": True}
RETRY = {"ErrorEquals": ["BusyError"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0}
CATCH = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Done"}


def wants_of(definition: dict[str, Any], outcomes: list[Any], data: Any) -> tuple[list[Want], Any]:
    """Run a machine on these outcomes, one for each want: an answer, or the name of an error."""
    machine = Machine(
        definition=definition, name="run", jitter=lambda: 0.5, clock=lambda: NOON, new_token=lambda: "token"
    )
    run, wants = machine.run(data), []
    try:
        wants.append(next(run))
        for outcome in outcomes:
            error = isinstance(outcome, str)
            wants.append(run.throw(TaskFailedError(outcome)) if error else run.send(outcome))
    except StopIteration as end:
        return wants, end.value
    return wants, None


def machine_of(**work: Any) -> dict[str, Any]:
    return {"StartAt": "Work", "States": {"Work": WORK | work, "Done": DONE}}


def delays(wants: list[Want]) -> list[float]:
    return [want.seconds for want in wants if isinstance(want, Sleep)]


def test_an_answer_takes_the_place_of_the_input() -> None:
    wants, output = wants_of(machine_of(), [{"n": 2}], {"n": 1})
    assert wants == [Invoke("work", {"n": 1}, 60)]
    assert output == {"n": 2}


def test_a_listed_error_is_tried_again_after_growing_delays_as_often_as_it_says() -> None:
    outcomes: list[Any] = ["BusyError", None, "BusyError", None, "BusyError", None, "BusyError"]
    wants, output = wants_of(machine_of(Retry=[RETRY], Catch=[CATCH]), outcomes, {"n": 1})
    assert delays(wants) == [2, 4, 8]
    assert output == {"n": 1, "error": {"Error": "BusyError", "Cause": ""}}


def test_delays_are_capped_and_jittered_where_it_says_so() -> None:
    retry = RETRY | {"MaxDelaySeconds": 3, "JitterStrategy": "FULL"}
    wants, _ = wants_of(machine_of(Retry=[retry]), ["BusyError", None, "BusyError", None], {})
    assert delays(wants) == [1.0, 1.5]


def test_an_error_that_is_not_listed_is_caught_at_once() -> None:
    wants, output = wants_of(machine_of(Retry=[RETRY], Catch=[CATCH]), ["OddError"], {})
    assert (delays(wants), output["error"]["Error"]) == ([], "OddError")


def test_only_the_first_retry_that_is_about_an_error_counts() -> None:
    other = RETRY | {"ErrorEquals": ["States.ALL"], "MaxAttempts": 9}
    spent = RETRY | {"MaxAttempts": 0}
    wants, output = wants_of(machine_of(Retry=[spent, other], Catch=[CATCH]), ["BusyError"], {})
    assert (delays(wants), output["error"]["Error"]) == ([], "BusyError")


def test_an_error_that_nothing_catches_ends_the_run() -> None:
    with pytest.raises(TaskFailedError, match="OddError"):
        wants_of(machine_of(Retry=[RETRY]), ["OddError"], {})


@pytest.mark.parametrize(
    ("error", "listed", "expected"),
    [
        pytest.param("OddError", ["States.ALL"], True, id="all"),
        pytest.param("OddError", ["States.TaskFailed"], True, id="task-failed"),
        pytest.param("States.Timeout", ["States.TaskFailed"], False, id="a-timeout-is-none"),
        pytest.param("OddError", ["BusyError"], False, id="another"),
    ],
)
def test_wildcards_stand_for_what_aws_says(error: str, listed: list[str], expected: bool) -> None:
    assert TaskFailedError(error).is_one_of(listed) is expected


def test_what_it_does_not_know_is_an_error() -> None:
    with pytest.raises(NotImplementedError, match="ItemsPath"):
        wants_of(machine_of(ItemsPath="$"), [], {})


def test_paths_and_functions_are_filled_in() -> None:
    template = {
        "key": {"S.$": "States.Format('INCIDENT#{}', $.id)"},
        "all.$": "$",
        "run.$": "$$.Execution.Id",
    }
    found = fill_in(template, {"id": "i"}, {"Execution": {"Id": "x"}})
    assert found == {"key": {"S": "INCIDENT#i"}, "all": {"id": "i"}, "run": "x"}
    assert look_up("$[1].a", [0, {"a": 2}]) == 2


# -- the project's own file ---------------------------------------------------------------------


def test_the_workflow_goes_from_the_failure_to_the_outcome() -> None:
    step = {"incident_id": "i", "settle_seconds": 0, "notify": True, "busy": False}
    outcomes: list[Any] = [step | {"state": state} for state in ("ANALYZING", "PLANNING", "PLANNING")]
    outcomes += [step | {"state": "EXECUTING"}, step | {"state": "VERIFYING"}, {}, None]
    outcomes += [step | {"state": state} for state in ("COMPLETED", "COMPLETED", "COMPLETED")]
    wants, output = wants_of(read_definition(), outcomes, step | {"state": "DETECTING"})
    assert [_name(want) for want in wants] == [
        "detect_incident", "analyze_incident", "plan_recovery", "decide_recovery", "run_action",
        "update_item", "sleep", "verify_recovery", "notify_people", "learn_outcome",
    ]  # fmt: skip
    assert output["state"] in ENDED


def test_every_function_that_the_workflow_names_is_in_the_app() -> None:
    names = {function_of(name) for name in re.findall(r"\w+Arn", str(read_definition()))}
    with open_account(Injector()) as account:
        assert len(names) == 10
        assert all(account.has_function(name) for name in names)


def _name(want: Want) -> str:
    match want:
        case Invoke(function=name) | Ask(function=name) | CallAws(operation=name):
            return name
    return "sleep"
