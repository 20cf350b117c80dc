"""The policy: thresholds, windows, budgets and per-resource rules, from one YAML file.

What is not named has the default below; what is misspelt is an error. Rules are applied in order, so
a later one wins.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, time
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AwareDatetime, Field, ValidationError, field_validator, model_validator
from yaml import load as load_yaml

from chalicelib.analysis.approvers import Approvals
from chalicelib.analysis.scan_policy import ScanPolicy
from chalicelib.errors import InvalidPolicyError
from chalicelib.incidents.base import Record, Share
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import Risk
from chalicelib.recovery.model import Recreation

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where PyYAML came with it, as its wheels do: a twentieth of the time, in each cold start."""

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


_PEOPLE = "people_for_irreversible"
_COUNTED_SHARE = 4
"""One message in so many is counted."""


class ModelUse(StrEnum):
    """When the model is asked."""

    NEVER = "never"
    UNSURE = "unsure"
    """Where the rules alone do not reach the threshold."""
    ALWAYS = "always"


class Prevent(StrEnum):
    """What may be done about a warning, before there is a failure."""

    OBSERVE = "observe"
    ASK = "ask"
    DO = "do"


class Limits(Record):
    """What holds for one resource once every rule that matches it has been applied."""

    threshold: Share = 0.8
    """The confidence from which recovery is automatic."""
    max_risk: Risk = Risk.MEDIUM
    """The highest risk that is taken without a person."""
    cooldown_seconds: Seconds = 900
    settle_seconds: Annotated[int, Field(ge=0)] = 20
    """How long to wait for a signal that names the actor, where the first one does not."""
    approval_seconds: Annotated[int, Field(ge=2, le=13 * 86400)] = 3600
    people_for_irreversible: Literal[1, 2] = 1
    """How many people must agree to a plan that cannot be undone."""
    recoveries_per_day: Count = 5
    circuit_recoveries: Count = 3
    """So many recoveries within `circuit_seconds` heal nothing: the circuit opens."""
    circuit_seconds: Seconds = 3600
    act_on_unnamed: bool = False
    """Whether a recovery may be automatic while nobody is named as the one who did it."""
    prevent: Prevent = Prevent.ASK
    """What may be done about a warning, where all other limits allow it."""
    model: ModelUse = ModelUse.UNSURE
    leave_alone: bool = False


class Match(Record):
    """Which resources a rule or a window is about; what is not given matches everything."""

    type: str = "*"
    id: str = "*"
    account: str = "*"
    region: str = "*"
    tags: dict[str, str] = {}

    @property
    def names_one(self) -> bool:
        """Whether it names one resource, rather than a pattern of names."""
        return not set("*?[") & set(self.type + self.id)

    def fits(self, resource: Resource, tags: dict[str, str]) -> bool:
        """Shell-style patterns on names; every tag named must be there and match."""
        names = (
            (resource.type, self.type),
            (resource.id, self.id),
            (resource.account, self.account),
            (resource.region, self.region),
        )
        return all(fnmatchcase(value, pattern) for value, pattern in names) and all(
            key in tags and fnmatchcase(tags[key], pattern) for key, pattern in self.tags.items()
        )


class Rule(Record):
    """For what matches, these limits hold instead."""

    match: Match
    set: dict[str, Any]

    @field_validator("set")
    @classmethod
    def _names_limits(cls, value: dict[str, Any]) -> dict[str, Any]:
        Limits.model_validate(value)
        return value


class ChangeWindow(Record):
    """A time in which people change things: between two instants, or on weekdays between two times (UTC)."""

    name: str
    match: Match = Match()
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()
    """1 is Monday."""
    opens: time | None = None
    closes: time | None = None

    @model_validator(mode="after")
    def _has_both_ends(self) -> Self:
        """Half a time of day would be no limit at all, and one that ends before it begins never comes."""
        if (self.opens is None) != (self.closes is None):
            raise ValueError("a window opens and closes: give both")
        if self.opens is not None and self.closes is not None and self.opens >= self.closes:
            raise ValueError("a window opens before it closes: one past midnight is two windows")
        if self.starts_at is not None and self.ends_at is not None and self.starts_at >= self.ends_at:
            raise ValueError("a window starts before it ends")
        return self

    def is_open(self, now: datetime) -> bool:
        """A window with no limit at all is never open: an empty line must not stop recovery."""
        checks = [
            now >= self.starts_at if self.starts_at else None,
            now < self.ends_at if self.ends_at else None,
            now.isoweekday() in self.weekdays if self.weekdays else None,
            self.opens <= now.time() < self.closes if self.opens and self.closes else None,
        ]
        known = [check for check in checks if check is not None]
        return bool(known) and all(known)


class Protected(Record):
    """Resources whose good state is remembered, and how they are made anew where they are gone.

    The sweep looks at those that are named by type and id; signals count for all that match.
    """

    match: Match
    recreation: Recreation | None = None


class Budgets(Record):
    """How much may happen in an account. Zero means none."""

    recoveries_per_hour: Count = 30
    recoveries_per_hour_per_type: Count = 20
    fleet_brake: Count = 10
    """So many incidents of one type at once are no single failure: stop and ask."""


class Messages(Record):
    """How people are told."""

    people_per_five_minutes: Annotated[int, Field(ge=4)] = 20
    """Messages about incidents; what is above that comes as one digest."""
    chat: bool = False
    """Whether a chat is told as well: the one that the parameter ``/APP/STAGE/chat`` names."""

    @property
    def counted(self) -> int:
        """How many of them are left for when many incidents come at once, and for what is told again."""
        return max(1, self.people_per_five_minutes // _COUNTED_SHARE)


class Prevention(Record):
    """How what prevention is worth is measured."""

    hold_out: Share = 0.05
    """The share of warnings that would be acted on without a person and are left alone. Zero means none."""


class Actors(Record):
    """Name patterns of roles that change things on purpose. Compared with role names, not sessions."""

    iac_roles: tuple[str, ...] = (
        "*terraform*",
        "*cloudformation*",
        "*-ci",
        "*-ci-*",
        "ci-*",
        "*pipeline*",
        "*deploy*",
    )


class Policy(Record):
    """The whole file."""

    limits: Limits = Limits()
    rules: tuple[Rule, ...] = ()
    change_windows: tuple[ChangeWindow, ...] = ()
    protected: tuple[Protected, ...] = ()
    budgets: Budgets = Budgets()
    prevention: Prevention = Prevention()
    messages: Messages = Messages()
    scan: ScanPolicy = ScanPolicy()
    actors: Actors = Actors()
    approvals: Approvals = Approvals()
    leave_alone_tags: dict[str, str] = {"mainstay": "off", "mainstay:leave-alone": "*"}
    version: str = ""
    """Of the text it was read from: what each decision names."""

    @model_validator(mode="after")
    def _names_enough_people(self) -> Self:
        """Where two must agree and nobody knows who, nothing could ever be agreed to."""
        asked = (self.limits.people_for_irreversible, *(rule.set.get(_PEOPLE, 1) for rule in self.rules))
        if max(asked) > max(1, len(self.approvals.humans)):
            raise ValueError(f"{_PEOPLE} is {max(asked)}: name as many under approvals.approvers")
        return self

    def limits_for(self, resource: Resource, tags: dict[str, str]) -> Limits:
        """The defaults, changed by every rule that matches, in order."""
        changes = [rule.set for rule in self.rules if rule.match.fits(resource, tags)]
        return Limits.model_validate(
            self.limits.model_dump() | {k: v for change in changes for k, v in change.items()}
        )

    def window_for(self, resource: Resource, tags: dict[str, str], now: datetime) -> ChangeWindow | None:
        """The first change window that is open for a resource."""
        return next((w for w in self.change_windows if w.match.fits(resource, tags) and w.is_open(now)), None)

    def protection_of(self, resource: Resource, tags: dict[str, str]) -> Protected | None:
        """The first entry that protects a resource, if there is one."""
        return next((entry for entry in self.protected if entry.match.fits(resource, tags)), None)


def read_policy(text: str) -> Policy:
    """Read the YAML of a policy; raise InvalidPolicyError naming what is wrong."""
    try:
        fields = load_yaml(text, Loader=_LOADER) or {}  # noqa: S506 - either is safe
        return Policy.model_validate({**fields, "version": hashlib.sha256(text.encode()).hexdigest()[:12]})
    except yaml.YAMLError as error:
        raise InvalidPolicyError(f"the policy is not YAML: {error}") from error
    except (ValidationError, TypeError) as error:
        raise InvalidPolicyError(f"the policy cannot be used: {error}") from error
