from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from mainstay.cli import app


def _commands(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command as it is typed, those in groups too."""
    for name, command in group.commands.items():
        words = (*above, name)
        if hasattr(command, "commands"):
            yield from _commands(command, words)
        else:
            yield words


@pytest.mark.parametrize("words", _commands(get_command(app)), ids=" ".join)
def test_the_help_of_every_command_shows_an_example_of_it(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert f"Example: mainstay {' '.join(words)}" in shown.stdout


def test_the_version_is_said() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.stdout.split()[0]) == (0, "mainstay")


def test_an_unknown_option_is_a_usage_error() -> None:
    assert CliRunner().invoke(app, ["incidents", "--no-such-option"]).exit_code == 2


def test_the_command_line_comes_up_without_what_only_some_commands_need() -> None:
    look = "import sys, mainstay.cli; print(*sys.modules)"
    came_up = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert not {"moto", "boto3", "botocore", "chalice", "pydantic", "jinja2"} & set(came_up.stdout.split())


def test_a_shell_completes_states() -> None:
    asked = {
        "_MAINSTAY_COMPLETE": "complete_bash",
        "COMP_WORDS": "mainstay incidents --state AWAIT",
        "COMP_CWORD": "3",
    }
    done = subprocess.run(
        [sys.executable, "-c", "from mainstay.cli import app; app(prog_name='mainstay')"],
        env=asked,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["AWAITING_APPROVAL"]
