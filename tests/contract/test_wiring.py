"""infra/wiring.yaml and what is put with the rules say something of each function that events start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from chalice.app import CloudWatchEventConfig, ScheduledEventConfig

from mainstay.deploying.targets import RETRIES
from mainstay.deploying.templates import read_template
from mainstay.infrastructure import PROJECT
from mainstay.permissions import ASYNCHRONOUS

WIRING = PROJECT / "infra" / "wiring.yaml"
CONFIGS = {
    resource["Properties"]["FunctionName"]["Fn::Sub"].removeprefix("${AppName}-${Stage}-"): resource
    for resource in read_template(WIRING.read_text())["Resources"].values()
}


def test_the_template_passes_cfn_lint() -> None:
    linted = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", WIRING], capture_output=True, text=True, check=False
    )

    assert (linted.returncode, linted.stdout) == (0, "")


def test_every_function_that_events_start_has_its_dead_letters() -> None:
    assert CONFIGS.keys() == ASYNCHRONOUS
    queues = [
        one["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]["Fn::Sub"]
        for one in CONFIGS.values()
    ]
    assert all(queue.endswith(":${AppName}-${Stage}-dead-letters") for queue in queues)


@pytest.mark.parametrize("function", sorted(ASYNCHRONOUS))
def test_an_event_is_kept_no_longer_than_lambda_can(function: str) -> None:
    properties = CONFIGS[function]["Properties"]

    assert 60 <= properties["MaximumEventAgeInSeconds"] <= 21_600
    assert properties["MaximumRetryAttempts"] in {0, 1, 2}


def test_every_rule_of_the_app_has_its_retry() -> None:
    from app import app  # noqa: PLC0415 - reads the environment

    rules = {
        source.name
        for source in app.event_sources
        if isinstance(source, CloudWatchEventConfig | ScheduledEventConfig)
    }

    assert rules == RETRIES.keys()
