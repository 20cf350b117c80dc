"""What a day looks like: how the level usually changes from this time of day to a horizon later."""

from __future__ import annotations

DAY = 86_400.0
PARTS = 48
"""Half hours."""
_PART = DAY / PARTS
_NEWEST = 0.6
"""The weight of the newest day."""


class Days:
    """Mean levels by half hour of the day (UTC), and the change that they say is ahead."""

    __slots__ = ("ahead", "change", "count", "levels", "now", "total")

    def __init__(self, horizon: float) -> None:
        self.ahead = max(1, round(horizon / _PART))
        self.levels: list[float | None] = [None] * PARTS
        self.now = -1
        self.total = 0.0
        self.count = 0
        self.change: float | None = None

    def follow(self, at: float, value: float) -> None:
        """Take a value in; `change` is None while the day is not known."""
        part = int(at / _PART)
        if part != self.now:
            self._turn(part)
        self.total += value
        self.count += 1

    def _turn(self, part: int) -> None:
        if self.count:
            mean, old = self.total / self.count, self.levels[self.now % PARTS]
            self.levels[self.now % PARTS] = mean if old is None else old + _NEWEST * (mean - old)
        self.now, self.total, self.count = part, 0.0, 0
        here, there = self.levels[part % PARTS], self.levels[(part + self.ahead) % PARTS]
        self.change = None if here is None or there is None else there - here
