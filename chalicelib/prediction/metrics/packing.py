"""The state of features as JSON: short lists as they are, long ones as text, every bit kept."""

from __future__ import annotations

from base64 import b85decode, b85encode
from collections.abc import Mapping, Sequence
from struct import pack, unpack
from typing import Any

from chalicelib.prediction.metrics.features import Features
from chalicelib.prediction.metrics.smoothness import Smoothness

_NOW = ("at", "interval", "value", "slow", "thirty", "hundred", "square", "reach")


def pack_features(features: Features) -> dict[str, Any]:
    """What `unpack_features` needs: about 5 KB."""
    pace, week = features.pace, features.week
    return {
        "seen": features.seen,
        "now": [getattr(features, name) for name in _NOW],
        "recent": list(features.recent),
        "means": _pack_numbers(features.levels),
        "pace": [pace.usual, pace.lately],
        "smoothness": features.smoothness.state(),
        "of_day": _pack_numbers(pace.of_day),
        "of_day_counts": _pack_counts(pace.counts),
        "levels": _pack_numbers(week.levels),
        "squares": _pack_numbers(week.squares),
        "counts": _pack_counts(week.counts),
    }


def unpack_features(state: Mapping[str, Any]) -> Features:
    """Features that go on exactly where those of the state stopped."""
    features = Features()
    features.seen = state["seen"]
    for name, number in zip(_NOW, state["now"], strict=True):
        setattr(features, name, number)
    features.recent, features.levels = list(state["recent"]), _unpack_numbers(state["means"])
    pace, week = features.pace, features.week
    pace.usual, pace.lately = state["pace"]
    features.smoothness = Smoothness(*state["smoothness"])
    pace.of_day, pace.counts = _unpack_numbers(state["of_day"]), _unpack_counts(state["of_day_counts"])
    week.levels, week.squares = _unpack_numbers(state["levels"]), _unpack_numbers(state["squares"])
    week.counts = _unpack_counts(state["counts"])
    return features


def _pack_numbers(numbers: Sequence[float]) -> str:
    return b85encode(pack(f"<{len(numbers)}d", *numbers)).decode()


def _unpack_numbers(text: str) -> list[float]:
    data = b85decode(text)
    return list(unpack(f"<{len(data) // 8}d", data))


def _pack_counts(counts: Sequence[int]) -> str:
    """Counts up to 255."""
    return b85encode(bytes(counts)).decode()


def _unpack_counts(text: str) -> list[int]:
    return list(b85decode(text))
