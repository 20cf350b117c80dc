"""The page that a signed link opens: one question, everything that is needed to answer it, and nothing else.

It has no script and leads nowhere: whoever holds the link may answer this and see no more.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.incidents.messages import standing_for
from chalicelib.incidents.model import Incident, State
from chalicelib.pages.dress import render
from chalicelib.pages.scales import weigh
from chalicelib.pages.words import tell
from chalicelib.reviewing import Review


def render_review(review: Review, *, base: str) -> str:
    """The question, or how it stands where nobody is asked any more."""
    told = tell(review.incident, ())
    assessment = review.incident.assessment
    return render(
        "review.html",
        base=base,
        active="",
        guarded=False,
        review=review,
        happened=told.happened,
        words=told.words,
        became=_became(review.incident),
        scales=weigh(assessment) if assessment else None,
    )


def render_closed(
    title: str, detail: str, *, base: str, tone: str = "idle", incident: Incident | None = None
) -> str:
    """What is shown after an answer, or where a link is good for nothing any more."""
    told = tell(incident, ()) if incident else None
    return render(
        "review_closed.html",
        base=base,
        active="",
        guarded=False,
        title=title,
        detail=detail,
        tone=tone,
        incident=incident,
        happened=told.happened if told else "",
        became=_became(incident) if incident else "",
    )


_BECAME: Mapping[State, str] = {
    State.AWAITING_APPROVAL: "Nothing is changed as long as an answer is waited for.",
    State.COMPLETED: "It is well by now, as read and verified.",
    State.FAILED: "It was not repaired, and needs a person.",
}
"""Where only the timeline tells more, which the holder of a link does not see."""


def _became(incident: Incident) -> str:
    return _BECAME.get(incident.state) or standing_for(tell(incident, ())).sentences
