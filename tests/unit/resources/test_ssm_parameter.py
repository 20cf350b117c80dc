from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import DeniedError, NotFoundError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources import resource_type

SSM = resource_type("ssm.parameter")
NAMED = {call.event_name: call.resource_ids for call in SSM.api_calls}
ARN = "arn:aws:ssm:us-east-1:123456789012:parameter"


def _parameter(value: str, version: int = 1, type_: str = "SecureString") -> dict[str, Any]:
    return {
        "Parameter": {
            "Name": "/shop/key",
            "Type": type_,
            "Value": value,
            "Version": version,
            "DataType": "text",
        }
    }


@pytest.fixture
def observe(
    canned: Any, resource: Callable[[str, str], Resource], now: datetime
) -> Callable[..., Observation]:
    def _observe(answer: Any) -> Observation:
        aws = canned(get_parameter=answer)
        seen = SSM.observe(resource("ssm.parameter", "/shop/key"), aws, now)
        assert aws.calls == [("ssm", "get_parameter", {"Name": "/shop/key", "WithDecryption": True})]
        return seen

    return _observe


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("/credentials/stratus-red-team/credentials-5", ["/credentials/stratus-red-team/credentials-5"]),
        ("plain", ["plain"]),
        (f"{ARN}/shop/key", ["/shop/key"]),
        (f"{ARN}/plain", ["plain"]),
        ("with space", []),
        (None, []),
    ],
)
def test_a_call_names_its_parameter_by_name_or_arn(given: object, names: list[str]) -> None:
    hidden = {"value": "HIDDEN_DUE_TO_SECURITY_REASONS", "overwrite": True}

    assert (
        NAMED["PutParameter"]({"name": given, **hidden}) == NAMED["DeleteParameter"]({"name": given}) == names
    )


def test_a_call_may_delete_several() -> None:
    assert NAMED["DeleteParameters"]({"names": ["/a/b", 3, f"{ARN}/a/c", "/a/b"]}) == ["/a/b", "/a/c"]


def test_a_parameter_is_seen_without_its_value(observe: Callable[..., Observation]) -> None:
    seen = observe(_parameter("hunter2", version=4))

    assert seen.attributes["version"] == 4
    assert seen.attributes["type"] == "SecureString"
    assert len(str(seen.attributes["value_sha256"])) == 64
    assert "hunter2" not in seen.model_dump_json()


def test_a_parameter_that_is_not_there_is_deleted(observe: Callable[..., Observation]) -> None:
    assert SSM.is_failing("deleted", observe(NotFoundError("ParameterNotFound")), None) is True


def test_a_parameter_that_may_not_be_decrypted_is_an_error(observe: Callable[..., Observation]) -> None:
    with pytest.raises(DeniedError):
        observe(DeniedError("AccessDeniedException"))


@pytest.mark.parametrize(
    ("answer", "failing"),
    [
        (_parameter("good", version=1), False),
        (_parameter("good", version=9), False),
        (_parameter("evil", version=2), True),
        (_parameter("good", version=2, type_="String"), True),
        (NotFoundError("ParameterNotFound"), None),
    ],
    ids=["same", "newer-but-same", "other-value", "other-type", "gone"],
)
def test_a_parameter_is_tampered_with_when_value_or_type_differ(
    observe: Callable[..., Observation], answer: Any, failing: bool | None
) -> None:
    assert SSM.is_failing("tampered", observe(answer), observe(_parameter("good"))) is failing


def test_without_a_known_good_value_nobody_can_tell(observe: Callable[..., Observation]) -> None:
    assert SSM.is_failing("tampered", observe(_parameter("evil")), None) is None


def test_a_real_parameter_is_seen_through_its_life(
    aws: Aws, resource: Callable[[str, str], Resource], now: datetime
) -> None:
    key = resource("ssm.parameter", "/shop/key")
    read_tags = SSM.read_tags
    assert read_tags is not None
    tags = [{"Key": "team", "Value": "blue"}]
    aws.change("ssm", "put_parameter", Name=key.id, Value="good", Type="SecureString", Tags=tags)
    good = SSM.observe(key, aws.read, now)
    aws.change("ssm", "put_parameter", Name=key.id, Value="evil", Type="SecureString", Overwrite=True)
    evil = SSM.observe(key, aws.read, now)

    assert (good.attributes["version"], evil.attributes["version"]) == (1, 2)
    assert SSM.is_failing("tampered", evil, good) is True
    assert read_tags(key, aws.read) == {"team": "blue"}
    aws.change("ssm", "delete_parameter", Name=key.id)
    assert SSM.is_failing("deleted", SSM.observe(key, aws.read, now), good) is True
    assert read_tags(key, aws.read) == {}
