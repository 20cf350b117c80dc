from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import NotFoundError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources import resource_type

LAMBDA = resource_type("lambda.function")
NAMED = {call.event_name: call.resource_ids for call in LAMBDA.api_calls}
ARN = "arn:aws:lambda:us-east-1:123456789012:function:pay"


def _function(concurrency: int | None = None, **more: Any) -> dict[str, Any]:
    configuration = {
        "FunctionName": "pay",
        "FunctionArn": ARN,
        "Runtime": "python3.12",
        "Role": "arn:aws:iam::123456789012:role/pay",
        "Handler": "app.handler",
        "Timeout": 3,
        "MemorySize": 128,
        "CodeSha256": "abc",
        "Version": "$LATEST",
        "Environment": {"Variables": {"KEY": "hunter2"}},
        "RevisionId": "r-1",
        "State": "Active",
        "LastUpdateStatus": "Successful",
    }
    answer: dict[str, Any] = {"Configuration": configuration | more, "Tags": {"team": "blue"}}
    return answer | (
        {} if concurrency is None else {"Concurrency": {"ReservedConcurrentExecutions": concurrency}}
    )


@pytest.fixture
def observe(
    canned: Any, resource: Callable[[str, str], Resource], now: datetime
) -> Callable[..., Observation]:
    def _observe(answer: Any) -> Observation:
        aws = canned(get_function=answer)
        seen = LAMBDA.observe(resource("lambda.function", "pay"), aws, now)
        assert len(aws.calls) == 1
        return seen

    return _observe


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("pay", ["pay"]),
        ("pay:live", ["pay"]),
        (ARN, ["pay"]),
        (f"{ARN}:live", ["pay"]),
        ("123456789012:function:pay", ["pay"]),
        ("function:pay", ["pay"]),
        ("arn:aws:lambda:us-east-1:123456789012:layer:pay:1:2", []),
        ("", []),
        ("p a y", []),
        (["pay"], []),
    ],
)
def test_a_call_names_its_function_by_name_or_any_part_of_its_arn(given: object, names: list[str]) -> None:
    assert NAMED["UpdateFunctionConfiguration20150331v2"]({"functionName": given}) == names


def test_a_call_with_a_whole_arn_beside_its_parts_names_the_function() -> None:
    """The shape of a recorded UpdateFunctionCode20150331v2."""
    parameters = {
        "fullyQualifiedArn": {"relativeId": {"functionName": "another"}, "functionQualifier": {}},
        "functionName": ARN,
        "publish": True,
        "dryRun": False,
    }

    assert NAMED["UpdateFunctionCode20150331v2"](parameters) == ["pay"]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"functionName": "pay"}, ["pay"]),
        ({"functionName": ARN}, ["pay"]),
        ({"functionName": "pay", "qualifier": "3"}, []),
        ({"functionName": "pay:3"}, []),
        ({"functionName": f"{ARN}:3"}, []),
    ],
)
def test_deleting_a_published_version_is_not_deleting_the_function(
    parameters: dict[str, Any], names: list[str]
) -> None:
    assert NAMED["DeleteFunction20150331"](parameters) == names


def test_a_function_is_seen_with_its_tags_in_one_call(observe: Callable[..., Observation]) -> None:
    seen = observe(_function(concurrency=5))

    assert seen.exists
    assert seen.tags == {"team": "blue"}
    assert seen.attributes["memory_mb"] == 128
    assert seen.attributes["reserved_concurrency"] == 5
    assert "hunter2" not in seen.model_dump_json()


def test_what_changes_by_itself_does_not_change_what_is_seen(observe: Callable[..., Observation]) -> None:
    before = observe(_function(RevisionId="r-1", LastUpdateStatus="InProgress", State="Inactive"))
    after = observe(_function(RevisionId="r-2", LastModified="later"))

    assert before.digest == after.digest


def test_a_failed_update_is_seen(observe: Callable[..., Observation]) -> None:
    assert observe(_function(LastUpdateStatus="Failed")).attributes["update_failed"] is True


def test_a_function_that_is_not_there_is_deleted(observe: Callable[..., Observation]) -> None:
    seen = observe(NotFoundError("ResourceNotFoundException"))

    assert LAMBDA.is_failing("deleted", seen, None) is True


UNREADABLE = {"Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "kms"}}}


@pytest.mark.parametrize(
    ("changes", "failing"),
    [
        ({}, False),
        ({"Description": "for fun"}, False),
        ({"Environment": {"Variables": {"KEY": "evil"}}}, True),
        ({"Environment": {}}, True),
        ({"MemorySize": 129}, True),
        ({"Role": "arn:aws:iam::123456789012:role/admin"}, True),
        ({"CodeSha256": "def"}, True),
        ({"Layers": [{"Arn": "arn:aws:lambda:us-east-1:666666666666:layer:evil:1"}]}, True),
        ({"ImageConfigResponse": {"ImageConfig": {"Command": ["evil"]}}}, True),
        (UNREADABLE, None),
        (UNREADABLE | {"Timeout": 900}, True),
    ],
    ids=[
        "same",
        "description",
        "environment",
        "no-environment",
        "memory",
        "role",
        "code",
        "layer",
        "image",
        "unreadable",
        "unreadable-and-timeout",
    ],
)
def test_a_function_is_tampered_with_when_its_configuration_differs(
    observe: Callable[..., Observation], changes: dict[str, Any], failing: bool | None
) -> None:
    assert LAMBDA.is_failing("tampered", observe(_function(**changes)), observe(_function())) is failing


def test_without_a_known_good_configuration_nobody_can_tell(observe: Callable[..., Observation]) -> None:
    assert LAMBDA.is_failing("tampered", observe(_function()), None) is None


@pytest.mark.parametrize(
    ("now_reserved", "good", "failing"),
    [
        (0, "unknown", True),
        (1, "unknown", None),
        (None, "unknown", False),
        (0, None, True),
        (1, None, True),
        (None, None, False),
        (1, 5, True),
        (5, 5, False),
        (9, 5, False),
        (0, 0, False),
        (None, 5, False),
    ],
)
def test_a_function_is_throttled_when_it_may_run_less_often_at_once_than_it_did(
    seen: Callable[..., Observation], now_reserved: int | None, good: Any, failing: bool | None
) -> None:
    known_good = None if good == "unknown" else seen(reserved_concurrency=good)

    assert LAMBDA.is_failing("throttled", seen(reserved_concurrency=now_reserved), known_good) is failing


def test_a_real_function_is_seen_through_its_life(
    aws: Aws, resource: Callable[[str, str], Resource], now: datetime
) -> None:
    pay = resource("lambda.function", "pay")
    role = aws.change("iam", "create_role", RoleName="pay", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    aws.change(
        "lambda",
        "create_function",
        FunctionName="pay",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"KEY": "good"}},
        Tags={"team": "blue"},
    )
    good = LAMBDA.observe(pay, aws.read, now)
    aws.change(
        "lambda",
        "update_function_configuration",
        FunctionName="pay",
        Environment={"Variables": {"KEY": "evil"}},
    )
    aws.change("lambda", "put_function_concurrency", FunctionName="pay", ReservedConcurrentExecutions=3)
    evil = LAMBDA.observe(pay, aws.read, now)

    assert good.tags == {"team": "blue"}
    assert LAMBDA.is_failing("tampered", good, good) is False
    assert LAMBDA.is_failing("tampered", evil, good) is True
    assert LAMBDA.is_failing("throttled", evil, good) is True
    aws.change("lambda", "delete_function", FunctionName="pay")
    assert not LAMBDA.observe(pay, aws.read, now).exists
