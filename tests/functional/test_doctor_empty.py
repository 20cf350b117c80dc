"""An account that has nothing of Mainstay, and a machine that has no account."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from mainstay.cli import app
from mainstay.embedded.aws import EmbeddedAws


@pytest.fixture(scope="module")
def account(new_world: None) -> Iterator[EmbeddedAws]:  # noqa: ARG001 - other worlds are closed first
    with EmbeddedAws() as aws:
        yield aws


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", "--stage", "prod", *arguments], env={"COLUMNS": "80"})


@pytest.mark.usefixtures("account")
def test_an_empty_account_lacks_a_deployment_and_a_trail() -> None:
    shown = _run("--json")

    found = {
        one["check"]: [finding["level"] for finding in one["findings"]]
        for one in json.loads(shown.stdout)["checks"]
    }
    assert shown.exit_code == 1
    assert found == {"credentials": ["ok"], "stacks": ["fail"], "trail": ["fail"], "recovery": ["warn"]}


@pytest.mark.usefixtures("account")
def test_without_credentials_there_is_one_line_and_nothing_to_look_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    shown = _run()

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "no AWS credentials are found" in shown.stderr


@pytest.mark.usefixtures("account")
def test_without_a_region_there_is_nothing_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    shown = _run()

    assert (shown.exit_code, "no region is known: pass --region" in shown.stderr) == (2, True)
