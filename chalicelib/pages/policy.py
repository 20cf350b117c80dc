"""The page of the policy and of the switch: what Mainstay may do now, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from pydantic import BaseModel

from chalicelib.analysis.policy import ChangeWindow, Match
from chalicelib.pages.dress import render
from chalicelib.pages.numbers import say_number, say_seconds, say_share
from chalicelib.redaction import inert
from chalicelib.rulebook import Rulebook, Window
from chalicelib.switching import MODES, SwitchState

MEANS: Mapping[str, tuple[str, str]] = {
    "off": ("bad", "Nothing is changed. What is running stops before its next change. People are told."),
    "observe": ("warn", "Incidents are judged and told, and nothing is changed."),
    "approve": ("info", "Each recovery waits for a person; without an answer nothing is changed."),
    "auto": ("ok", "What the policy allows is done at once. All else waits for a person."),
}
"""What changes with each mode."""

_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_LONGEST_LINE = 400
_SHOWN_APART = frozenset({"rules", "change_windows", "protected", "version", "leave_alone_tags"})

_LABELS = {
    "threshold": "Automatic from a confidence of",
    "max_risk": "Highest risk without a person",
    "cooldown_seconds": "Cooldown of a resource",
    "settle_seconds": "Wait for who did it",
    "approval_seconds": "Time to approve",
    "people_for_irreversible": "People who agree where nothing takes it back",
    "recoveries_per_day": "Recoveries of a resource in 24 hours",
    "circuit_recoveries": "Recoveries that open the circuit",
    "circuit_seconds": "Within",
    "act_on_unnamed": "Acts while nobody is named",
    "prevent": "About warnings",
    "model": "The model is asked",
    "leave_alone": "Left alone",
    "recoveries_per_hour": "Recoveries in an hour",
    "recoveries_per_hour_per_type": "Of one type",
    "fleet_brake": "Incidents at once that stop all of a type",
    "hold_out": "Warnings held out to measure",
    "act_from": "Acts on warnings from",
    "most_lines": "Lines read in a scan",
    "late_seconds": "How late lines may come",
}


def render_policy(
    book: Rulebook, switch: SwitchState, *, base: str, by: str, nonce: str, problem: str = ""
) -> str:
    """The whole page; without a nonce there is no form, and the page says how to switch without it."""
    return render(
        "policy.html",
        base=base,
        active="policy",
        mode=switch.mode or ("never set" if switch.readable else "cannot be read"),
        switch=switch,
        by=by,
        nonce=nonce,
        problem=problem,
        means=MEANS,
        others=[mode for mode in MODES if mode not in {"off", switch.mode}],
        book=book,
        source=_readable(book.source),
        sections=_sections(book),
        rules=[(say_match(rule.match), facts_of(rule.set)) for rule in book.policy.rules],
        windows=[_window(one) for one in book.windows],
        protected=[
            (say_match(one.match), one.recreation.module if one.recreation else "")
            for one in book.policy.protected
        ],
    )


def _readable(text: str) -> Markup:
    """Text of several lines, each of them made harmless."""
    return escape("\n".join(inert(line, _LONGEST_LINE) for line in text.splitlines()))


def _sections(book: Rulebook) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every section of the policy that is no list of its own, so that none is forgotten."""
    sections = []
    for name, value in book.policy:
        if name not in _SHOWN_APART:
            shown = value.model_dump() if isinstance(value, BaseModel) else {name: value}
            sections.append((_title(name), facts_of(shown)))
    return sections


def facts_of(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Names and values in words."""
    return [(_LABELS.get(name, _title(name)), _say(name, value)) for name, value in values.items()]


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


_SHARES = frozenset({"threshold", "hold_out", "act_from"})


def _say(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if name in _SHARES:
            return say_share(value)
        return say_seconds(value) if name.endswith("_seconds") else say_number(value)
    if isinstance(value, list | tuple):
        return "; ".join(_say(name, one) for one in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_say(key, one)}" for key, one in value.items() if one) or "none"
    return str(value) or "none"


def say_match(match: Match) -> str:
    """Which resources it is about, in a phrase."""
    of_type = "every resource" if match.type == "*" else match.type
    named = {"called": match.id, "of account": match.account, "in": match.region}
    told = [of_type, *(f"{word} {name}" for word, name in named.items() if name != "*")]
    tags = ", ".join(f"{key}={value}" for key, value in match.tags.items())
    return " ".join([*told, f"with tags {tags}"] if tags else told)


def _window(one: Window) -> dict[str, Any]:
    return {"one": one, "about": say_match(one.window.match), "when": say_when(one.window)}


def say_when(window: ChangeWindow) -> str:
    """The rule that it follows."""
    days = ", ".join(_WEEKDAYS[day - 1] for day in sorted(set(window.weekdays)))
    hours = f"{window.opens:%H:%M} to {window.closes:%H:%M}" if window.opens and window.closes else ""
    begin = f"from {window.starts_at:%Y-%m-%d %H:%M}" if window.starts_at else ""
    end = f"until {window.ends_at:%Y-%m-%d %H:%M}" if window.ends_at else ""
    return ", ".join(one for one in (days, hours, begin, end) if one) or "names no time, so it never opens"
