"""A whole stage that is spoilt in one way after the other, and what the doctor says of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chalicelib.errors import DeniedError, ThrottledError
from mainstay.cli import app
from mainstay.doctor.checks.permissions import PERMISSIONS
from mainstay.doctor.checks.tables import TABLES
from mainstay.doctor.checks.workflow import WORKFLOW
from mainstay.doctor.examine import examine
from mainstay.doctor.findings import Level
from mainstay.doctor.reading import NotAReadError, ReadingAws
from tests.functional.spoilt_stage import SPOILS, Spoil, let_nothing_expire
from tests.functional.whole_stage import WholeStage, open_stage, worst


@pytest.fixture(scope="module")
def stage(new_world: None) -> Iterator[WholeStage]:  # noqa: ARG001 - other worlds are closed first
    with open_stage() as whole:
        yield whole


@pytest.fixture
def afterwards() -> Iterator[ExitStack]:
    """What puts right what a test has spoilt."""
    with ExitStack() as undo:
        yield undo


# -- the whole ----------------------------------------------------------------------------------


def test_of_a_whole_stage_everything_is_fine(stage: WholeStage) -> None:
    examination = stage.examine()

    assert {
        one.check.name: worst(list(one.findings)) for one in examination.checks if worst(list(one.findings))
    } == {}
    assert all(one.findings for one in examination.checks)
    assert examination.left_out == ()
    assert not examination.fails


def test_every_call_of_an_examination_is_a_read(stage: WholeStage) -> None:
    """Seen where botocore makes them, by AWS's own names; clients that were made before are not seen."""
    called: list[str] = []
    case = stage.open()
    case.target.aws.session.events.register("before-call", lambda model, **_: called.append(model.name))
    examine(case)

    assert len(set(called)) > 20
    assert [
        one for one in called if not one.startswith(("BatchGet", "Describe", "Get", "Head", "List"))
    ] == []


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ec2", "stop_instances"),
        ("ssm", "put_parameter"),
        ("dynamodb", "transact_write_items"),
        ("sqs", "receive_message"),
    ],
)
def test_what_is_no_read_is_refused_before_it_is_sent(service: str, operation: str) -> None:
    aws = ReadingAws(region="us-east-1")
    for call in (aws.read, aws.change):
        with pytest.raises(NotAReadError, match=f"{service}:{operation} is no read"):
            call(service, operation)


# -- spoilt in one way --------------------------------------------------------------------------


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.name)
def test_what_is_spoilt_is_found_with_what_to_do(
    spoil: Spoil, stage: WholeStage, afterwards: ExitStack
) -> None:
    afterwards.callback(spoil.do(stage))

    found = worst(stage.look(spoil.check))

    assert {one.level for one in found} == {spoil.level}, found
    assert (spoil.says in found[0].says, spoil.todo in found[0].todo) == (True, True), found


# -- what cannot be read ------------------------------------------------------------------------


def _denied(**_: Any) -> dict[str, Any]:
    raise DeniedError("AccessDenied", "no", "dynamodb:describe_continuous_backups")


def test_what_the_credentials_may_not_read_is_unknown_and_hides_nothing_else(
    stage: WholeStage, afterwards: ExitStack
) -> None:
    stage.answers["dynamodb:describe_continuous_backups"] = _denied
    afterwards.callback(stage.answers.clear)
    afterwards.callback(let_nothing_expire(stage))

    found = worst(stage.look(TABLES))

    assert [one.level for one in found] == [Level.UNKNOWN, Level.WARN, Level.UNKNOWN]
    assert found[0].todo == "let your own credentials call dynamodb:describe_continuous_backups"
    assert not stage.examine([TABLES]).fails


def test_a_simulation_that_iam_has_no_time_for_is_unknown_for_that_function_alone(
    stage: WholeStage, afterwards: ExitStack
) -> None:
    usual = stage.simulate

    def busy(**asked: Any) -> dict[str, Any]:
        if asked["PolicySourceArn"].endswith("-sweep"):
            raise ThrottledError("iam:simulate_principal_policy answered Throttling: slowly")
        return usual(**asked)

    stage.answers["iam:simulate_principal_policy"] = busy
    afterwards.callback(stage.answers.clear)

    (found,) = stage.look(PERMISSIONS)

    assert (found.level, "what sweep may do cannot be read" in found.says) == (Level.UNKNOWN, True)


# -- the command --------------------------------------------------------------------------------


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", "--region", "us-east-1", *arguments], env={"COLUMNS": "80"})


@pytest.mark.usefixtures("stage")
def test_a_stage_that_is_not_deployed_is_told_how_to_be() -> None:
    shown = _run("--stage", "prod")

    assert shown.exit_code == 1
    assert "-> mainstay deploy --stage prod --region us-east-1\n" in shown.stdout
    assert "12 checks wait for a deployment" in shown.stdout


@pytest.mark.usefixtures("stage")
def test_json_is_one_document() -> None:
    shown = _run("--stage", "prod", "--json")
    document = json.loads(shown.stdout)

    assert shown.exit_code == 1
    assert (document["fails"], document["stage"], document["counts"]["fail"]) == (True, "prod", 1)
    stacks = next(one["findings"] for one in document["checks"] if one["check"] == "stacks")
    assert stacks == [
        {
            "level": "fail",
            "says": "the stage prod is not deployed in us-east-1 of account 123456789012",
            "todo": "mainstay deploy --stage prod --region us-east-1",
        }
    ]
    assert set(document["left_out"]) >= {"tables", "permissions", "mode"}


@pytest.mark.usefixtures("stage")
def test_a_name_that_is_no_stage_is_a_usage_error() -> None:
    shown = _run("--stage", "Prod!")
    assert (shown.exit_code, "is no stage" in shown.stderr) == (2, True)


def test_the_workflow_that_is_missing_is_a_failure(stage: WholeStage) -> None:
    """The last: nothing of embedded AWS puts it back."""
    stage.client("stepfunctions").delete_state_machine(
        stateMachineArn=stage.world.team.settings.state_machine_arn
    )
    (found,) = stage.look(WORKFLOW)
    assert (found.level, "the workflow is missing" in found.says) == (Level.FAIL, True)
