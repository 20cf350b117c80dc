"""Simulated days, in the order in which the demo shows them: one file and one line each."""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.demo.days.day import Day
from mainstay.demo.days.filling import FILLING
from mainstay.demo.days.quiet import QUIET
from mainstay.demo.days.silence import SILENCE
from mainstay.demo.days.spike import SPIKE

DAYS: Mapping[str, Day] = {day.name: day for day in (SPIKE, SILENCE, FILLING, QUIET)}
