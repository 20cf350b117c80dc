from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.errors import AwsError, DeniedError
from mainstay.deploying.errors import FailedError, UnusableError
from mainstay.deploying.stacks import POLL_SECONDS, Stack
from mainstay.deploying.target import Target
from tests.unit.deploying.conftest import ScriptedAws

TEMPLATE = """
Parameters: {Stage: {Type: String}, Poll: {Type: Number, Default: 5}, Gone: {Type: String, Default: x}}
Resources: {Queue: {Type: 'AWS::SQS::Queue'}}
"""
DESCRIBE, CREATE, UPDATE = (
    f"cloudformation:{name}" for name in ("describe_stacks", "create_stack", "update_stack")
)
ABSENT = AwsError("ValidationError", "Stack with id mainstay-prod does not exist")


def there(status: str, **parameters: str) -> dict[str, Any]:
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Stacks": [{"StackStatus": status, "Parameters": given}]}


@pytest.fixture
def make(target: Target, pause: Callable[[float], None]) -> Callable[..., Stack]:
    def make(template: str = TEMPLATE, adopt: Callable[[], bool] = lambda: False, **parameters: str) -> Stack:
        given = {"Stage": "prod", **parameters}
        return Stack(target, "mainstay-prod", template, given, "infra stack", adopt, pause)

    return make


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("ROLLBACK_COMPLETE", "its creation failed: delete it and deploy again .*delete-stack"),
        ("UPDATE_ROLLBACK_FAILED", "continue its rollback.*continue-update-rollback.*--region eu-central-1"),
        ("UPDATE_IN_PROGRESS", "wait until that has ended"),
        ("DELETE_FAILED", "its deletion failed"),
        ("REVIEW_IN_PROGRESS", "somebody's change set"),
    ],
)
def test_a_stack_that_cannot_be_changed_says_what_to_do(
    make: Callable[..., Stack], aws: ScriptedAws, status: str, said: str
) -> None:
    aws.answers[DESCRIBE] = there(status)

    with pytest.raises(UnusableError, match=f"the stack mainstay-prod is {status}: .*{said}"):
        make().check()


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_that_is_well_is_no_obstacle(
    make: Callable[..., Stack], aws: ScriptedAws, status: str
) -> None:
    aws.answers[DESCRIBE] = there(status)

    make().check()

    assert aws.called(DESCRIBE) == [{"StackName": "mainstay-prod"}]


def test_a_template_that_is_too_long_is_not_sent(make: Callable[..., Stack]) -> None:
    with pytest.raises(UnusableError, match=r"has 51\d{3} bytes, of 51200 allowed"):
        make(TEMPLATE + "#" * 51_200).check()


def test_a_parameter_that_the_template_does_not_have_is_refused(make: Callable[..., Stack]) -> None:
    with pytest.raises(UnusableError, match="has no parameter 'Pol'"):
        make(Pol="1").check()


def test_a_denied_look_is_not_taken_for_an_absent_stack(make: Callable[..., Stack], aws: ScriptedAws) -> None:
    aws.answers[DESCRIBE] = DeniedError("AccessDenied", "no", "cloudformation:describe_stacks")

    with pytest.raises(DeniedError):
        make().describe()


def test_what_is_not_there_is_created_and_waited_for(
    make: Callable[..., Stack], aws: ScriptedAws, pauses: list[float]
) -> None:
    aws.answers = {
        DESCRIBE: [ABSENT, there("CREATE_IN_PROGRESS"), there("CREATE_COMPLETE")],
        CREATE: {},
    }

    make().apply()

    assert pauses == [POLL_SECONDS]
    [call] = aws.called(CREATE)
    assert call["Parameters"] == [{"ParameterKey": "Stage", "ParameterValue": "prod"}]
    assert call["Capabilities"] == ["CAPABILITY_NAMED_IAM"]


def test_parameters_that_nobody_mentions_stay_as_they_were(
    make: Callable[..., Stack], aws: ScriptedAws
) -> None:
    before = there("CREATE_COMPLETE", Stage="prod", Poll="7", Former="of an older template")
    aws.answers = {DESCRIBE: [before, before, there("UPDATE_COMPLETE")], UPDATE: {}}

    make(Gone="y").apply()

    [call] = aws.called(UPDATE)
    assert call["Parameters"] == [
        {"ParameterKey": "Stage", "ParameterValue": "prod"},
        {"ParameterKey": "Gone", "ParameterValue": "y"},
        {"ParameterKey": "Poll", "UsePreviousValue": True},
    ]


def test_an_update_without_a_change_is_no_failure(make: Callable[..., Stack], aws: ScriptedAws) -> None:
    aws.answers = {
        DESCRIBE: there("CREATE_COMPLETE"),
        UPDATE: AwsError("ValidationError", "No updates are to be performed."),
    }

    make().apply()

    assert len(aws.called(UPDATE)) == 1


def test_a_failure_is_told_with_its_first_reason(make: Callable[..., Stack], aws: ScriptedAws) -> None:
    aws.answers = {
        DESCRIBE: [ABSENT, there("ROLLBACK_COMPLETE")],
        CREATE: {},
        "cloudformation:describe_stack_events": [
            {
                "NextToken": "more",
                "StackEvents": [
                    event("mainstay-prod", "ROLLBACK_COMPLETE", ""),
                    event("Topic", "CREATE_FAILED", "Resource creation cancelled"),
                ],
            },
            {
                "StackEvents": [
                    event("Queue", "CREATE_FAILED", "mainstay-q already exists"),
                    event("Queue", "CREATE_IN_PROGRESS", ""),
                    event("mainstay-prod", "CREATE_IN_PROGRESS", "User Initiated"),
                    event("Queue", "UPDATE_FAILED", "of another day"),
                ]
            },
        ],
    }

    with pytest.raises(FailedError, match="is ROLLBACK_COMPLETE: Queue: mainstay-q already exists"):
        make().apply()


def event(resource: str, status: str, reason: str) -> dict[str, str]:
    return {"LogicalResourceId": resource, "ResourceStatus": status, "ResourceStatusReason": reason}


def test_changes_are_read_off_the_template_that_is_there(
    make: Callable[..., Stack], aws: ScriptedAws
) -> None:
    aws.answers = {
        DESCRIBE: there("CREATE_COMPLETE", Stage="prod", Poll="5"),
        "cloudformation:get_template": {"TemplateBody": TEMPLATE.replace("Queue:", "Former:")},
    }

    assert make(Poll="9").changes() == [
        "delete Former (AWS::SQS::Queue)",
        "create Queue (AWS::SQS::Queue)",
        "set Poll to 9",
    ]


def test_all_of_a_new_stack_is_a_change(make: Callable[..., Stack], aws: ScriptedAws) -> None:
    aws.answers[DESCRIBE] = ABSENT

    assert make().changes() == ["create Queue (AWS::SQS::Queue)"]


def test_deleting_what_is_not_there_does_nothing(make: Callable[..., Stack], aws: ScriptedAws) -> None:
    aws.answers[DESCRIBE] = ABSENT

    assert not make().delete()


def test_a_deletion_ends_when_the_stack_is_gone(make: Callable[..., Stack], aws: ScriptedAws) -> None:
    aws.answers = {
        DESCRIBE: [there("CREATE_COMPLETE"), there("DELETE_IN_PROGRESS"), ABSENT],
        "cloudformation:delete_stack": {},
    }

    assert make().delete()
