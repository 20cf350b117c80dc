"""What several rules and gates read from the records, so that all of them read it alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

from chalicelib.analysis.case import Case
from chalicelib.analysis.policy import ChangeWindow, Limits, Policy
from chalicelib.incidents.model import Actor, ActorKind, Incident, Signal
from chalicelib.redaction import clean_text

AUTOMATION = frozenset({ActorKind.IAC, ActorKind.AWS_SERVICE, ActorKind.OWN_ROLE})
"""Actors that change things on purpose, by a program."""


def quoted(text: str, limit: int = 80) -> str:
    """A name from outside, made harmless and short, to stand in a sentence of ours."""
    return clean_text(text, limit)


def took_effect(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """Signals of something that happened: no refused calls, no dry runs."""
    return tuple(signal for signal in signals if not signal.error_code and not signal.dry_run)


def actors_named(incident: Incident) -> tuple[Actor, ...]:
    """Everybody whom a signal that took effect names, each kind and name once, first seen first."""
    named = [s.actor for s in took_effect(incident.signals) if s.actor.kind is not ActorKind.UNKNOWN]
    return tuple({(actor.kind, actor.name): actor for actor in reversed(named)}.values())[::-1]


def tags_of(case: Case) -> dict[str, str]:
    """The resource's tags; those it last had, where it is gone with its tags and its good state is known."""
    seen, good = case.observation, case.known_good
    return seen.tags if seen.exists or seen.tags or good is None else good.tags


def tag_to_leave_alone(policy: Policy, tags: dict[str, str]) -> str | None:
    """The first tag by which the policy leaves a resource alone, or None."""
    return next(
        (
            key
            for key, pattern in policy.leave_alone_tags.items()
            if key in tags and fnmatchcase(tags[key], pattern)
        ),
        None,
    )


def left_alone_because(policy: Policy, limits: Limits, tags: dict[str, str]) -> str | None:
    """Why the policy leaves a resource alone, as a clause; None where it does not."""
    tag = tag_to_leave_alone(policy, tags)
    if tag is not None:
        return f"its tag {quoted(tag)} asks to leave it alone"
    return "a rule of the policy leaves it alone" if limits.leave_alone else None


def window_around(
    policy: Policy, incident: Incident, tags: dict[str, str], now: datetime
) -> ChangeWindow | None:
    """The change window that is open now, or was when the failure happened."""
    return policy.window_for(incident.resource, tags, now) or policy.window_for(
        incident.resource, tags, incident.failed_at
    )
