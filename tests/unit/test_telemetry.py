from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from chalicelib.telemetry import METRICS, NAMESPACE, Telemetry


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def telemetry(stream: io.StringIO) -> Telemetry:
    return Telemetry(stage="test", stream=stream)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_log_line_is_one_json_object_with_its_facts(telemetry: Telemetry, stream: io.StringIO) -> None:
    telemetry.log("swept\nthis time", ended=2)
    telemetry.warn("met an error", error="DeniedError")
    first, second = _lines(stream)
    assert (first["message"], first["level"], first["ended"]) == ("swept\nthis time", "INFO", 2)
    assert (second["level"], second["error"]) == ("WARNING", "DeniedError")
    assert first["service"] == "mainstay-test"


def test_everything_said_about_an_incident_carries_its_id(telemetry: Telemetry, stream: io.StringIO) -> None:
    telemetry.log("before")
    with telemetry.about("inc-1"):
        telemetry.log("inside")
        telemetry.count("Judged", Judge="rules")
        with telemetry.about("inc-2"):
            telemetry.log("further inside")
        telemetry.warn("inside again")
    telemetry.log("after")
    ids = [line.get("incident_id") for line in _lines(stream)]
    assert ids == [None, "inc-1", "inc-1", "inc-2", "inc-1", None]


def test_the_id_is_forgotten_when_a_task_fails(telemetry: Telemetry, stream: io.StringIO) -> None:
    with pytest.raises(ValueError, match="broken"), telemetry.about("inc-1"):
        raise ValueError("broken")
    telemetry.log("after")
    assert "incident_id" not in _lines(stream)[0]


def test_incidents_at_once_do_not_mix_their_ids(telemetry: Telemetry, stream: io.StringIO) -> None:
    ready = Barrier(8)

    def work(number: int) -> None:
        with telemetry.about(f"inc-{number}"):
            ready.wait()
            for _ in range(20):
                telemetry.log(f"about {number}")

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(work, range(8)))
    lines = _lines(stream)
    assert len(lines) == 160
    assert all(line["message"] == f"about {line['incident_id'].removeprefix('inc-')}" for line in lines)


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_written_in_the_form_that_cloudwatch_reads(
    telemetry: Telemetry, stream: io.StringIO, metric: str
) -> None:
    telemetry.count(metric, 2.5, State="COMPLETED")
    (line,) = _lines(stream)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    assert directive["Metrics"] == [{"Name": metric, "Unit": METRICS[metric].unit.value}]
    assert sorted(directive["Dimensions"][0]) == ["Stage", "State"]
    assert (line["Stage"], line["State"]) == ("test", "COMPLETED")
    assert line[metric] in (2.5, [2.5])
    assert line["_aws"]["Timestamp"] > 1_700_000_000_000


def test_an_incidents_id_is_no_dimension_or_each_would_cost_a_metric_of_its_own(
    telemetry: Telemetry, stream: io.StringIO
) -> None:
    with telemetry.about("inc-1"):
        telemetry.count("Ended", State="FAILED")
    (line,) = _lines(stream)
    assert line["incident_id"] == "inc-1"
    assert "incident_id" not in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]


def test_a_metric_that_nobody_declared_is_an_error(telemetry: Telemetry) -> None:
    with pytest.raises(KeyError):
        telemetry.count("Bananas")


@pytest.fixture
def streams() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    first, second = io.StringIO(), io.StringIO()
    yield first, second
    second.close()


def test_what_is_made_later_writes_where_it_was_told_to(streams: tuple[io.StringIO, io.StringIO]) -> None:
    first, second = streams
    Telemetry(stage="test", stream=first).log("one")
    first.close()
    Telemetry(stage="test", stream=second).log("two")
    assert [line["message"] for line in _lines(second)] == ["two"]
