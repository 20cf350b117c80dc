"""Who did it: programs act on purpose; people slip."""

from __future__ import annotations

from functools import partial

from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.weights import DECISIVE
from chalicelib.analysis.facts import AUTOMATION, actors_named, quoted, took_effect
from chalicelib.incidents.model import Actor, ActorKind, Classification, Evidence, Intent
from chalicelib.incidents.word import is_announced

_WORDS = {
    ActorKind.PERSON: "a person",
    ActorKind.IAC: "a CI or infrastructure-as-code role",
    ActorKind.AWS_SERVICE: "an AWS service",
    ActorKind.OWN_ROLE: "our own role",
}
_fact = partial(Evidence, rule="actor", source="CloudTrail")


def weigh_actor(case: Case) -> Evidence | None:
    """A program alone settles the matter; one beside a person does not.

    Nobody does what is foreseen, or what AWS announces.
    """
    if case.incident.foreseen or is_announced(case.incident):
        return None
    actors = actors_named(case.incident)
    programs = [actor for actor in actors if actor.kind in AUTOMATION]
    people = [actor for actor in actors if actor.kind is ActorKind.PERSON]
    if programs and people:
        return _fact(fact=f"both {_who(people[0])} and {_who(programs[0])} changed it", weight=-0.5)
    if programs:
        return _fact(
            fact=f"{_who(programs[0])} did it",
            weight=DECISIVE,
            intent=Intent.AUTOMATION,
            decisive=True,
        )
    if people:
        return _fact(fact=f"{_who(people[0])} did it{_where(people[0])}", weight=1.4, intent=_meaning(case))
    return _unknown(case)


def _unknown(case: Case) -> Evidence:
    """A workload's role may be a program, or somebody with a shell on its machine."""
    names = [quoted(s.actor.name) for s in took_effect(case.signals) if s.actor.name]
    if names:
        return _fact(fact=f"{names[0]} did it, which may be a person or a program", weight=-0.4)
    return _fact(fact="nobody is named yet", source="all signals", weight=-0.1)


def _who(actor: Actor) -> str:
    name = quoted(actor.name)
    return f"{name} ({_WORDS[actor.kind]})" if name else _WORDS[actor.kind]


def _where(actor: Actor) -> str:
    return f" from {quoted(actor.address, 45)}" if actor.address else ""


def _meaning(case: Case) -> Intent:
    """A stop slips from a hand; a protected setting is not changed by accident."""
    tampered = case.kind.classification is Classification.TAMPERING
    return Intent.DELIBERATE if tampered else Intent.ACCIDENT
