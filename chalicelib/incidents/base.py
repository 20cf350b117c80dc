"""What every record is made of."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Scalar: TypeAlias = str | int | float | bool | None
Attributes: TypeAlias = dict[str, Scalar]

Share = Annotated[float, Field(ge=0, le=1)]


class Record(BaseModel):
    """Frozen, and strict about what it may hold.

    Its validator is built when it is first needed: a function uses few of the records that it imports.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def digest_of(value: object) -> str:
    """SHA-256 of the canonical JSON of a value, as 64 hex digits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
