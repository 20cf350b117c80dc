"""Signs of an attack that a signal itself can show.

Only two can be believed: calls whose one effect is to take a protection away, and the root user, which
is unusual but proves nothing. User agents and session names are written by the caller and tell nothing.
"""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.analysis.facts import actors_named, quoted, took_effect
from chalicelib.incidents.model import Actor, ActorKind, Evidence, Intent

_DISARMING = frozenset(
    {
        "DeleteAccountPublicAccessBlock",
        "DeleteBucketPublicAccessBlock",
        "DeletePublicAccessBlock",
        "DeleteBucketEncryption",
        "DeleteDBInstanceAutomatedBackup",
        "DeleteBackup",
    }
)


def weigh_attack_signs(case: Case) -> Evidence | None:
    """Damage done by an attacker is to be repaired all the more; the plan's risk decides how."""
    people = [actor for actor in actors_named(case.incident) if actor.kind is ActorKind.PERSON]
    calls = {s.event_name for s in took_effect(case.signals)} & _DISARMING if people else set()
    signs = [f"{quoted(call)} takes a protection away" for call in sorted(calls)]
    signs += ["the root user, who has no daily work, made the call"] if any(map(_is_root, people)) else []
    if not signs:
        return None
    return Evidence(
        rule="attack_signs",
        source="CloudTrail",
        fact=" and ".join(signs),
        weight=0.3 if calls else 0.0,
        intent=Intent.ATTACK if calls else None,
    )


def _is_root(actor: Actor) -> bool:
    return actor.name.lower() == "root" or actor.name.endswith(":root")
