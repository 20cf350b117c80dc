"""Whatever reaches us: nothing is raised, and what cannot be read says why."""

import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.signals import IgnoredCode, Reading
from tests.unit.signals.events import (
    NAMES,
    load,
    paths_in,
    read,
    read_message,
    read_named,
    with_value,
    without,
)

RUBBISH: list[Any] = [
    None,
    "",
    "a b\x00c\x1b[31m\u202e\U000e0041",
    "\ud800",
    "x" * 262_144,
    b"\xff\xfe",
    2**70,
    math.nan,
    True,
    [],
    {},
    {"": {"": None}},
    ["i-0d5f1c2b3a4e59687", None],
    object(),
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.binary(max_size=50)
    | st.text(st.characters(exclude_categories=[]), max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


def check(reading: Reading) -> None:
    """It says something, in clean words, and every signal can be stored."""
    assert reading.signals or reading.ignored
    for ignored in reading.ignored:
        assert 0 < len(ignored.reason) < 300
        assert ignored.reason.isprintable()
        assert ignored.code in set(IgnoredCode)
    for signal in reading.signals:
        stored = signal.model_dump_json()
        assert len(stored) < 5000
        assert len(signal.signal_id) <= 2048
        assert json.loads(stored)["resource"]["account"] == "111122223333"


@pytest.mark.parametrize("name", NAMES)
def test_rubbish_in_any_field_of_a_real_event_is_survived(name: str) -> None:
    event = load(name)
    for path in paths_in(event):
        for rubbish in RUBBISH:
            check(read_named(name, with_value(event, path, rubbish)))


@pytest.mark.parametrize("name", NAMES)
def test_any_field_of_a_real_event_may_be_missing(name: str) -> None:
    event = load(name)
    for path in paths_in(event):
        if path:
            check(read_named(name, without(event, path)))


@given(name=st.sampled_from(NAMES), data=st.data(), value=ANYTHING)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything_in_any_field_is_survived(name: str, data: st.DataObject, value: object) -> None:
    event = load(name)
    path = data.draw(st.sampled_from(list(paths_in(event))))
    check(read_named(name, with_value(event, path, value)))


@given(ANYTHING)
@settings(deadline=None)
def test_anything_at_all_is_survived(event: object) -> None:
    check(read(event))
    check(read_message(event))


@given(st.binary() | st.text(st.characters(exclude_categories=[])))
@settings(deadline=None)
def test_any_message_is_survived(message: bytes | str) -> None:
    check(read_message(message))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        pytest.param(b"\xff", "the message is no JSON", id="bytes"),
        pytest.param("[" * 100_000, "the message is no JSON", id="deep"),
        pytest.param("ALARM", "the message is no JSON", id="words"),
        pytest.param("[]", "the message is no alarm but list", id="list"),
        pytest.param("{}", "NewStateValue is missing or is no identifier: ''", id="empty"),
    ],
)
def test_a_bad_message_says_what_is_wrong(message: object, said: str) -> None:
    (ignored,) = read_message(message).ignored
    assert ignored.code == "malformed"
    assert ignored.reason.startswith(said)


@pytest.mark.parametrize(
    ("name", "path", "value", "said"),
    [
        (
            "ec2-instance-stopped",
            ("detail", "instance-id"),
            None,
            "detail.instance-id is missing or is no identifier",
        ),
        ("ec2-instance-stopped", ("detail", "state"), 7, "detail.state is missing or is no identifier"),
        ("ec2-instance-stopped", ("id",), "", "id is missing or is no identifier"),
        ("ec2-instance-stopped", ("account",), "12", "the account is missing or is none: '12'"),
        ("ec2-instance-stopped", ("region",), "../..", "the region is missing or is none: '../..'"),
        ("rds-instance-stopped", ("detail",), "x", "detail.SourceIdentifier is missing"),
        ("call-delete-table", ("detail", "eventID"), ["a"], "eventID is missing or is no identifier"),
        ("alarm-status-check", ("StateChangeTime",), None, "StateChangeTime is missing or is no identifier"),
        ("alarm-status-check", ("AlarmArn",), "arn", "the region is missing or is none"),
    ],
)
def test_a_malformed_event_names_the_field(
    name: str, path: tuple[str, ...], value: object, said: str
) -> None:
    (ignored,) = read_named(name, with_value(load(name), path, value)).ignored
    assert ignored.code == "malformed"
    assert ignored.reason.startswith(said)


def test_bytes_are_no_event() -> None:
    assert read(b"{}").ignored[0].reason == "the event is no object but bytes"


def test_an_event_that_nobody_reads_is_named() -> None:
    (ignored,) = read({"detail-type": "Scheduled Event", "source": "aws.events"}).ignored
    assert (ignored.code, ignored.reason) == (
        "unknown-event",
        "events of the type 'Scheduled Event' are not read",
    )


def test_good_resources_are_kept_beside_bad_ones() -> None:
    items = [
        {"instanceId": "i-0d5f1c2b3a4e59687"},
        {"instanceId": {"$ne": 1}},
        "i-1",
        None,
        {"instanceId": "x y"},
    ]
    path = ("detail", "requestParameters", "instancesSet", "items")
    reading = read(with_value(load("call-stop-instances"), path, items))
    assert [signal.resource.id for signal in reading.signals] == ["i-0d5f1c2b3a4e59687"]


def test_a_secret_in_an_error_text_is_not_kept() -> None:
    secret = "hunter" + "2"
    event = with_value(
        load("call-stop-instances-denied"), ("detail", "errorMessage"), f"password={secret} was wrong"
    )
    (signal,) = read(event).signals
    assert signal.details["error_message"] == "password=[SECRET:value] was wrong"


def test_a_secret_is_not_repeated_in_a_reason() -> None:
    secret = "pass" + "word=hunter2"
    assert "hunter2" not in read({"detail-type": secret, "source": "aws.ec2"}).ignored[0].reason
