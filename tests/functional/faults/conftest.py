"""One account for the trials of a test file, and numbers for who wants to see them (``pytest -rP``)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functional.faults.runs import Laboratory, Report, Tally, open_laboratory


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    with open_laboratory() as laboratory:
        yield laboratory


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Shows a tally in the captured output of a test."""

    def show(tally: Tally) -> None:
        print(request.node.name, tally)  # noqa: T201 - for the test's report

    return show
