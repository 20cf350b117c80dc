from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from chalicelib.errors import DeniedError, MainstayError, UnreachableError
from mainstay.cli import app
from mainstay.deploying.commands import deploying
from mainstay.deploying.deploy import NEEDED, Order, deploy
from mainstay.deploying.errors import FailedError, UnusableError
from mainstay.deploying.progress import Progress
from mainstay.deploying.target import Target
from tests.contract.source import ROOT
from tests.unit.deploying.conftest import ScriptedAws


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command where there are no credentials."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    return lambda *words: CliRunner().invoke(app, [*words, "--region", "us-east-1"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["deploy", "--stage", "Prod"], "mainstay: 'Prod' is no stage"),
        (["deploy", "--stage", "prod"], "mainstay: no AWS credentials are found"),
        (["deploy", "--stage", "prod", "--parameter", "Poll"], "mainstay: 'Poll' is no parameter"),
        (["destroy", "--stage", "prod", "--yes"], "mainstay: no AWS credentials are found"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_exit_code_2(
    run: Callable[..., Result], words: list[str], said: str
) -> None:
    done = run(*words)

    assert done.exit_code == 2
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnusableError("x"), 2),
        (FailedError("x"), 1),
        (DeniedError("AccessDenied", "x"), 1),
        (UnreachableError("x"), 1),
    ],
)
def test_who_has_to_act_is_in_the_exit_code(error: MainstayError, code: int) -> None:
    from typer import Exit  # noqa: PLC0415

    with pytest.raises(Exit) as ended, deploying():
        raise error

    assert ended.value.exit_code == code


def test_destroy_asks_nobody_who_cannot_answer() -> None:
    done = CliRunner().invoke(app, ["destroy", "--stage", "prod", "--region", "us-east-1"])

    assert (done.exit_code, done.stderr) == (2, "mainstay: nobody can be asked here: pass --yes\n")


@pytest.mark.parametrize("missing", NEEDED)
def test_half_a_checkout_is_refused_before_aws_is_asked(
    tmp_path: Path, target: Target, aws: ScriptedAws, missing: str
) -> None:
    for name in set(NEEDED) - {missing}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)

    with pytest.raises(UnusableError, match=f"{missing} is missing: deploy from a whole checkout"):
        deploy(Order(tmp_path), target, Progress(Console(quiet=True)))

    assert aws.calls == []
