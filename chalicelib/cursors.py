"""Where a list goes on, as one opaque text that only fits the list that it was made for.

It is no secret and no key: whoever makes one up gets no more than a list that begins elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationError

from chalicelib.errors import WrongFieldError
from chalicelib.incidents.base import Record, digest_of

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _instant(value: object) -> object:
    """Pydantic alone would take numbers and a few other forms, too."""
    if isinstance(value, str) and not _RFC_3339.fullmatch(value):
        raise ValueError("give a time with its zone, such as 2026-11-24T03:35:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("that is out of range") from error


Instant: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_in_utc)]
"""A time as RFC 3339 writes it, kept in UTC."""


class Position(Record):
    """After an incident of a list, or at the beginning of a month where none is named."""

    month: Annotated[str, Field(pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")] = ""
    incident_id: str = ""
    opened_at: Instant | None = None


def write_cursor(position: Position, filters: Mapping[str, Any]) -> str:
    """The text for a position in the list with these filters."""
    place = position.model_dump_json(exclude_defaults=True)
    return base64.urlsafe_b64encode(f"{_seal(place, filters)}{place}".encode()).decode().rstrip("=")


def read_cursor(text: str, filters: Mapping[str, Any]) -> Position:
    """The position; WrongFieldError where the text was changed, or made for another list."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        place = plain[_SEAL:]
        position = Position.model_validate(json.loads(place))
    except (binascii.Error, ValueError, ValidationError) as error:
        raise WrongFieldError("cursor", _NOT_OURS) from error
    if write_cursor(position, filters) != text:
        raise WrongFieldError("cursor", _NOT_OURS)
    return position


_SEAL = 16
_NOT_OURS = "take `next` of the page before as it is, with the same filters"


def _seal(place: str, filters: Mapping[str, Any]) -> str:
    return digest_of([place, dict(filters)])[:_SEAL]
