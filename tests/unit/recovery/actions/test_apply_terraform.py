from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.incidents.model import Observation, Resource
from chalicelib.incidents.plans import ActionCall
from chalicelib.recovery.actions.apply_terraform import APPLY_TERRAFORM
from chalicelib.recovery.actions.destroy_terraform import DESTROY_TERRAFORM
from chalicelib.recovery.actions.terraform_builds import Parameters, state_key_of
from chalicelib.recovery.model import Progress, ProgressState, Proposal, Recreation, Situation, Tools

RECREATION = Recreation(
    module="ec2_instance",
    address="terraform_data.instance",
    variables={"tags": '{"Name":"web"}', "image_id": "ami-1"},
)
PARAMETERS = {
    "module": "ec2_instance",
    "address": "terraform_data.instance",
    "state_key": "recovery/123456789012/eu-west-1/ec2.instance/i-1.tfstate",
    "variables_json": '{"image_id": "ami-1", "tags": "{\\"Name\\":\\"web\\"}"}',
}


def resource(type_: str = "ec2.instance", id_: str = "i-1") -> Resource:
    return Resource(type=type_, id=id_, region="eu-west-1", account="123456789012")


def propose(
    observation: Observation, type_: str = "ec2.instance", recreation: Recreation | None = RECREATION
) -> Proposal | None:
    situation = Situation(
        resource=resource(type_),
        failure="deleted",
        observation=observation,
        known_good=None,
        recreation=recreation,
    )
    return APPLY_TERRAFORM.propose(situation, lambda *_, **__: {})


def follow(build: dict[str, Any], canned: Callable[..., Any]) -> Progress:
    aws = canned(batch_get_builds={"builds": [build] if build else [], "buildsNotFound": []})
    assert APPLY_TERRAFORM.progress is not None
    progress = APPLY_TERRAFORM.progress({"build_id": "builder:1"}, aws)
    assert aws.asked("batch_get_builds") == [{"ids": ["builder:1"]}]
    return progress


@pytest.mark.parametrize(
    ("type_", "goal", "automatic", "warned"),
    [
        ("ec2.instance", {"exists": True, "state": "running"}, True, False),
        ("dynamodb.table", {"exists": True}, False, True),
        ("s3.bucket", {"exists": True}, True, False),
        ("lambda.function", {"exists": True}, True, False),
    ],
    ids=["instance", "table", "bucket", "function"],
)
def test_what_is_gone_is_made_anew_and_lost_data_needs_a_person(
    seen: Callable[..., Observation], type_: str, goal: dict[str, object], automatic: bool, warned: bool
) -> None:
    proposal = propose(seen(gone=True), type_)

    assert proposal is not None
    assert proposal.goal == goal
    assert proposal.automatic is automatic
    assert ("anew, empty" in proposal.warning) is warned


def test_the_parameters_name_module_address_state_and_sorted_variables(
    seen: Callable[..., Observation],
) -> None:
    proposal = propose(seen(gone=True))

    assert proposal is not None
    assert proposal.parameters == PARAMETERS


def test_nothing_is_proposed_while_the_resource_is_there(seen: Callable[..., Observation]) -> None:
    assert propose(seen(state="stopped")) is None


def test_nothing_is_proposed_where_the_policy_says_no_module(seen: Callable[..., Observation]) -> None:
    assert propose(seen(gone=True), recreation=None) is None


@pytest.mark.parametrize(
    ("id_", "key"),
    [
        ("orders", "recovery/123456789012/eu-west-1/dynamodb.table/orders.tfstate"),
        ("a/../b c", "recovery/123456789012/eu-west-1/dynamodb.table/a%2F..%2Fb%20c.tfstate"),
        ("a%2Fb", "recovery/123456789012/eu-west-1/dynamodb.table/a%252Fb.tfstate"),
        ("é", "recovery/123456789012/eu-west-1/dynamodb.table/%C3%A9.tfstate"),
    ],
    ids=["plain", "slashes-and-spaces", "already-encoded", "not-ascii"],
)
def test_a_state_key_is_safe_and_no_two_ids_share_one(id_: str, key: str) -> None:
    assert state_key_of(resource("dynamodb.table", id_)) == key


@pytest.mark.parametrize(
    ("action", "operation"),
    [(APPLY_TERRAFORM, "apply"), (DESTROY_TERRAFORM, "destroy")],
    ids=["apply", "destroy"],
)
def test_a_build_is_started_under_the_token_with_everything_in_its_environment(
    canned: Callable[..., Any], action: Any, operation: str
) -> None:
    aws = canned(start_build={"build": {"id": "builder:1"}})
    tools = Tools(read=aws, change=aws, token="ab" * 16, builder="builder", log_rotation="rotate-logs")

    made_with = "cd" * 16 if operation == "destroy" else "ab" * 16
    removal = {"made_with": made_with} if operation == "destroy" else {}
    handle = action.apply(resource(), action.parameters.model_validate(PARAMETERS | removal), tools)

    assert handle == {"build_id": "builder:1", "token": "ab" * 16}
    [asked] = aws.asked("start_build")
    assert (asked["projectName"], asked["idempotencyToken"]) == ("builder", "ab" * 16)
    assert {entry["type"] for entry in asked["environmentVariablesOverride"]} == {"PLAINTEXT"}
    assert {entry["name"]: entry["value"] for entry in asked["environmentVariablesOverride"]} == {
        "OPERATION": operation,
        "MODULE": "ec2_instance",
        "ADDRESS": "terraform_data.instance",
        "STATE_KEY": PARAMETERS["state_key"],
        "VARIABLES_JSON": PARAMETERS["variables_json"],
        "RECOVERY_TOKEN": made_with,
    }


def test_a_running_build_is_running(canned: Callable[..., Any]) -> None:
    progress = follow({"buildStatus": "IN_PROGRESS", "currentPhase": "BUILD"}, canned)

    assert progress == Progress(state=ProgressState.RUNNING, note="the build is in BUILD")


def test_a_finished_build_names_the_successor(canned: Callable[..., Any]) -> None:
    exported = [{"name": "RESOURCE_ID", "value": "i-2"}, {"name": "PROBLEM", "value": ""}]

    progress = follow({"buildStatus": "SUCCEEDED", "exportedEnvironmentVariables": exported}, canned)

    assert progress == Progress(state=ProgressState.DONE, outputs={"resource_id": "i-2"})


def test_a_finished_build_that_made_nothing_names_nothing(canned: Callable[..., Any]) -> None:
    exported = [{"name": "RESOURCE_ID", "value": ""}]

    progress = follow({"buildStatus": "SUCCEEDED", "exportedEnvironmentVariables": exported}, canned)

    assert progress == Progress(state=ProgressState.DONE)


PHASES = [
    {"phaseType": "INSTALL", "contexts": [{"statusCode": "", "message": ""}]},
    {"phaseType": "BUILD", "contexts": [{"message": "exit status 1"}]},
    {"phaseType": "FINALIZING"},
]


@pytest.mark.parametrize(
    ("build", "note"),
    [
        (
            {"buildStatus": "FAILED", "exportedEnvironmentVariables": [{"name": "PROBLEM", "value": "no"}]},
            "no",
        ),
        ({"buildStatus": "FAILED", "phases": PHASES}, "the build ended as FAILED: exit status 1"),
        ({"buildStatus": "FAULT"}, "the build ended as FAULT"),
        ({"buildStatus": "TIMED_OUT"}, "the build ended as TIMED_OUT"),
        ({"buildStatus": "STOPPED"}, "the build ended as STOPPED"),
        ({}, "CodeBuild does not know the build any more"),
    ],
    ids=["it-says-why", "codebuild-says-why", "fault", "timed-out", "stopped", "unknown"],
)
def test_a_build_that_ended_badly_says_why(
    canned: Callable[..., Any], build: dict[str, Any], note: str
) -> None:
    assert follow(build, canned) == Progress(state=ProgressState.FAILED, note=note)


def test_what_was_made_is_destroyed_from_the_same_state() -> None:
    assert APPLY_TERRAFORM.undo is not None
    handle = {"build_id": "builder:1", "token": "ab" * 16}
    undo = APPLY_TERRAFORM.undo(Parameters.model_validate(PARAMETERS), {}, handle)

    assert undo == ActionCall(action="destroy_terraform", parameters=PARAMETERS | {"made_with": "ab" * 16})
    assert DESTROY_TERRAFORM.parameters.model_validate(undo.parameters)
