"""What a CloudTrail record's ``requestParameters`` name. They hold what a caller wrote: anything at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_ARN_PARTS = 5


def member(value: object, *path: str) -> object:
    """What lies at a path of keys; None where a step is missing, or is no object."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def items(value: object, *path: str) -> list[object]:
    """The list at a path of keys; empty where there is none."""
    found = member(value, *path)
    return list(found) if isinstance(found, list) else []


def names_in(values: Iterable[object], pattern: re.Pattern[str]) -> list[str]:
    """Those values that are whole names of the pattern, each once, in order."""
    texts = (value for value in values if isinstance(value, str))
    return list(dict.fromkeys(text for text in texts if pattern.fullmatch(text)))


def after_arn(value: object) -> object:
    """What an ARN names, such as ``table/orders``; a value that is no ARN stays as it is."""
    if not isinstance(value, str) or not value.startswith("arn:"):
        return value
    return ":".join(value.split(":")[_ARN_PARTS:])
