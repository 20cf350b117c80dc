from __future__ import annotations

import pytest
import typer

from chalicelib import errors
from mainstay.failing import operating


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.WrongStateError("it is over"), 1),
        (errors.PlanChangedError("it is over"), 1),
        (errors.RecordMovedError("it is over"), 1),
        (errors.NotAnApproverError("it is over"), 1),
        (errors.UnknownIncidentError("it is over"), 2),
        (errors.InvalidSettingsError("it is\nover"), 2),
        (errors.UnreachableError("it is over"), 2),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_an_error_is_one_line_and_says_by_the_exit_code_whose_it_is(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, operating():
        raise error
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == "mainstay: it is over\n"


def test_what_nobody_meant_to_raise_is_no_line() -> None:
    with pytest.raises(ZeroDivisionError), operating():
        raise ZeroDivisionError
