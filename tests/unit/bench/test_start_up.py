"""The CPU of fresh processes: one run of each program."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.start_up import PROGRAMS, measure_start_up, run_fresh, tables


def test_every_program_is_measured_with_and_without_bytecode() -> None:
    document = measure_start_up(1)

    assert document["programs"].keys() == PROGRAMS.keys()
    bare, app = document["programs"]["Python alone"], document["programs"]["import app"]
    assert min(*bare.values(), *app.values()) > 0
    assert len(list(tables(document))) == 1


def test_a_program_that_fails_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="exit status 3"):
        run_fresh("raise SystemExit(3)", tmp_path)


def test_bytecode_is_kept_only_where_asked_for(tmp_path: Path) -> None:
    run_fresh("import chalicelib.errors", tmp_path)
    before = list(tmp_path.rglob("*.pyc"))
    run_fresh("import chalicelib.errors", tmp_path, keep=True)

    assert before == []
    assert any(path.name.startswith("errors.") for path in tmp_path.rglob("*.pyc"))
