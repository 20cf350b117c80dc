from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import ActionFailedError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources.lambda_configuration import RESTORABLE, configuration_attributes

PAY = Resource(type="lambda.function", id="pay", region="us-east-1", account="123456789012")
RESTORE = "restore_function_configuration"


def _configuration(version: str = "$LATEST", key: str = "good", **more: Any) -> dict[str, Any]:
    return {
        "Version": version,
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Role": "arn:aws:iam::123456789012:role/pay",
        "MemorySize": 128,
        "Timeout": 3,
        "Environment": {"Variables": {"KEY": key}},
        "CodeSha256": "abc",
        "RevisionId": f"revision-of-{version}",
        **more,
    }


@pytest.fixture
def look(seen: Callable[..., Observation]) -> Callable[..., Observation]:
    def make(**more: Any) -> Observation:
        return seen(**configuration_attributes(_configuration(**more), PAY))

    return make


def _variables(aws: Aws) -> dict[str, str]:
    answer = aws.read("lambda", "get_function_configuration", FunctionName="pay")
    variables: dict[str, str] = answer["Environment"]["Variables"]
    return variables


# -- what is offered ------------------------------------------------------------------------------


def test_parameters_can_carry_all_that_can_be_restored(story: Any, canned: Any) -> None:
    parameters = story(canned(), RESTORE, "pay").action.parameters

    assert set(parameters.model_fields) == {*RESTORABLE, "environment_sha256"}


def test_only_what_changed_is_put_back(story: Any, canned: Any, look: Callable[..., Observation]) -> None:
    evil = look(MemorySize=3008, Timeout=900)

    proposal = story(canned(), RESTORE, "pay").propose(evil, look())

    assert proposal.parameters == {"memory_mb": 128, "timeout_seconds": 3}
    assert proposal.goal == {"exists": True, "update_failed": False, **proposal.parameters}
    assert proposal.automatic
    assert proposal.warning == ""


def test_an_environment_comes_back_where_a_published_version_has_it(
    story: Any, canned: Any, look: Callable[..., Observation]
) -> None:
    versions = [_configuration("$LATEST", key="evil"), _configuration("1", key="old"), _configuration("2")]
    aws = canned(list_versions_by_function={"Versions": versions})

    proposal = story(aws, RESTORE, "pay").propose(look(key="evil"), look())

    assert proposal.parameters == {"environment_sha256": look().attributes["environment_sha256"]}
    assert proposal.automatic
    assert "good" not in str(proposal)


def test_an_environment_that_no_version_has_is_left_to_a_person(
    story: Any, canned: Any, look: Callable[..., Observation]
) -> None:
    aws = canned(
        list_versions_by_function={"Versions": [_configuration("$LATEST"), _configuration("1", key="old")]}
    )

    proposal = story(aws, RESTORE, "pay").propose(look(key="evil", Timeout=900), look())

    assert proposal.parameters == {"timeout_seconds": 3}
    assert proposal.automatic is False
    assert "environment variables" in proposal.warning


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"Role": "arn:aws:iam::123456789012:role/admin"}, "the role"),
        ({"CodeSha256": "def"}, "the code"),
        ({"ImageConfigResponse": {"ImageConfig": {"Command": ["x"]}}}, "container image"),
    ],
    ids=["role", "code", "image"],
)
def test_what_cannot_be_put_back_is_named_and_asks_a_person(
    story: Any, canned: Any, look: Callable[..., Observation], change: dict[str, Any], named: str
) -> None:
    proposal = story(canned(), RESTORE, "pay").propose(look(Timeout=900, **change), look())

    assert proposal.parameters == {"timeout_seconds": 3}
    assert proposal.automatic is False
    assert named in proposal.warning


@pytest.mark.parametrize("case", ["same", "unknown", "gone", "was-gone", "code-only", "environment-lost"])
def test_nothing_is_offered_where_nothing_can_be_put_back(
    story: Any, canned: Any, look: Callable[..., Observation], seen: Callable[..., Observation], case: str
) -> None:
    now_seen, known_good = {
        "same": (look(), look()),
        "unknown": (look(Timeout=900), None),
        "gone": (seen(gone=True), look()),
        "was-gone": (look(), seen(gone=True)),
        "code-only": (look(CodeSha256="def"), look()),
        "environment-lost": (look(key="evil"), look()),
    }[case]
    aws = canned(list_versions_by_function={"Versions": [_configuration("$LATEST")]})

    assert story(aws, RESTORE, "pay").propose(now_seen, known_good) is None


# -- what is done ---------------------------------------------------------------------------------


def test_an_update_names_the_revision_that_was_just_read(story: Any, canned: Any) -> None:
    aws = canned(get_function_configuration=_configuration(MemorySize=3008), update_function_configuration={})

    assert story(aws, RESTORE, "pay").apply({"memory_mb": 128}) == {}

    assert aws.asked("update_function_configuration") == [
        {"FunctionName": "pay", "MemorySize": 128, "RevisionId": "revision-of-$LATEST"}
    ]


def test_before_an_environment_is_replaced_what_there_is_is_published(
    story: Any, canned: Any, look: Callable[..., Observation]
) -> None:
    aws = canned(
        list_versions_by_function={"Versions": [_configuration("$LATEST", key="evil"), _configuration("1")]},
        publish_version={"Version": "2"},
        update_function_configuration={},
    )

    handle = story(aws, RESTORE, "pay").apply({"environment_sha256": look().attributes["environment_sha256"]})

    assert handle == {"published": "2"}
    assert [operation for operation, _ in aws.calls] == [
        "publish_version",
        "list_versions_by_function",
        "update_function_configuration",
    ]
    assert aws.asked("update_function_configuration")[0]["Environment"] == {"Variables": {"KEY": "good"}}


def test_an_environment_that_is_found_no_more_is_not_replaced_by_anything(story: Any, canned: Any) -> None:
    aws = canned(
        publish_version={"Version": "2"},
        list_versions_by_function={"Versions": [_configuration("$LATEST", key="evil")]},
    )

    with pytest.raises(ActionFailedError):
        story(aws, RESTORE, "pay").apply({"environment_sha256": "0" * 64})

    assert not aws.asked("update_function_configuration")


def test_a_version_with_the_environment_is_found_on_a_later_page(
    story: Any, canned: Any, look: Callable[..., Observation]
) -> None:
    pages = [
        {
            "Versions": [_configuration("$LATEST", key="evil"), _configuration("9", key="old")],
            "NextMarker": "m",
        },
        {"Versions": [_configuration("10")]},
    ]
    aws = canned(list_versions_by_function=pages)

    proposal = story(aws, RESTORE, "pay").propose(look(key="evil"), look())

    assert proposal.parameters
    assert aws.asked("list_versions_by_function")[1]["Marker"] == "m"


def test_a_real_function_gets_its_configuration_back_and_the_undo_takes_it_away(
    story: Any, aws: Aws, create_function: Callable[..., None]
) -> None:
    create_function(publish=True)
    tale = story(aws, RESTORE, "pay")
    good = tale.look()
    aws.change(
        "lambda",
        "update_function_configuration",
        FunctionName="pay",
        MemorySize=256,
        Handler="evil.handler",
        Environment={"Variables": {"KEY": "evil"}},
    )
    before = tale.look()
    assert tale.is_failing(good) is True

    proposal = tale.proposed(good)
    handles = [tale.apply(proposal.parameters), tale.apply(proposal.parameters)]

    assert proposal.automatic
    assert handles[0] == {"published": "2"}
    assert tale.lacks(proposal.goal) == ()
    assert tale.is_failing(good) is False
    assert _variables(aws) == {"KEY": "good"}

    tale.run(tale.undo_call(proposal.parameters, before.attributes, handles[0]))
    assert tale.look().digest == before.digest
    assert _variables(aws) == {"KEY": "evil"}


def test_a_real_function_without_versions_gets_back_what_is_no_secret(
    story: Any, aws: Aws, create_function: Callable[..., None]
) -> None:
    create_function(publish=False)
    tale = story(aws, RESTORE, "pay")
    good = tale.look()
    aws.change(
        "lambda",
        "update_function_configuration",
        FunctionName="pay",
        MemorySize=256,
        Environment={"Variables": {"KEY": "evil"}},
    )

    proposal = tale.proposed(good)
    tale.apply(proposal.parameters)

    assert proposal.automatic is False
    assert tale.lacks(proposal.goal) == ()
    assert _variables(aws) == {"KEY": "evil"}
