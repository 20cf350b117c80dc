"""Scan requests, as many in one call as it takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.clients import Aws
from chalicelib.aws.scan_topic import ScanTopic
from chalicelib.errors import UnreachableError
from chalicelib.incidents.alert import AlertSource, Subject
from chalicelib.prediction.requests import LogScan, MetricScan, read_request
from tests.unit.aws.making import REGION
from tests.unit.incidents.alerts import a_series

TOPIC = "arn:aws:sns:eu-west-1:111122223333:mainstay-prod-scans"
SNS_LIMIT = 262_144


class FakeSns(Aws):
    """Takes every message but those that it refuses, by the number of the call."""

    def __init__(self, refused: frozenset[int] = frozenset()) -> None:
        super().__init__(region=REGION)
        self._refused = refused
        self.batches: list[list[str]] = []

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert (service, operation, parameters["TopicArn"]) == ("sns", "publish_batch", TOPIC)
        entries = parameters["PublishBatchRequestEntries"]
        assert 1 <= len({entry["Id"] for entry in entries}) == len(entries) <= 10
        assert sum(len(entry["Message"].encode()) for entry in entries) <= SNS_LIMIT
        self.batches.append([entry["Message"] for entry in entries])
        ids = [{"Id": entry["Id"]} for entry in entries]
        bad = 1 if len(self.batches) in self._refused else 0
        return {"Successful": ids[bad:], "Failed": ids[:bad]}


def a_scan(name: str) -> LogScan:
    return LogScan(subject=Subject(source=AlertSource.LOGS, name=name))


def test_ten_go_in_one_call_and_each_arrives_as_it_was() -> None:
    sns = FakeSns()
    scans = [a_scan(f"/app/{number}") for number in range(25)]
    assert ScanTopic(sns, TOPIC).send(scans) == 25
    assert [len(batch) for batch in sns.batches] == [10, 10, 5]
    assert [read_request(text) for batch in sns.batches for text in batch] == scans


def test_of_nothing_nothing_is_sent() -> None:
    sns = FakeSns()
    assert ScanTopic(sns, TOPIC).send([]) == 0
    assert sns.batches == []


@given(st.lists(st.integers(1, 120_000), max_size=25))
def test_a_call_is_never_larger_than_sns_takes(sizes: list[int]) -> None:
    sns = FakeSns()
    scans = [a_scan("ö" * (size // 2)) for size in sizes]
    assert ScanTopic(sns, TOPIC).send(scans) == len(sizes)
    assert [read_request(text) for batch in sns.batches for text in batch] == scans


def test_a_full_batch_of_series_fits_into_a_call() -> None:
    series = a_series(dimensions={f"dimension-{number}": "v" * 256 for number in range(10)})
    sns = FakeSns()
    ScanTopic(sns, TOPIC).send([MetricScan(series=(series,) * 40)] * 3)
    assert sum(len(batch) for batch in sns.batches) == 3


def test_what_sns_refuses_is_an_error_after_everything_else_was_sent() -> None:
    sns = FakeSns(refused=frozenset({1}))
    with pytest.raises(UnreachableError, match="took 24 scan requests and left 1"):
        ScanTopic(sns, TOPIC).send(a_scan(f"/app/{number}") for number in range(25))
    assert len(sns.batches) == 3
