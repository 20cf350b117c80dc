from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.resources import RESOURCE_TYPES
from chalicelib.resources.model import ApiCall
from chalicelib.resources.requests import after_arn, items, member, names_in

CALLS = {f"{c.event_source}/{c.event_name}": c for kind in RESOURCE_TYPES.values() for c in kind.api_calls}

KEYS = st.sampled_from(
    [
        "instancesSet",
        "items",
        "instanceId",
        "dBInstanceIdentifier",
        "functionName",
        "qualifier",
        "tableName",
        "bucketName",
        "PublicAccessBlockConfiguration",
        "name",
        "names",
    ]
)
ANY_TEXT = st.text(max_size=20) | st.sampled_from(
    ["arn:", "arn:aws:lambda:us-east-1:123456789012:function:f:1", "i-0abc", "\ud800", "a:b:c", "/a", ""]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@given(parameters=ANY_JSON)
def test_whatever_a_caller_wrote_gives_a_list_of_names(call: ApiCall, parameters: Any) -> None:
    names = call.resource_ids(parameters)

    assert isinstance(names, list)
    assert all(isinstance(name, str) and 0 < len(name) <= 1011 and name.isascii() for name in names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize(
    "parameters", [{}, None, [], "text", {"name": None}, {"names": "one"}, {"bucketName": 7}]
)
def test_what_is_missing_or_of_another_type_names_nothing(call: ApiCall, parameters: Any) -> None:
    assert call.resource_ids(parameters) == []


def test_a_path_ends_where_a_step_is_missing() -> None:
    assert member({"a": {"b": 1}}, "a", "b") == 1
    assert member({"a": 5}, "a", "b") is None
    assert items({"a": {"items": [1]}}, "a", "items") == [1]
    assert items({"a": {"items": "1"}}, "a", "items") == []


def test_names_come_once_each_and_in_order() -> None:
    assert names_in(["b", "a", "b", 3, None, "B!"], re.compile("[a-z]")) == ["b", "a"]


@pytest.mark.parametrize(
    ("given_value", "named"),
    [
        ("arn:aws:dynamodb:us-east-1:123456789012:table/orders", "table/orders"),
        ("arn:aws:lambda:us-east-1:123456789012:function:f:7", "function:f:7"),
        ("arn:aws", ""),
        ("orders", "orders"),
        (None, None),
    ],
)
def test_an_arn_is_stripped_to_what_it_names(given_value: object, named: object) -> None:
    assert after_arn(given_value) == named
