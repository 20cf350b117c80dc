"""What has been learnt is read whole and written whole, and never over somebody else's."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.aws import items
from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.aws.knowledge import PART_BYTES, Knowledge, Known
from chalicelib.aws.pattern_keys import part_key, series_name
from chalicelib.errors import AwsError, DeniedError, StaleRecordError, ThrottledError, UnreachableError
from tests.unit.aws.making import NOON, REGION, RefusingAws

NAME = "LOGS#/app/checkout"


def some_bytes(length: int) -> bytes:
    """Of a kind that nothing compresses."""
    return random.Random(length).randbytes(length)  # noqa: S311 - no secret


class CountingAws(Aws):
    """Counts what is read through it."""

    def __init__(self) -> None:
        super().__init__(region=REGION)
        self.operations: list[str] = []

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.operations.append(operation)
        return super().read(service, operation, **parameters)


def test_of_what_was_never_written_nothing_is_known(knowledge: Knowledge) -> None:
    assert knowledge.load_whole(NAME) == Known(name=NAME)


@pytest.mark.parametrize(
    "length", [0, 1, 1000, PART_BYTES, PART_BYTES + 1, 2_100_000], ids=lambda length: f"{length} bytes"
)
def test_a_state_comes_back_as_it_was_written(knowledge: Knowledge, length: int) -> None:
    written = Known(name=NAME).after(some_bytes(length))
    knowledge.save([written])
    assert knowledge.load_whole(NAME) == written


def test_marks_come_back_beside_it(knowledge: Knowledge) -> None:
    marks = {"until": 1_900_000_000_123, "per_second": 0.25, "policy": "abc", "scanned_at": NOON}
    knowledge.save([Known(name=NAME).after(b"x", **marks)])
    found = dict(knowledge.load_whole(NAME).marks)
    assert found == marks | {"scanned_at": "2030-05-01T12:00:00.000000Z"}


@pytest.mark.parametrize("number", [5e-07, -2.5e-09, 1e16, 1.5e300, 0.0])
def test_very_small_and_very_large_marks_come_back_too(number: float) -> None:
    assert items.decode(items.encode(number)) == number


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lengths=st.lists(st.integers(0, 3 * PART_BYTES), min_size=1, max_size=4))
def test_a_state_may_grow_and_shrink(knowledge: Knowledge, lengths: list[int]) -> None:
    known = knowledge.load_whole(NAME)
    for length in lengths:
        known = known.after(some_bytes(length), until=length)
        knowledge.save([known])
        assert knowledge.load_whole(NAME) == known


def test_every_part_fits_into_an_item(aws: Aws, knowledge: Knowledge) -> None:
    knowledge.save([Known(name=NAME).after(some_bytes(2_000_000))])
    parts = [
        aws.read("dynamodb", "get_item", TableName=knowledge.table, Key=part_key(NAME, number))["Item"]
        for number in range(6)
    ]
    assert max(len(part["data"]["B"]) for part in parts) < 400_000 - 1000
    assert b"".join(part["data"]["B"] for part in parts) == some_bytes(2_000_000)


# -- two writers --------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [10, 900_000], ids=["one part", "several parts"])
def test_the_second_of_two_writers_is_refused_and_leaves_no_trace(knowledge: Knowledge, length: int) -> None:
    knowledge.save([Known(name=NAME).after(some_bytes(1_200_000), until=1)])
    read_by_both = knowledge.load_whole(NAME)
    first = read_by_both.after(some_bytes(length), until=2)
    knowledge.save([first])
    with pytest.raises(StaleRecordError):
        knowledge.save([read_by_both.after(some_bytes(length + 1), until=3)])
    assert knowledge.load_whole(NAME) == first


def test_whoever_was_refused_may_read_again_and_write(knowledge: Knowledge) -> None:
    knowledge.save([Known(name=NAME).after(b"first")])
    with pytest.raises(StaleRecordError):
        knowledge.save([Known(name=NAME).after(b"late")])
    knowledge.save([knowledge.load_whole(NAME).after(b"second")])
    assert knowledge.load_whole(NAME) == Known(name=NAME, version=2, state=b"second")


def test_of_several_states_and_changes_all_are_written_or_none(aws: Aws, knowledge: Knowledge) -> None:
    knowledge.save([Known(name="a").after(b"1")])
    also = items.put(knowledge.table, items.item("ALERTS#2030-05", "al-1", probability=0.5))
    with pytest.raises(StaleRecordError):
        knowledge.save([Known(name="b").after(b"2"), Known(name="a").after(b"2")], [also])
    assert knowledge.load_whole("b") == Known(name="b")
    assert "Item" not in aws.read(
        "dynamodb", "get_item", TableName=knowledge.table, Key=items.key("ALERTS#2030-05", "al-1")
    )
    knowledge.save([Known(name="b").after(b"2"), knowledge.load_whole("a").after(b"2")], [also])
    assert (knowledge.load_whole("a").version, knowledge.load_whole("b").version) == (2, 1)


def test_a_single_small_state_alone_is_a_plain_write(knowledge: Knowledge) -> None:
    aws = CountingAws()
    Knowledge(aws, knowledge.table).save([Known(name=NAME).after(b"x")])
    Knowledge(aws, knowledge.table).load_whole(NAME)
    assert aws.operations == ["put_item", "query"]


@pytest.mark.parametrize(
    "code", ["ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"], ids=str
)
def test_a_write_that_somebody_else_was_in_the_way_of_is_stale(code: str) -> None:
    refusal = TransactionCancelledError([{"Code": "None"}, {"Code": code}])
    with pytest.raises(StaleRecordError):
        Knowledge(RefusingAws(refusal), "patterns").save([Known(name=NAME).after(some_bytes(900_000))])


@pytest.mark.parametrize(
    "error",
    [
        TransactionCancelledError([{"Code": "ValidationError"}]),
        TransactionCancelledError([{"Code": "ItemCollectionSizeLimitExceeded"}]),
        AwsError("ValidationException"),
        DeniedError("AccessDeniedException"),
        ThrottledError("slowly"),
        UnreachableError("nobody there"),
    ],
    ids=str,
)
@pytest.mark.parametrize("length", [10, 900_000], ids=["one part", "several parts"])
def test_a_write_that_fails_for_another_reason_is_not_taken_for_a_late_one(
    error: Exception, length: int
) -> None:
    """Else nothing would ever be learnt, and nobody would know."""
    with pytest.raises(type(error)) as raised:
        Knowledge(RefusingAws(error), "patterns").save([Known(name=NAME).after(some_bytes(length))])
    assert raised.value is error


# -- many small ones ----------------------------------------------------------------------------


def test_many_small_states_come_in_one_call_and_those_that_are_not_there_are_empty(
    knowledge: Knowledge,
) -> None:
    names = [series_name(f"series {number}") for number in range(40)]
    written = [Known(name=name).after(name.encode(), until=1.5) for name in names[:30]]
    knowledge.save(written)
    aws = CountingAws()
    found = Knowledge(aws, knowledge.table).load_small(names)
    assert aws.operations == ["batch_get_item"]
    assert list(found) == names
    assert [found[name] for name in names[:30]] == written
    assert [found[name] for name in names[30:]] == [Known(name=name) for name in names[30:]]


class HalfAnsweringAws(Aws):
    """Reads the first key only, as under throttling."""

    def __init__(self) -> None:
        super().__init__(region=REGION)

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        ((table, request),) = parameters["RequestItems"].items()
        left = {table: {"Keys": request["Keys"][1:]}}
        return {"Responses": {table: []}, "UnprocessedKeys": left}


def test_where_not_all_could_be_read_there_is_an_error_and_no_gap() -> None:
    with pytest.raises(UnreachableError):
        Knowledge(HalfAnsweringAws(), "patterns").load_small(["a", "b"])


def test_the_name_of_a_series_may_be_as_long_as_it_likes() -> None:
    assert len(series_name("x" * 10_000)) < 64
    assert series_name("a") != series_name("b")
