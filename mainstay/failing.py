"""How commands end when something is wrong: one clear line on standard error, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from pydantic import ValidationError


@contextmanager
def operating() -> Iterator[None]:
    """Errors that we raise on purpose become one line each: 1 where the answer is no, 2 for the rest."""
    from chalicelib.errors import (  # noqa: PLC0415 - the command line starts quickly without
        MainstayError,
        NotAnApproverError,
        PlanChangedError,
        RecordMovedError,
        WrongStateError,
    )

    try:
        yield
    except (NotAnApproverError, PlanChangedError, RecordMovedError, WrongStateError) as error:
        refuse(str(error))
    except MainstayError as error:
        fail(str(error))


def refuse(message: str) -> NoReturn:
    """The answer is no: one line on standard error, and exit code 1."""
    _end(message, 1)


def fail(message: str) -> NoReturn:
    """Usage or input is wrong: one line on standard error, and exit code 2."""
    _end(message, 2)


def fail_over(error: ValidationError) -> NoReturn:
    """The same, for the first option whose value does not fit."""
    first = error.errors(include_url=False, include_input=False)[0]
    why = first["msg"].removeprefix("Value error, ")
    fail(f"--{first['loc'][0]}: {why[:1].lower()}{why[1:]}")


def _end(message: str, code: int) -> NoReturn:
    print(f"mainstay: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201 - it is a command line
    raise typer.Exit(code)
