"""What happened, as each signal tells it: one line each. Every text from outside goes through `quote`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.incidents.base import Scalar
from chalicelib.incidents.model import Signal, SignalSource
from chalicelib.incidents.telling import quote

_MOST_SIGNALS = 5


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
            return _call(signal, name)
        case SignalSource.STATE_CHANGE:
            return f"AWS reported the state {name}"
        case SignalSource.DB_EVENT:
            return f"RDS reported {name}: {quote(signal.details.get('message', ''))}".rstrip(": ")
        case SignalSource.ALARM:
            return f"the alarm {name} went off: {quote(signal.details.get('reason', ''))}".rstrip(": ")
        case SignalSource.FORECAST:
            return _forecast(signal, name)
        case SignalSource.SWEEP:
            return f"Mainstay found it while looking round: {name}"


def _call(signal: Signal, name: str) -> str:
    actor = signal.actor
    where = f" from {quote(actor.address, 60)}" if actor.address else ""
    tool = f", with {_tool(actor.user_agent)}" if actor.user_agent.strip("[] ") else ""
    without = " as a dry run" if signal.dry_run else ""
    refused = f"; AWS refused it: {quote(signal.error_code)}" if signal.error_code and not without else ""
    return f"{quote(actor.name) or 'somebody unnamed'} called {name}{without}{where}{tool}{refused}"


def _tool(user_agent: str) -> str:
    """The first product that a user agent names."""
    return quote(user_agent.strip("[] ").split()[0], 60)


def _forecast(signal: Signal, name: str) -> str:
    """Its numbers, as far as it gives them."""
    details = signal.details
    metric = quote(details.get("metric") or name, 80)
    value, limit = _number(details.get("value")), _number(details.get("limit"))
    stands = f" is {value:.6g}" if value is not None else ""
    heads = f" and heads for {limit:.6g}" if limit is not None else ""
    chance = _number(details.get("probability"))
    likely = f", {chance:.0%} likely" if chance is not None else ""
    return f"Mainstay foresaw it: {metric}{stands}{heads}{likely}"


def _number(value: Scalar) -> float | None:
    return None if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
