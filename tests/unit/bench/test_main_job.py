"""Counting the calls of an incident, and saying why there are so many. Plays one scenario on embedded AWS."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Any

from rich.console import Console

from bench.main_job import count_calls, explain_above, explain_largest, summarize, tables
from mainstay.demo.scenarios import SCENARIOS
from mainstay.embedded.calls import AwsCall


def _calls(*lines: tuple[str, int, str]) -> list[AwsCall]:
    """Function, run, and ``service Operation``."""
    return [
        AwsCall(
            at=datetime(2026, 9, 14, tzinfo=UTC),
            function=function,
            run=run,
            incident_id="inc-1",
            service=called.split()[0],
            operation=called.split()[1],
        )
        for function, run, called in lines
    ]


def _incident(name: str, calls: list[AwsCall], *, healed: bool = True) -> dict[str, Any]:
    return {"scenario": name, "what": "it broke", "healed_by_api": healed, **summarize(calls)}


def test_only_the_run_that_started_the_workflow_counts_until_its_start() -> None:
    found = summarize(
        _calls(
            ("on_resource_event", 1, "dynamodb TransactWriteItems"),
            ("on_resource_event", 2, "dynamodb TransactWriteItems"),
            ("on_resource_event", 1, "stepfunctions StartExecution"),
            ("detect_incident", 3, "ec2 DescribeInstances"),
        )
    )

    assert (found["calls"], found["to_started_workflow"]) == (4, 2)
    assert found["by_task"]["on_resource_event"] == {
        "runs": 2,
        "calls": {"dynamodb TransactWriteItems": 2, "stepfunctions StartExecution": 1},
    }


def test_an_incident_whose_workflow_never_started_has_no_such_number() -> None:
    assert summarize(_calls(("detect_incident", 1, "ec2 DescribeInstances")))["to_started_workflow"] is None


def test_the_largest_is_explained_beside_the_leanest() -> None:
    lean = _incident("lean", _calls(("detect_incident", 1, "ec2 DescribeInstances")))
    large = _incident(
        "large", _calls(*[("detect_incident", run, "ec2 DescribeInstances") for run in range(4)])
    )

    found = explain_largest([lean, large])

    assert found is not None
    assert found["incident"] == "large: it broke"
    assert found["why"] == "3 more by detect_incident (4 runs: 4 ec2 DescribeInstances)"


def test_only_what_an_api_action_healed_can_be_above_the_target() -> None:
    many = _calls(*[("run_action", 1, "ec2 DescribeInstances")] * 21)
    enough = _calls(*[("run_action", 1, "ec2 DescribeInstances")] * 20)

    found = explain_above(
        [
            _incident("above", many),
            _incident("at", enough),
            _incident("terraform", many, healed=False),
        ]
    )

    assert [one["incident"] for one in found] == ["above: it broke"]


def test_a_scenario_is_played_counted_and_shown() -> None:
    document = count_calls([SCENARIOS["parameter"]])

    (found,) = document["incidents"]
    assert (found["ended"], found["healed_by_api"], found["problem"]) == ("COMPLETED", True, "")
    assert found["by_task"]["learn_outcome"]["calls"] == {"dynamodb TransactWriteItems": 1}
    assert found["calls"] == sum(sum(task["calls"].values()) for task in found["by_task"].values())
    shown = Console(width=200, file=StringIO())
    for part in tables(document):
        shown.print(part)
    assert "parameter: an endpoint" in shown.file.getvalue()  # type: ignore[attr-defined]
