from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import ActionFailedError, PlanChangedError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources.digests import digest_secret

NAME = "/shop/key"
RESOURCE = Resource(type="ssm.parameter", id=NAME, region="us-east-1", account="123456789012")
GOOD = digest_secret("good", RESOURCE)


def _version(number: int, value: str, **more: Any) -> dict[str, Any]:
    return {
        "Name": NAME,
        "Type": "SecureString",
        "Value": value,
        "Version": number,
        "Tier": "Standard",
    } | more


def _history(*versions: dict[str, Any]) -> dict[str, Any]:
    return {"Parameters": list(versions)}


def _parameters(replaces: int | None = 2) -> dict[str, Any]:
    return {"version": 1, "value_sha256": GOOD, "replaces": replaces}


def test_a_plan_names_the_version_and_the_digest_and_never_the_value(
    story: Any, canned: Any, seen: Callable[..., Observation]
) -> None:
    now_seen = seen(version=5, type="SecureString", value_sha256="evil-digest")
    good = seen(version=4, type="SecureString", value_sha256=GOOD)

    proposal = story(canned(), "restore_parameter", NAME).propose(now_seen, good)

    assert proposal.parameters == {"version": 4, "value_sha256": GOOD, "replaces": 5}
    assert proposal.goal == {"exists": True, "value_sha256": GOOD, "type": "SecureString"}


@pytest.mark.parametrize("case", ["unknown", "gone", "was-gone", "same"])
def test_without_a_difference_to_a_known_good_value_nothing_is_offered(
    story: Any, canned: Any, seen: Callable[..., Observation], case: str
) -> None:
    good = seen(version=4, type="String", value_sha256=GOOD)
    evil = seen(version=5, type="String", value_sha256="x")
    now_seen, known_good = {
        "unknown": (evil, None),
        "gone": (seen(gone=True), good),
        "was-gone": (evil, seen(gone=True)),
        "same": (good.model_copy(update={"attributes": good.attributes | {"version": 9}}), good),
    }[case]

    assert story(canned(), "restore_parameter", NAME).propose(now_seen, known_good) is None


def test_everything_that_the_version_had_comes_back(story: Any, canned: Any) -> None:
    good = _version(
        1, "good", KeyId="alias/shop", Description="d", AllowedPattern="^[a-z]+$", DataType="text"
    )
    aws = canned(get_parameter_history=_history(good, _version(2, "evil")), put_parameter={"Version": 3})

    assert story(aws, "restore_parameter", NAME).apply(_parameters()) == {"version": 3}

    assert aws.asked("get_parameter_history") == [{"Name": NAME, "WithDecryption": True}]
    assert aws.asked("put_parameter") == [
        {
            "Name": NAME,
            "Value": "good",
            "Type": "SecureString",
            "Tier": "Standard",
            "Overwrite": True,
            "KeyId": "alias/shop",
            "Description": "d",
            "AllowedPattern": "^[a-z]+$",
            "DataType": "text",
        }
    ]


def test_an_advanced_parameter_stays_advanced(story: Any, canned: Any) -> None:
    history = _history(_version(1, "good"), _version(2, "evil", Tier="Advanced"))
    aws = canned(get_parameter_history=history, put_parameter={"Version": 3})

    story(aws, "restore_parameter", NAME).apply(_parameters())

    assert aws.asked("put_parameter")[0]["Tier"] == "Advanced"


def test_a_put_whose_answer_was_lost_is_not_repeated(story: Any, canned: Any) -> None:
    history = _history(_version(1, "good"), _version(2, "evil"), _version(3, "good"))
    aws = canned(get_parameter_history=history)

    assert story(aws, "restore_parameter", NAME).apply(_parameters()) == {"version": 3}


def test_a_value_that_came_in_between_is_left_alone(story: Any, canned: Any) -> None:
    history = _history(_version(1, "good"), _version(2, "evil"), _version(3, "by a person"))

    with pytest.raises(PlanChangedError, match="version 3"):
        story(canned(get_parameter_history=history), "restore_parameter", NAME).apply(_parameters())


@pytest.mark.parametrize(
    "history",
    [_history(_version(2, "evil")), _history(_version(1, "not good"), _version(2, "evil"))],
    ids=["dropped", "another-value"],
)
def test_a_version_that_no_longer_has_the_value_is_not_put_back(
    story: Any, canned: Any, history: Any
) -> None:
    with pytest.raises(ActionFailedError, match="version 1") as caught:
        story(canned(get_parameter_history=history), "restore_parameter", NAME).apply(_parameters())

    assert "evil" not in str(caught.value)


def test_the_whole_history_is_read(story: Any, canned: Any) -> None:
    pages = [_history(_version(1, "good")) | {"NextToken": "t"}, _history(_version(2, "evil"))]
    aws = canned(get_parameter_history=pages, put_parameter={"Version": 3})

    story(aws, "restore_parameter", NAME).apply(_parameters())

    assert aws.asked("get_parameter_history")[1]["NextToken"] == "t"


@pytest.mark.parametrize("type_", ["String", "SecureString"])
def test_a_real_parameter_gets_its_value_back_and_the_undo_takes_it_away(
    story: Any, aws: Aws, type_: str
) -> None:
    tale = story(aws, "restore_parameter", NAME)
    aws.change("ssm", "put_parameter", Name=NAME, Value="good", Type=type_)
    good = tale.look()
    aws.change("ssm", "put_parameter", Name=NAME, Value="evil", Type=type_, Overwrite=True)
    before = tale.look()
    assert tale.is_failing(good) is True

    proposal = tale.proposed(good)
    handles = [tale.apply(proposal.parameters), tale.apply(proposal.parameters)]

    assert handles == [{"version": 3}] * 2
    assert tale.lacks(proposal.goal) == ()
    assert tale.is_failing(good) is False
    tale.run(tale.undo_call(proposal.parameters, before.attributes, handles[0]))
    assert tale.look().attributes["value_sha256"] == before.attributes["value_sha256"]
