"""What happened, as each signal tells it: one line each. Every text from outside goes through `quote`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Signal, SignalSource
from chalicelib.incidents.telling import quote
from chalicelib.incidents.word import is_over

_MOST_SIGNALS = 5
_LONGEST_SAID = 1500
"""What AWS says is told in full: nobody else tells it."""


def told_signals(signals: Sequence[Signal]) -> Iterator[str]:
    """The first few, and how many more there are."""
    for signal in signals[:_MOST_SIGNALS]:
        yield f"{signal.occurred_at:%H:%M:%S} {_told_by(signal)}"
    if len(signals) > _MOST_SIGNALS:
        yield f"and {len(signals) - _MOST_SIGNALS} more signals of the same failure"


def _told_by(signal: Signal) -> str:
    name = quote(signal.event_name)
    match signal.source:
        case SignalSource.API_CALL:
            told = _call(signal, name)
        case SignalSource.STATE_CHANGE:
            told = f"AWS reported the state {name}"
        case SignalSource.DB_EVENT:
            told = f"RDS reported {name}: {quote(signal.details.get('message', ''))}".rstrip(": ")
        case SignalSource.ALARM:
            told = f"the alarm {name} went off: {quote(signal.details.get('reason', ''))}".rstrip(": ")
        case SignalSource.HEALTH | SignalSource.COST:
            told = _announcement(signal)
        case SignalSource.FORECAST:
            told = f"Mainstay foresaw it: {say_forecast(signal)}"
        case SignalSource.SWEEP:
            told = f"Mainstay found it while looking round: {name}"
    return told


def _announcement(signal: Signal) -> str:
    """In the words of AWS, as far as they were kept."""
    health = signal.source is SignalSource.HEALTH
    start = f"AWS Health tells of {quote(signal.event_name)}" if health else "AWS tells of costs"
    over = ", which is over" if is_over(signal) else ""
    said = quote(signal.details.get("said") or "", _LONGEST_SAID)
    names = quote(signal.details.get("entities") or "", 600)
    named = f" It names {names}." if names else ""
    return f"{start}{over}{f': {said}' if said else ''}{named}"


def _call(signal: Signal, name: str) -> str:
    actor = signal.actor
    where = f" from {quote(actor.address, 60)}" if actor.address else ""
    tool = f", with {_tool(actor.user_agent)}" if actor.user_agent.strip("[] ").split() else ""
    without = " as a dry run" if signal.dry_run else ""
    refused = f"; AWS refused it: {quote(signal.error_code)}" if signal.error_code and not without else ""
    return f"{quote(actor.name) or 'somebody unnamed'} called {name}{without}{where}{tool}{refused}"


def _tool(user_agent: str) -> str:
    """The first product that a user agent names."""
    return quote(user_agent.strip("[] ").split()[0], 60)


def say_forecast(signal: Signal) -> str:
    """What a forecast saw, in its own words or by its numbers, and how likely it takes the failure to be."""
    details = signal.details
    chance, horizon = number_in(details, "probability"), number_in(details, "horizon_minutes")
    likely = f", {chance:.0%} likely" if chance is not None else ""
    within = f" within {horizon:.0f} minutes" if likely and horizon is not None and horizon > 0 else ""
    return f"{_seen(details) or quote(signal.event_name)}{likely}{within}"


def _seen(details: Attributes) -> str:
    if details.get("evidence"):
        return quote(details["evidence"]).rstrip(".")
    value, limit = number_in(details, "value"), number_in(details, "limit")
    unit = str(details.get("unit") or "")
    stands = f" is {_figure(value, unit)}" if value is not None else ""
    heads = f" and heads for {_figure(limit, unit)}" if limit is not None else ""
    return f"{quote(details.get('metric') or '', 80)}{stands}{heads}"


def number_in(details: Attributes, name: str) -> float | None:
    """A finite number, or None; a truth value, which Python takes for a number, is none."""
    value = details.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)


_UNITS = {"percent": "%", "milliseconds": " ms", "bytes": " B"}
_BINARY = 1024


def _figure(value: float, unit: str) -> str:
    """Bytes in the unit in which people say them; everything else as it is."""
    if unit == "bytes":
        for larger in ("TiB", "GiB", "MiB", "KiB"):
            size = _BINARY ** (1 + ("KiB", "MiB", "GiB", "TiB").index(larger))
            if abs(value) >= size:
                return f"{value / size:.3g} {larger}"
    return f"{value:.6g}{_UNITS.get(unit, '')}"
