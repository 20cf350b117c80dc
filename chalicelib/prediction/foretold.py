"""A forecast as a sight tells it: by its calibrated probability, and with times instead of seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.prediction.forecast import Forecast
from chalicelib.prediction.sightings import in_utc


def parts_of_sight(forecast: Forecast) -> dict[str, Any]:
    """What of a `Sight` follows from a forecast alone."""
    return {
        "score": forecast.probability,
        "probability": round(forecast.chance, 3),
        "expected_at": _time(forecast.expected_at),
        "earliest_at": _time(forecast.earliest_at),
        "latest_at": _time(forecast.latest_at),
    }


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else in_utc(seconds)
