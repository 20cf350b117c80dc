from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from mainstay.cli import app

RUNNER = CliRunner(env={"COLUMNS": "100"})


def test_the_bill_is_shown_by_service_with_and_without_the_free_tier() -> None:
    shown = RUNNER.invoke(app, ["cost"])

    assert shown.exit_code == 0
    assert "DynamoDB" in shown.stdout
    assert "free tier left" in shown.stdout
    assert "without it" in shown.stdout
    assert "us-east-1 as of" in shown.stdout


def test_whoever_wants_to_know_sees_assumptions_and_sources() -> None:
    shown = RUNNER.invoke(app, ["cost", "--all"]).stdout

    assert "cold_share" in shown
    assert "https://aws.amazon.com/cloudwatch/pricing/" in shown


def test_the_document_adds_up_and_says_for_what_case() -> None:
    found = json.loads(RUNNER.invoke(app, ["cost", "--incidents", "250", "--json"]).stdout)

    assert found["case"]["incidents"] == 250
    assert found["dollars"]["this"]["free_tier_left"] == pytest.approx(
        sum(line["cost"] for line in found["lines"]), abs=1e-3
    )
    assert found["dollars"]["idle"]["without_free_tier"] < found["dollars"]["this"]["without_free_tier"]


@pytest.mark.parametrize(
    "options", [["--incidents", "-1"], ["--scan-minutes", "0"], ["--model-share", "2"], ["--log-gb", "x"]]
)
def test_what_cannot_be_is_refused(options: list[str]) -> None:
    assert RUNNER.invoke(app, ["cost", *options]).exit_code == 2
