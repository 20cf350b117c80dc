"""What cannot be spoilt on embedded AWS: a protected stage, a model's answers, who looks."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import AwsError, DeniedError, NotFoundError, ThrottledError, UnreachableError
from mainstay.doctor.checks.credentials import CREDENTIALS
from mainstay.doctor.checks.model import MODEL
from mainstay.doctor.checks.tables import TABLES
from mainstay.doctor.findings import Finding, Level, carefully
from tests.unit.doctor.asking import a_case

INDEXES = ("by_time", "by_resource", "by_state", "by_open", "by_signature")


def _table(*, protected: bool = True, indexes: dict[str, str] | None = None) -> Any:
    there = dict.fromkeys(INDEXES, "ACTIVE") if indexes is None else indexes

    def describe(TableName: str) -> dict[str, Any]:  # noqa: N803 - as AWS names it
        return {
            "Table": {
                "TableName": TableName,
                "TableStatus": "ACTIVE",
                "DeletionProtectionEnabled": protected,
                "GlobalSecondaryIndexes": [
                    {"IndexName": name, "IndexStatus": status} for name, status in there.items()
                ],
            }
        }

    return describe


def _tables(stage: str, describe: Any) -> list[Finding]:
    case = a_case(
        stage,
        dynamodb__describe_table=describe,
        dynamodb__describe_continuous_backups=lambda **_: {
            "ContinuousBackupsDescription": {
                "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}
            }
        },
        dynamodb__describe_time_to_live=lambda **_: {
            "TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED"}
        },
    )
    return list(TABLES.examine(case))


@pytest.mark.parametrize(
    ("stage", "protected", "level"),
    [("prod", True, Level.OK), ("prod", False, Level.FAIL), ("dev", False, Level.OK)],
)
def test_tables_of_prod_are_protected_from_deletion(stage: str, level: Level, *, protected: bool) -> None:
    found = _tables(stage, _table(protected=protected))
    assert [one.level for one in found] == [level, level]


def test_an_index_that_is_missing_or_not_whole_is_a_failure() -> None:
    indexes = dict.fromkeys(INDEXES[1:], "ACTIVE") | {"by_open": "CREATING"}

    missing, incomplete, _ = _tables("prod", _table(indexes=indexes))

    assert (missing.level, missing.says) == (
        Level.FAIL,
        "the table mainstay-prod-incidents has no index by_time",
    )
    assert (incomplete.level, incomplete.says) == (
        Level.FAIL,
        "the index by_open of mainstay-prod-incidents is CREATING",
    )


def test_a_table_that_is_missing_is_a_failure() -> None:
    def gone(**_: Any) -> Any:
        raise NotFoundError("ResourceNotFoundException", "", "dynamodb:describe_table")

    assert [one.says for one in _tables("prod", gone)] == [
        "the table mainstay-prod-incidents is missing",
        "the table mainstay-prod-patterns is missing",
    ]


# -- the model ----------------------------------------------------------------------------------

OPEN = {
    "authorizationStatus": "AUTHORIZED",
    "entitlementAvailability": "AVAILABLE",
    "regionAvailability": "AVAILABLE",
}


def _refuse(error: Exception) -> Any:
    def refuse(**_: Any) -> Any:
        raise error

    return refuse


def _model(
    *, ask: bool = False, converse: Any = None, profile: Any = None, **availability: str
) -> list[Finding]:
    no_profile = _refuse(AwsError("ValidationException", "no such profile", "bedrock:get_inference_profile"))
    case = a_case(
        ask_model=ask,
        lambda__get_function_configuration=lambda **_: {
            "Role": "",
            "Environment": {"Variables": {"MAINSTAY_MODEL": "maker.model-1"}},
        },
        bedrock__get_inference_profile=profile or no_profile,
        bedrock__get_foundation_model_availability=lambda **_: OPEN | availability,
        **{"bedrock-runtime__converse": converse},
    )
    return list(MODEL.examine(case))


def test_a_model_that_the_account_may_use_is_fine_and_is_not_asked() -> None:
    asked = _refuse(AssertionError("nobody wished it"))
    assert [one.level for one in _model(converse=asked)] == [Level.OK]


@pytest.mark.parametrize("field", OPEN)
def test_a_model_that_is_closed_in_one_way_is_a_failure(field: str) -> None:
    (found,) = _model(**{field: "NOT_AVAILABLE"})
    assert (found.level, "may not use the model maker.model-1" in found.says) == (Level.FAIL, True)


def test_a_model_that_is_asked_answers_or_says_why_not() -> None:
    tokens: list[int] = []

    def answer(**request: Any) -> dict[str, Any]:
        tokens.append(request["inferenceConfig"]["maxTokens"])
        return {}

    assert _model(ask=True, converse=answer)[-1].says == "maker.model-1 answers"
    assert tokens == [1]
    refused = _model(
        ask=True, converse=_refuse(DeniedError("AccessDeniedException", "", "bedrock-runtime:converse"))
    )
    assert (refused[-1].level, "the model refused: AccessDeniedException" in refused[-1].says) == (
        Level.FAIL,
        True,
    )


def test_profiles_are_as_open_as_their_models() -> None:
    arns = [
        f"arn:aws:bedrock:{region}::foundation-model/maker.model-1" for region in ("us-east-1", "us-west-2")
    ]
    (found,) = _model(
        profile=lambda **_: {"models": [{"modelArn": arn} for arn in arns]},
        regionAvailability="NOT_AVAILABLE",
    )
    assert found.level is Level.FAIL


def test_what_bedrock_does_not_say_is_unknown() -> None:
    (found,) = _model(profile=_refuse(DeniedError("AccessDenied", "", "bedrock:get_inference_profile")))
    assert (found.level, found.todo) == (
        Level.UNKNOWN,
        "let your own credentials call bedrock:get_inference_profile",
    )


# -- who looks, and what cannot be read ---------------------------------------------------------


@pytest.mark.parametrize(
    ("arn", "levels"),
    [
        ("arn:aws:sts::123456789012:assumed-role/Admin/alice", [Level.OK]),
        ("arn:aws:iam::123456789012:root", [Level.OK, Level.WARN]),
    ],
)
def test_the_root_user_is_told_of(arn: str, levels: list[Level]) -> None:
    case = a_case(sts__get_caller_identity=lambda: {"Arn": arn})
    assert [one.level for one in CREDENTIALS.examine(case)] == levels


@pytest.mark.parametrize(
    ("error", "todo"),
    [
        (
            DeniedError("AccessDenied", "no\nway", "s3:head_object"),
            "let your own credentials call s3:head_object",
        ),
        (ThrottledError("slowly"), "try again"),
        (UnreachableError("nobody is there"), "try again"),
        (AwsError("Odd", "what", "s3:head_object"), "see what AWS answered"),
    ],
    ids=["denied", "throttled", "unreachable", "anything else"],
)
def test_an_error_is_one_line_that_is_unknown_after_what_was_found(error: Exception, todo: str) -> None:
    def examine() -> Any:
        yield Finding(Level.WARN, "found", "do")
        raise error

    first, last = carefully(examine(), "the thing")

    assert (first.says, last.level, last.todo) == ("found", Level.UNKNOWN, todo)
    assert last.says.startswith("the thing cannot be read: ")
    assert "\n" not in last.says
