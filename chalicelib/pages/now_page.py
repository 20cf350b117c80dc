"""The first page: what is open and what it waits for, then how the latest incidents ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from chalicelib.incidents.lifecycle import ENDED, OPEN
from chalicelib.incidents.model import State, seconds_between
from chalicelib.overview import Overview, OverviewQuery, Shown
from chalicelib.pages.dress import render
from chalicelib.pages.words import NEXT, happened_to, say_roughly, was_told

_MODES = {
    None: (
        "The mode was never set",
        "Mainstay watches and judges, and repairs nothing until somebody sets the mode.",
    ),
    "off": ("Mainstay is off", "Nothing is repaired, whatever breaks, until somebody switches it on again."),
    "observe": ("Mainstay only observes", "It judges and tells, and repairs nothing."),
    "approve": ("Mainstay asks first", "Every repair waits for a person."),
}
"""What each mode means for the reader; nothing is said of the usual one."""
_MODE_TONES = {None: "bad", "off": "bad", "observe": "warn", "approve": "info"}
_NEED_YOU = frozenset({State.FAILED, State.EXPIRED})
_GROUPS = (
    ("Open", sorted(state.value for state in OPEN)),
    ("Ended", sorted(state.value for state in ENDED)),
)


def render_overview(overview: Overview, *, base: str, now: datetime) -> str:
    """The page for what was found; `now` is what ages are counted to."""
    query = overview.query
    return render(
        "incidents.html",
        base=base,
        active="incidents",
        mode=overview.mode,
        overview=overview,
        query=query,
        banner=_MODES.get(overview.mode),
        banner_tone=_MODE_TONES.get(overview.mode, "bad"),
        groups=_GROUPS,
        next_of=NEXT,
        happened_to=happened_to,
        was_told=was_told,
        tiles=_tiles(overview),
        age=lambda at: seconds_between(at, now),
        took=_took,
        filtered=bool(query.state or query.type or query.resource),
        first=_query(query),
        more=_query(query, overview.next),
    )


def _query(query: OverviewQuery, cursor: str = "") -> str:
    """Of a link to the same list, from here on."""
    chosen = query.model_dump(exclude={"cursor"}, exclude_defaults=True)
    return urlencode(chosen | ({"cursor": cursor} if cursor else {}))


def _took(one: Shown) -> float | None:
    """Seconds from the failure to verified health."""
    incident = one.incident
    if incident.state is not State.COMPLETED or incident.ended_at is None:
        return None
    return seconds_between(incident.failed_at, incident.ended_at)


def _tiles(overview: Overview) -> list[tuple[str, str, str, str]]:
    """Name, value, note and tone of each."""
    asked = sum(one.incident.state is State.AWAITING_APPROVAL for one in overview.open)
    ended = [one.incident for one in overview.ended]
    left = sum(one.state in _NEED_YOU and not was_told(one) for one in ended)
    well = sorted(took for one in overview.ended if (took := _took(one)) is not None)
    more = "+" if overview.more_open else ""
    return [
        ("Open", f"{len(overview.open)}{more}", "now", "info" if overview.open else "idle"),
        ("Wait for a person", f"{asked}{more}", "among the open ones", "ask" if asked else "idle"),
        ("Not repaired", str(left), "of those listed below", "bad" if left else "idle"),
        ("To verified health", _median(well), _of(well), "ok" if well else "idle"),
    ]


def _median(seconds: Sequence[float]) -> str:
    return say_roughly(seconds[len(seconds) // 2]) if seconds else "none yet"


def _of(seconds: Sequence[float]) -> str:
    return f"median of {len(seconds)} listed below" if seconds else "nothing was repaired below"
