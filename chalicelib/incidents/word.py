"""A word of AWS among the signals: what people are told, and that it is over."""

from __future__ import annotations

from chalicelib.incidents.model import Incident, Signal


def is_announced(incident: Incident) -> bool:
    """Whether AWS announced it to people, so that there is nothing to repair."""
    return incident.signals[0].details.get("for_people") is True


def is_over(signal: Signal) -> bool:
    """Whether AWS says that what it announced is over."""
    return signal.details.get("over") is True
