"""One account for the trials of a test file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functional.faults.runs import Laboratory, open_laboratory


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    with open_laboratory() as laboratory:
        yield laboratory
