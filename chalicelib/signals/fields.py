"""Take fields out of an event that may hold anything, and say which field was wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.errors import InvalidEventError
from chalicelib.redaction import clean_text

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,5}(-[a-z]{2,12}){1,3}-[0-9]{1,2}")
_LONGEST_ID = 1015
"""AWS's longest names have 1,011 characters; two of ours together make a key of at most 2,048 bytes."""
LONGEST_FACT = 200
"""Characters of any text from outside that is kept."""


def field_at(event: object, *path: str) -> object:
    """The value at a path of names; None where there is none."""
    for name in path:
        if not isinstance(event, Mapping):
            return None
        event = event.get(name)
    return event


def mapping_at(event: object, *path: str) -> Mapping[str, object]:
    """The object at a path; an empty one where there is none."""
    found = field_at(event, *path)
    return found if isinstance(found, Mapping) else {}


def text_at(event: object, *path: str) -> str:
    """The text at a path; empty where there is none. It is as it came: clean it before it is kept."""
    found = field_at(event, *path)
    return found if isinstance(found, str) else ""


def fact_at(event: object, *path: str) -> str:
    """The text at a path as it may be kept and shown: redacted, one line, at most 200 characters."""
    return clean_text(text_at(event, *path), LONGEST_FACT)


def require_id(event: object, *path: str) -> str:
    """The identifier at a path. Raise InvalidEventError where it is missing, or is none."""
    found = text_at(event, *path)
    if not is_id(found):
        raise InvalidEventError(f"{'.'.join(path)} is missing or is no identifier: {found[:80]!r}")
    return found


def require_account(*candidates: str) -> str:
    """The first that is given. Raise InvalidEventError where it is no account's twelve digits."""
    return _require(_ACCOUNT, "the account", candidates)


def require_region(*candidates: str) -> str:
    """The first that is given. Raise InvalidEventError where it is no region's name."""
    return _require(_REGION, "the region", candidates)


def is_id(value: object) -> bool:
    """Whether AWS could have given this as an identifier: printable ASCII, and not too long for a key."""
    return (
        isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isascii() and value.isprintable()
    )


def time_of(received_at: datetime, *candidates: str) -> datetime:
    """The first candidate that is a time with a zone, but never later than it was received; else that."""
    found = next((at for at in map(_parsed, candidates) if at is not None), received_at)
    return min(found, received_at)


def _parsed(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text[:40])
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _require(form: re.Pattern[str], what: str, candidates: tuple[str, ...]) -> str:
    found = next((text for text in candidates if text), "")
    if form.fullmatch(found) is None:
        raise InvalidEventError(f"{what} is missing or is none: {found[:80]!r}")
    return found
