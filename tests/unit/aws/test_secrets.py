"""Secrets are read late, remembered for five minutes by the clock that is given, and never made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.aws.secrets import REMEMBERED, Secrets
from chalicelib.errors import (
    DeniedError,
    MainstayError,
    NotFoundError,
    SecretsUnreadableError,
    UnreachableError,
)

NAME = "/mainstay/prod/link-keys"


class Parameters:
    """A parameter store: what it holds, or the error that it answers with."""

    def __init__(self, value: str | MainstayError, kind: str = "SecureString") -> None:
        self.value, self.kind = value, kind
        self.asked: list[dict[str, Any]] = []

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert (service, operation) == ("ssm", "get_parameter")
        self.asked.append(parameters)
        if isinstance(self.value, MainstayError):
            raise self.value
        return {"Parameter": {"Name": parameters["Name"], "Type": self.kind, "Value": self.value}}


class Hands:
    """A clock that is set by hand."""

    now = datetime(2030, 3, 1, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def secrets_of(store: Parameters, clock: Hands) -> Secrets:
    return Secrets(cast("Aws", store), clock)


def test_a_secret_is_read_with_decryption_and_once_in_five_minutes() -> None:
    store, clock = Parameters("one"), Hands()
    secrets = secrets_of(store, clock)
    assert [secrets.secret(NAME) for _ in range(3)] == ["one"] * 3
    assert store.asked == [{"Name": NAME, "WithDecryption": True}]
    store.value = "two"
    clock.now += REMEMBERED - timedelta(microseconds=1)
    assert secrets.secret(NAME) == "one"
    clock.now += timedelta(microseconds=1)
    assert secrets.secret(NAME) == "two"
    assert len(store.asked) == 2


def test_each_name_is_a_secret_of_its_own() -> None:
    store, clock = Parameters("one"), Hands()
    secrets = secrets_of(store, clock)
    secrets.secret(NAME)
    store.value = "other"
    assert secrets.secret("/mainstay/prod/chat") == "other"
    assert secrets.secret(NAME) == "one"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotFoundError("ParameterNotFound"), "does not exist"),
        (DeniedError("AccessDeniedException", "not you"), "cannot be read"),
        (UnreachableError("no answer"), "cannot be read"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_read_is_an_error_and_not_what_was_read_before(
    error: MainstayError, told: str
) -> None:
    store, clock = Parameters("one"), Hands()
    secrets = secrets_of(store, clock)
    assert secrets.secret(NAME) == "one"
    store.value = error
    clock.now += REMEMBERED
    for _ in range(2):
        with pytest.raises(SecretsUnreadableError, match=f"{NAME} {told}"):
            secrets.secret(NAME)
    store.value = "two"
    assert secrets.secret(NAME) == "two"


def test_a_clock_that_went_back_makes_nothing_last_longer() -> None:
    store, clock = Parameters("one"), Hands()
    secrets = secrets_of(store, clock)
    secrets.secret(NAME)
    store.value = "two"
    clock.now -= timedelta(days=1)
    assert secrets.secret(NAME) == "two"


def test_what_everybody_may_read_is_no_secret() -> None:
    with pytest.raises(SecretsUnreadableError, match="no SecureString"):
        secrets_of(Parameters("one", kind="String"), Hands()).secret(NAME)
