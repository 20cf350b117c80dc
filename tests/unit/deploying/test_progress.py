from __future__ import annotations

from io import StringIO
from itertools import count

import pytest
from rich.console import Console

from mainstay.deploying.progress import SHOWN, Progress


@pytest.fixture
def shown() -> StringIO:
    return StringIO()


@pytest.fixture
def progress(shown: StringIO) -> Progress:
    seconds = count(0, 2)
    return Progress(Console(file=shown, width=40), clock=lambda: float(next(seconds)))


def test_a_step_is_shown_with_its_time_and_changes(progress: Progress, shown: StringIO) -> None:
    with progress.step("infra stack") as one:
        one.changes = ["create a queue whose name is longer than the terminal is wide"]

    assert shown.getvalue().splitlines() == [
        "infra stack                          1 change        2.0 s",
        "    create a queue whose name is longer than the terminal is wide",
    ]
    assert progress.changed


def test_many_changes_are_counted_on_a_terminal_and_all_in_json(progress: Progress, shown: StringIO) -> None:
    with progress.step("infra stack") as one:
        one.changes = [f"create {number}" for number in range(SHOWN + 3)]

    assert shown.getvalue().splitlines()[-1] == "    and 3 more"
    assert len(progress.done[0].document()["changes"]) == SHOWN + 3


def test_nothing_to_do_is_said(progress: Progress, shown: StringIO) -> None:
    with progress.step("mode"):
        pass

    assert "unchanged" in shown.getvalue()
    assert not progress.changed


def test_the_step_that_failed_is_named(progress: Progress, shown: StringIO) -> None:
    with pytest.raises(RuntimeError), progress.step("wiring stack"):
        raise RuntimeError

    assert shown.getvalue().split() == ["wiring", "stack", "failed", "2.0", "s"]
    assert progress.done == []
