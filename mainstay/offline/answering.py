"""How a command on files ends: whatever happens, with an exit code and no traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from chalicelib.errors import MainstayError


@contextmanager
def answering() -> Iterator[None]:
    """One line on standard error and exit code 2 for an error of ours; a reader that left is no error."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError as error:
        # What is still buffered would be written at exit, and fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from error
    except MainstayError as error:
        print(f"mainstay: {error}", file=sys.stderr)  # noqa: T201 - it is a command line
        raise typer.Exit(2) from error
