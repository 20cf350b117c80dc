from __future__ import annotations

from pathlib import Path

import pytest

from bench.package import BARE, EVENT, programs, run_isolated, tables
from mainstay.policies import FUNCTIONS


def test_every_function_is_measured_beside_python_and_chalice_alone() -> None:
    assert programs().keys() == {*BARE, *FUNCTIONS, EVENT}


def test_a_program_sees_the_folder_and_nothing_that_is_installed(tmp_path: Path) -> None:
    (tmp_path / "ours.py").write_text("")
    path = BARE["Python alone"].split("0;")[0]

    assert run_isolated(f"{path}import ours, boto3", tmp_path) > 0
    with pytest.raises(RuntimeError, match="exit status 1"):
        run_isolated(f"{path}import pydantic", tmp_path)


def test_sizes_and_times_are_two_tables() -> None:
    document = {"runs": 1, "megabytes": {"arm64, iam": 6.5}, "cpu_ms": {"sweep": 100.0}}

    assert len(list(tables(document))) == 2
