"""AWS for whoever only looks: what is no read is refused here, whatever the credentials may do."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.clients import Aws
from chalicelib.errors import PermanentError, UnreachableError

READS = ("batch_get_", "describe_", "get_", "head_", "list_", "simulate_")
"""How operations begin that change nothing."""

ALSO_READS = frozenset({"converse", "query"})
"""Operations that change nothing, whatever their names; a model is asked only when that is wished."""


class NotAReadError(PermanentError):
    """An examination was about to change something."""


def require_read(service: str, operation: str) -> None:
    """NotAReadError for whatever is none."""
    if operation not in ALSO_READS and not operation.startswith(READS):
        raise NotAReadError(f"{service}:{operation} is no read")


class ReadingAws(Aws):
    """One region's AWS, which answers and is never changed."""

    def _call(
        self, service: str, operation: str, parameters: dict[str, Any], *, once: bool
    ) -> dict[str, Any]:
        require_read(service, operation)
        from botocore.parsers import ResponseParserError  # noqa: PLC0415 - a slow import, as in Aws itself

        try:
            return super()._call(service, operation, parameters, once=once)
        except ResponseParserError as error:
            raise UnreachableError(f"{service}:{operation} answered what is no answer of AWS") from error
