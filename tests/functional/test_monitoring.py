"""What a stage writes is what its dashboards and alarms look for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.incidents.model import State
from mainstay.monitoring.__main__ import PATH
from mainstay.monitoring.alarms import ALARMS
from mainstay.world import STAGE
from tests.functional.scene import Scene

EXPECTED = {"Signals", "Judged", "Decisions", "StageSeconds", "HealthySeconds", "Ended", "OpenSeconds"}
"""What one incident that is healed, and one that waits for an answer while it is swept, write."""


@pytest.fixture
def cloudwatch(scene: Scene) -> Iterator[Any]:
    """CloudWatch, with the monitoring of the stage in it."""
    client = scene.world.aws.client("cloudformation")
    client.create_stack(
        StackName="monitoring",
        TemplateBody=PATH.read_text(),
        Parameters=[{"ParameterKey": "Stage", "ParameterValue": STAGE}],
    )
    assert client.describe_stacks(StackName="monitoring")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    yield scene.world.aws.client("cloudwatch")
    client.delete_stack(StackName="monitoring")


def _written(scene: Scene) -> list[dict[str, Any]]:
    """Every line of metrics, oldest first."""
    lines = scene.world.log_file.read_text().splitlines()
    return [found for line in lines if "_aws" in (found := json.loads(line))]


def _searches(cloudwatch: Any) -> list[tuple[str, set[str], dict[str, str]]]:
    """Metric, dimensions, and the values that are asked for, of every search on the dashboards."""
    bodies = [
        json.loads(cloudwatch.get_dashboard(DashboardName=f"mainstay-{STAGE}-{name}")["DashboardBody"])
        for name in ("on-call", "owner")
    ]
    expressions = [
        line[0]["expression"]
        for body in bodies
        for widget in body["widgets"]
        for line in widget["properties"].get("metrics", [])
        if isinstance(line[0], dict)
    ]
    found = [re.search(r"\{Mainstay,([\w,]+)\} MetricName=\"(\w+)\"(.*)', '", one) for one in expressions]
    return [
        (one[2], set(one[1].split(",")), dict(re.findall(r' (\w+)="([^"]*)"', one[3])))
        for one in found
        if one
    ]


def test_dashboards_find_what_an_incident_writes(scene: Scene, cloudwatch: Any) -> None:
    healed, waiting = scene.make_parameter("sure"), scene.make_parameter("asks")
    scene.tamper(healed)
    scene.tamper(waiting)
    assert scene.story(healed).incident.state is State.COMPLETED
    scene.waits(waiting)
    scene.world.sweep()

    searches, unseen = _searches(cloudwatch), set()
    written = _written(scene)
    for line in written:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        (dimensions,), (metric,) = directive["Dimensions"], directive["Metrics"]
        assert directive["Namespace"] == "Mainstay"
        seen = [
            asked
            for name, by, asked in searches
            if name == metric["Name"] and by == set(dimensions) and asked.items() <= line.items()
        ]
        if not seen:
            unseen.add((metric["Name"], *(line[name] for name in sorted(dimensions))))

    assert unseen == set()
    assert {line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] for line in written} >= EXPECTED


def test_each_incident_that_is_open_has_its_age_written_by_the_sweep(scene: Scene) -> None:
    asked = scene.make_parameter("asks")
    scene.tamper(asked)
    scene.waits(asked)
    before = len(_written(scene))
    scene.world.sweep()

    ages = [
        line
        for line in _written(scene)[before:]
        if "OpenSeconds" in line and line["State"] == "AWAITING_APPROVAL"
    ]
    assert len(ages) == len(list(scene.world.team.index.all_in_state(State.AWAITING_APPROVAL)))
    assert all(line["Stage"] == STAGE for line in ages)


def test_alarms_are_made_with_their_names_and_without_a_model_none_on_it(cloudwatch: Any) -> None:
    made = {one["AlarmName"] for one in cloudwatch.describe_alarms()["MetricAlarms"]}
    assert made >= {f"mainstay-{STAGE}-{one.name}" for one in ALARMS if not one.condition}
    assert f"mainstay-{STAGE}-model-budget" not in made
