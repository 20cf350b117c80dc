"""Who did it, by what CloudTrail itself asserts.

The kind comes from ``userIdentity`` alone, which AWS writes. User agents, addresses and session names are
written by the caller: they are kept as data and decide nothing.

A role that is assumed by a workload (an instance, a function, a container) is UNKNOWN with its name: it
may be automation, or somebody with a shell on the machine, and nothing in the event tells which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from chalicelib.incidents.model import Actor, ActorKind
from chalicelib.redaction import clean_text
from chalicelib.signals.fields import LONGEST_FACT, fact_at, mapping_at, text_at

_PEOPLE = frozenset({"IAMUser", "Root", "SAMLUser", "WebIdentityUser", "IdentityCenterUser"})
_SSO_ROLE = "AWSReservedSSO_"
"""IAM Identity Center makes these roles for people; nobody else may use the prefix."""
_SERVICE = ".amazonaws.com"
_SERVICE_PATH = "aws-service-role/"
"""Of roles: IAM keeps it for those of services."""
_NAMES = (("userName",), ("invokedBy",), ("onBehalfOf", "userId"), ("arn",), ("accountId",), ("principalId",))
"""Where an identity that is no role has its name; the best first."""


@dataclass(frozen=True, kw_only=True)
class _Role:
    name: str
    session: str
    of_service: bool


def read_actor(
    call: Mapping[str, object], *, account: str, own_roles: tuple[str, ...], iac_roles: tuple[str, ...]
) -> Actor:
    """Who made a CloudTrail call in `account`. Role names are patterns; capitals do not matter.

    A role counts by its name only where it belongs to the account itself: a stranger may give a role of
    his own any name.
    """
    identity = mapping_at(call, "userIdentity")
    role = _role_of(identity, account)
    return Actor(
        kind=_kind_of(call, role, own_roles, iac_roles),
        name=_name_of(identity, role),
        address=fact_at(call, "sourceIPAddress"),
        user_agent=fact_at(call, "userAgent"),
    )


def _kind_of(
    call: Mapping[str, object], role: _Role | None, own_roles: tuple[str, ...], iac_roles: tuple[str, ...]
) -> ActorKind:
    """Our own role first: a service that acts for it (an Automation runbook, say) is still us."""
    if role and _matches(role.name, own_roles):
        return ActorKind.OWN_ROLE
    if _is_service(mapping_at(call, "userIdentity"), role):
        return ActorKind.AWS_SERVICE
    if text_at(call, "userIdentity", "type") in _PEOPLE or (role and role.name.startswith(_SSO_ROLE)):
        return ActorKind.PERSON
    if role and _matches(role.name, iac_roles):
        return ActorKind.IAC
    return ActorKind.PERSON if role and _is_in_person(call) else ActorKind.UNKNOWN


def _is_service(identity: Mapping[str, object], role: _Role | None) -> bool:
    if text_at(identity, "type") == "AWSService" or text_at(identity, "invokedBy").endswith(_SERVICE):
        return True
    return role is not None and role.of_service


def _is_in_person(call: Mapping[str, object]) -> bool:
    """AWS says that the session came from the console, or began with a second factor."""
    return "true" in (
        text_at(call, "sessionCredentialFromConsole"),
        text_at(call, "userIdentity", "sessionContext", "attributes", "mfaAuthenticated"),
    )


def _role_of(identity: Mapping[str, object], account: str) -> _Role | None:
    """The assumed role, where it is one of the account's own."""
    if text_at(identity, "type") != "AssumedRole":
        return None
    issuer = text_at(identity, "sessionContext", "sessionIssuer", "arn")
    role = _named_in(issuer, "iam", account, "role/")
    session = _named_in(text_at(identity, "arn"), "sts", account, "assumed-role/")
    if not role and (issuer or not session):
        return None
    return _Role(
        name=role.rpartition("/")[2] or session.partition("/")[0],
        session=session.partition("/")[2],
        of_service=role.startswith(_SERVICE_PATH),
    )


def _named_in(arn: str, service: str, account: str, prefix: str) -> str:
    """What an ARN of this service and account names after the prefix; empty where it is another's."""
    pieces = arn.split(":", 5)
    fits = len(pieces) == 6 and (pieces[0], pieces[2], pieces[4]) == ("arn", service, account)  # noqa: PLR2004
    return pieces[5].removeprefix(prefix) if fits and pieces[5].startswith(prefix) else ""


def _name_of(identity: Mapping[str, object], role: _Role | None) -> str:
    """What a reader would call them; where a service acted for somebody, both."""
    service = fact_at(identity, "invokedBy")
    who = "" if role and role.of_service else _principal(identity, role)
    if service.endswith(_SERVICE) and who not in {"", service}:
        return f"{service} for {who}"
    return who or service or (role.name if role else "")


def _principal(identity: Mapping[str, object], role: _Role | None) -> str:
    """A user's name, a session's of a person, role and session of a workload; else the ARN."""
    if role and role.name.startswith(_SSO_ROLE):
        return clean_text(role.session or role.name, LONGEST_FACT)
    if role:
        return clean_text(f"{role.name}/{role.session}".rstrip("/"), LONGEST_FACT)
    if text_at(identity, "type") == "Root":
        return "root"
    return next((name for path in _NAMES if (name := fact_at(identity, *path))), "")


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    """IAM takes two names that differ in capitals alone for the same."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)
