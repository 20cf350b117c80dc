"""Who may agree to a plan, as the policy names them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field, field_validator

from chalicelib.incidents.base import Record
from chalicelib.incidents.telling import CHAT, ON_CALL

Pattern = Annotated[str, Field(min_length=1, max_length=300)]


class Approver(Record):
    """One human, however they reach us."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")]
    """What the timeline shows."""
    mail: Annotated[str, Field(pattern=r"^([^@\s<>]{1,64}@[^@\s<>]{1,190})?$")] = ""
    principals: tuple[Pattern, ...] = ()
    """Patterns of the ARNs and subjects that this human calls the API with."""


class Approvals(Record):
    """Those who are asked."""

    approvers: tuple[Approver, ...] = ()

    @field_validator("approvers")
    @classmethod
    def _are_told_apart(cls, value: tuple[Approver, ...]) -> tuple[Approver, ...]:
        names = [one.name.casefold() for one in value]
        if len(set(names)) < len(names):
            raise ValueError("two approvers have the same name")
        return value

    @property
    def people(self) -> tuple[str, ...]:
        """The names of all of them."""
        return tuple(one.name for one in self.approvers)

    @property
    def humans(self) -> tuple[str, ...]:
        """Who counts where two have to agree: in a chat, or on call, may be whoever has agreed already."""
        return tuple(name for name in self.people if name not in {CHAT, ON_CALL})

    def name_of(self, principal: str) -> str:
        """Who calls by this ARN or subject: the first whose patterns fit; empty where nobody's do."""
        return next(
            (one.name for one in self.approvers if any(fnmatchcase(principal, p) for p in one.principals)), ""
        )
