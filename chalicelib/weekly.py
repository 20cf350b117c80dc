"""Once a week people are told what Mainstay's warnings were worth."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.collaborators import Collaborators
from chalicelib.prediction.numbers import render_numbers
from chalicelib.prediction.scores import summarize
from chalicelib.telling_people import tell_everybody

_HOUR = 8
"""Of Monday, UTC: when the week's first messages are read."""


def tell_week(team: Collaborators) -> bool:
    """Tell the numbers of the week before, if nobody has in this one and there are any."""
    now = team.clock()
    if (now.isoweekday() == 1 and now.hour < _HOUR) or team.alerts.week_was_told(now):
        return False
    last = now - timedelta(days=7)
    rows = team.alerts.scores()
    week = summarize(row for row in rows if row["week"] == f"{last:%G-W%V}")
    if week:
        numbers = render_numbers(week, summarize(rows), week_name=f"{last:%G, week %V}")
        tell_everybody(numbers, team)
    team.alerts.note_week_told(now)
    return bool(week)
