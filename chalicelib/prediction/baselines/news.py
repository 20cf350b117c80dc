"""How often a log says something that it never said before, and how often it then says it again."""

from __future__ import annotations

from chalicelib.prediction.baselines.season import SLOTS_PER_DAY

_KEPT = 0.5 ** (1 / SLOTS_PER_DAY / 21)
_PRIOR_NEW, _PRIOR_DAYS = 0.1, 0.5
_AGAIN_PRIOR, _AGAIN_PRIOR_LINES = 0.5, 2.0
"""Beforehand half of what is new comes again within the hour."""


class News:
    """A Gamma-Poisson rate of first sights per day; the log's own noise, against which news is judged.

    It starts high in a log that is just being got to know and falls as fewer and fewer first sights come
    (what Good and Turing read from the number of things seen once).
    """

    FIELDS = ("new", "slots", "again", "lines")
    __slots__ = FIELDS

    def __init__(self) -> None:
        self.new = self.slots = self.again = self.lines = 0.0

    def per_day(self) -> float:
        """First sights of this kind that are to be expected per day."""
        return (self.new + _PRIOR_NEW) / (self.slots / SLOTS_PER_DAY + _PRIOR_DAYS)

    def chance_of(self, lines: float) -> float:
        """The chance that something new comes at least this often within its first hour (geometric)."""
        again = (self.again + _AGAIN_PRIOR * _AGAIN_PRIOR_LINES) / (self.lines + _AGAIN_PRIOR_LINES)
        return float(min(0.95, again) ** max(0.0, lines - 1))

    def learn(self, first_sights: int, exposure: float) -> None:
        """Take in a slot."""
        kept = _KEPT**exposure
        self.new = self.new * kept + first_sights
        self.slots = self.slots * kept + exposure

    def learn_first_hour(self, lines: float) -> None:
        """Take in how often something new came within its first hour: a flood counts as ten."""
        self.again = self.again * 0.95 + min(9.0, lines - 1)
        self.lines = self.lines * 0.95 + min(10.0, lines)
