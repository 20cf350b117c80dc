"""The CPU of the handler: a handful of events, with an AWS that answers in the process."""

from __future__ import annotations

import os

from bench.event_handler import measure_handler, measure_on_embedded_aws, tables
from bench.events import stop_instance_event
from bench.offline import offline


def test_the_handler_and_boto3_alone_are_measured_side_by_side() -> None:
    document = measure_handler(events=3, embedded_events=0)

    assert document["handler"]["events"] == document["boto3_alone"]["events"] == 3
    assert document["handler"]["median"] > 0
    assert document["handler_on_embedded_aws"] is None
    assert len(list(tables(document))) == 2


def test_the_handler_is_measured_on_embedded_aws() -> None:
    spent = measure_on_embedded_aws(2)

    assert len(spent) == 2
    assert min(spent) > 0


def test_each_event_opens_an_incident_by_two_calls() -> None:
    with offline() as aws:
        answer = aws.on_resource_event(stop_instance_event(7), None)

        assert [one["how"] for one in answer["incidents"]] == ["opened"]
        assert aws.asked.keys() == {"TransactWriteItems", "StartExecution"}


def test_the_environment_is_as_before() -> None:
    before = dict(os.environ)

    with offline():
        assert os.environ["MAINSTAY_STAGE"]

    assert dict(os.environ) == before
