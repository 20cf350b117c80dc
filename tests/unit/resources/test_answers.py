from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.errors import AwsError, DeniedError, NotFoundError
from chalicelib.incidents.model import Resource
from chalicelib.resources.answers import arn_of, joined, paged, parted, tags_found


def test_names_are_joined_the_same_in_any_order() -> None:
    assert joined(["b", "a"]) == joined(["a", "b"]) == "a,b"


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"]])
def test_joined_names_come_apart_again(names: list[str]) -> None:
    assert parted(joined(names)) == names


def test_every_page_is_read() -> None:
    pages = {None: {"Items": [{"n": 1}], "Next": "x"}, "x": {"Items": [{"n": 2}], "Next": ""}}

    def call(**given: str) -> dict[str, Any]:
        return pages[given.get("From")]

    assert list(paged(call, "Items", more="Next", asks="From")) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("error", [NotFoundError("NoSuchTagSet"), AwsError("InvalidResourceId")], ids=str)
def test_what_has_no_tags_or_is_not_there_has_none(error: AwsError) -> None:
    def call() -> dict[str, Any]:
        raise error

    assert tags_found(call, "TagSet") == {}


def test_tags_that_may_not_be_read_are_an_error() -> None:
    def call() -> dict[str, Any]:
        raise DeniedError("AccessDenied")

    with pytest.raises(DeniedError):
        tags_found(call, "TagSet")


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
    ],
)
def test_an_arn_is_of_the_partition_of_its_region(
    resource: Callable[[str, str], Resource], region: str, partition: str
) -> None:
    table = resource("dynamodb.table", "orders").model_copy(update={"region": region})

    arn = arn_of(table, "dynamodb", "table/orders")

    assert arn == f"arn:{partition}:dynamodb:{region}:123456789012:table/orders"
