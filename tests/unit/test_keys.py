"""``mainstay keys``: keys are made, replaced and listed, and no secret is ever shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.errors import DeniedError, NotFoundError, WrongLinkError
from chalicelib.incidents.links import LONGEST_LIFE, Link, LinkKeys, check_link, read_keys, sign_link
from chalicelib.settings import Settings
from mainstay.keys import _show, keep_keys, new_keys, rotate_keys

NOW = datetime(2030, 3, 1, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = Settings(stage="prod", account="123456789012", region="us-east-1")
LINK = Link(
    incident_id="inc-1",
    version="1",
    digest="d",
    approver="alice",
    nonce="n",
    expires_at=int((NOW + 90 * HOUR).timestamp()),
)


class Store:
    """A parameter store with one parameter, if any."""

    def __init__(self, value: str = "", error: Exception | None = None) -> None:
        self.value, self.error = value, error
        self.put: dict[str, Any] = {}

    def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert service == "ssm"
        if self.error:
            raise self.error
        if operation == "put_parameter":
            self.put, self.value = parameters, parameters["Value"]
            return {}
        if not self.value:
            raise NotFoundError("ParameterNotFound")
        return {"Parameter": {"Value": self.value}}


def test_the_first_rotation_makes_a_key_where_the_functions_read_it() -> None:
    store = Store()
    keys = rotate_keys(store, SETTINGS, NOW)
    assert len(keys.keys) == 1
    assert read_keys(store.value) == keys
    assert (store.put["Name"], store.put["Type"]) == ("/mainstay/prod/link-keys", "SecureString")
    assert store.put["Overwrite"] is True


def test_a_rotation_keeps_what_is_out_good() -> None:
    store = Store()
    first = rotate_keys(store, SETTINGS, NOW)
    token = sign_link(LINK, first)
    second = rotate_keys(store, SETTINGS, NOW + HOUR)
    assert second.current != first.current
    assert check_link(token, second, NOW + 2 * HOUR) == LINK
    assert rotate_keys(store, SETTINGS, NOW + HOUR + LONGEST_LIFE).keys.keys() >= {second.current}
    assert first.current not in read_keys(store.value).keys


def test_after_a_leak_nothing_that_is_out_is_good() -> None:
    store = Store()
    token = sign_link(LINK, rotate_keys(store, SETTINGS, NOW))
    after = rotate_keys(store, SETTINGS, NOW, leaked=True)
    assert len(after.keys) == 1
    with pytest.raises(WrongLinkError):
        check_link(token, after, NOW)


def test_what_is_there_but_no_keys_is_replaced() -> None:
    store = Store("not json")
    assert read_keys(rotate_keys(store, SETTINGS, NOW).model_dump_json()) == read_keys(store.value)


def test_where_the_keys_may_not_be_read_none_are_written() -> None:
    store = Store(error=DeniedError("AccessDeniedException"))
    with pytest.raises(DeniedError):
        rotate_keys(store, SETTINGS, NOW)
    assert store.put == {}


def test_no_two_keys_are_alike() -> None:
    made = [new_keys(None, NOW) for _ in range(50)]
    assert len({one.current for one in made}) == len({one.keys[one.current].secret for one in made}) == 50


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "table"])
def test_keys_are_listed_by_name_and_age_without_secrets(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    keys: LinkKeys = new_keys(new_keys(None, NOW), NOW + HOUR)
    _show(keep_keys(keys, Store(), SETTINGS), NOW + 3 * HOUR, as_json=as_json)
    shown = capsys.readouterr().out
    assert all(name in shown for name in keys.keys)
    assert not [key.secret for key in keys.keys.values() if key.secret[:8] in shown]
    assert "signing" in shown
    assert "2030-03-02" in shown
