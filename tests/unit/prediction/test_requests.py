"""What a scan is asked for, as a message."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import InvalidEventError
from chalicelib.prediction.requests import MOST_SERIES, LogScan, MetricScan, read_request
from tests.unit.incidents.alerts import CHECKOUT, a_series


@pytest.mark.parametrize(
    "request_",
    [LogScan(subject=CHECKOUT, teach=False), MetricScan(series=(a_series(), a_series(limit=None)))],
    ids=["logs", "metrics"],
)
def test_a_request_comes_back_from_its_message_as_it_was(request_: LogScan | MetricScan) -> None:
    assert read_request(request_.model_dump_json()) == request_
    assert read_request(request_.model_dump(mode="json")) == request_


_SUBJECT = CHECKOUT.model_dump(mode="json")
_SERIES = a_series().model_dump(mode="json")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "not JSON",
        "null",
        "[]",
        "[" * 100_000,
        {"kind": "traces"},
        {"kind": "logs"},
        {"kind": "logs", "subject": _SUBJECT, "limit": 3},
        {"subject": _SUBJECT},
        {"kind": "metrics", "series": []},
        {"kind": "metrics", "series": [_SERIES] * (MOST_SERIES + 1)},
        {"kind": "metrics", "series": [_SERIES | {"period_seconds": 1}]},
        None,
        7,
    ],
    ids=lambda message: str(message)[:40],
)
def test_whatever_else_comes_is_named_as_no_request(message: Any) -> None:
    with pytest.raises(InvalidEventError, match="no scan request"):
        read_request(message)
