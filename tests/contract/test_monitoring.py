"""Dashboards and alarms name only what is there, and everything that is there is somewhere to be seen."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.telemetry import METRICS
from mainstay.deploying.templates import read_template
from mainstay.infrastructure import LONGEST_TEMPLATE
from mainstay.monitoring.__main__ import PATH, main
from mainstay.monitoring.alarms import ALARMS, DAY
from mainstay.monitoring.series import OF_AWS
from mainstay.permissions import ASYNCHRONOUS
from mainstay.policies import AUTHORIZERS, FUNCTIONS
from tests.contract.documents import Document
from tests.contract.source import ROOT, shipped

UNSEEN: dict[str, str] = {}
"""Metrics that are on no dashboard, each with the reason."""

TEMPLATE = read_template(PATH.read_text())
INFRA = (ROOT / "infra" / "mainstay.yaml").read_text()


def _widgets() -> Iterator[dict[str, Any]]:
    for resource in TEMPLATE["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Dashboard":
            yield from json.loads(resource["Properties"]["DashboardBody"]["Fn::Sub"])["widgets"]


def _lines() -> Iterator[list[Any]]:
    for widget in _widgets():
        yield from widget["properties"].get("metrics", [])


def _expressions() -> list[str]:
    return [line[0]["expression"] for line in _lines() if isinstance(line[0], dict)]


def _searched() -> Iterator[tuple[str, tuple[str, ...], set[str]]]:
    """Metric, the dimensions whose series are searched, and those that are asked for by value."""
    for expression in _expressions():
        found = re.fullmatch(
            r"(?:SUM|MAX)?\(?SEARCH\('\{Mainstay,([\w,]+)\} MetricName=\"(\w+)\"(.*)', '\w+'\)\)?", expression
        )
        assert found, expression
        yield found[2], tuple(found[1].split(",")), set(re.findall(r" (\w+)=", found[3]))


# -- the file -----------------------------------------------------------------------------------


def test_the_file_is_what_the_code_makes() -> None:
    assert main(["--check"]) == 0


def test_the_template_passes_cfn_lint_and_can_be_sent() -> None:
    linted = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", PATH], capture_output=True, text=True, check=False
    )

    assert (linted.returncode, linted.stdout) == (0, "")
    assert len(PATH.read_bytes()) <= LONGEST_TEMPLATE


# -- our own metrics ----------------------------------------------------------------------------


def test_every_metric_of_ours_on_a_dashboard_is_written_with_these_dimensions() -> None:
    for metric, searched, asked in _searched():
        assert metric in METRICS
        assert searched == ("Stage", *METRICS[metric].dimensions)
        assert {"Stage"} <= asked <= set(searched)


def test_every_metric_of_ours_is_on_a_dashboard_or_has_a_reason_not_to_be() -> None:
    seen = {metric for metric, _, _ in _searched()}

    assert seen | UNSEEN.keys() == METRICS.keys()
    assert not seen & UNSEEN.keys()


def test_every_metric_of_ours_in_an_alarm_is_written_with_these_dimensions() -> None:
    queries = [one.watches for one in ALARMS if isinstance(one.watches, str)]
    assert queries
    for asked in queries:
        found = re.fullmatch(
            r"SELECT \w+\((\w+)\) FROM SCHEMA\(\"Mainstay\", ([\w, ]+)\) WHERE Stage = '\$\{Stage\}'"
            r"(?: AND (\w+) != '\w+')?",
            asked,
        )
        assert found, asked
        assert tuple(found[2].split(", ")) == ("Stage", *METRICS[found[1]].dimensions)
        assert found[3] in {None, *METRICS[found[1]].dimensions}


def _counted() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Where a metric is counted, which, and by what."""
    for module in shipped().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("telemetry.count"):
                (name, *_) = node.args
                assert isinstance(name, ast.Constant), f"{module.path}:{node.lineno}: say which metric"
                yield f"{module.path}:{node.lineno}", name.value, tuple(str(one.arg) for one in node.keywords)


def test_every_value_is_counted_by_the_dimensions_of_its_metric() -> None:
    counted = list(_counted())

    assert {
        where: (metric, by) for where, metric, by in counted if set(by) != set(METRICS[metric].dimensions)
    } == {}
    assert {metric for _, metric, _ in counted} == METRICS.keys()


# -- metrics of AWS -----------------------------------------------------------------------------


def _series_of_aws() -> Iterator[tuple[str, str, dict[str, str]]]:
    for line in _lines():
        if isinstance(line[0], str):
            yield line[0], line[1], dict(zip(line[2:-1:2], line[3:-1:2], strict=True))
    for alarm in ALARMS:
        if not isinstance(alarm.watches, str):
            yield from ((one.namespace, one.metric, dict(one.dimensions)) for one in alarm.watches)


def test_every_metric_of_aws_is_one_of_something_that_is_ours() -> None:
    names = {"FunctionName": "${AppName}-${Stage}-", "LogGroupName": "/aws/lambda/${AppName}-${Stage}-"}
    for namespace, metric, dimensions in _series_of_aws():
        assert metric in OF_AWS[namespace].metrics
        for name, value in dimensions.items():
            if name in names:
                assert value.removeprefix(names[name]) in FUNCTIONS
            elif name not in {"ApiName", "Stage", "ModelId"}:
                assert f"'{value.rpartition(':')[2]}'" in INFRA, f"no {name} {value}"


# -- alarms -------------------------------------------------------------------------------------

ENDS_IN = {
    **dict.fromkeys(ASYNCHRONOUS, "dead-letters"),
    **dict.fromkeys(FUNCTIONS.keys() - ASYNCHRONOUS - {"api_handler"}, "workflow-failed"),
    **dict.fromkeys(["api_handler", *AUTHORIZERS], "api-failing"),
}
"""Which alarm tells of a function that fails: its dead letter, its execution, its answer."""


def test_whichever_function_fails_an_alarm_tells() -> None:
    assert ENDS_IN.keys() == FUNCTIONS.keys() | AUTHORIZERS.keys()
    assert set(ENDS_IN.values()) <= {one.name for one in ALARMS}


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda one: one.name)
def test_an_alarm_leads_to_the_runbook_and_is_explained_there(alarm: Any) -> None:
    runbook = Document("docs/runbook.md")

    assert alarm.section in runbook.anchors
    assert f"`{alarm.name}`" in {row[0] for row in runbook.rows("## Alarms on Mainstay itself")}


def _alarms() -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in TEMPLATE["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def test_alarms_go_to_people_when_they_begin_and_when_they_end() -> None:
    for properties in _alarms().values():
        assert properties["AlarmActions"] == properties["OKActions"]
        assert properties["AlarmActions"][0]["Fn::If"][2]["Fn::Sub"].endswith(":${AppName}-${Stage}-people")


def test_silence_is_wrong_only_for_what_should_always_be_heard() -> None:
    loud = {one.name for one in ALARMS if one.silence == "breaching"}

    assert loud == {"scans-missed", "sweep-missed"}


def test_alarms_look_back_no_further_than_cloudwatch_lets_them() -> None:
    assert all(one.seconds * one.periods <= DAY and one.among <= one.periods for one in ALARMS)
