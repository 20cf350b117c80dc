"""The page of one incident: what happened, how it stands, whether you must act, and every reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalicelib.aws.incident_reader import Story
from chalicelib.errors import BrokenTimelineError
from chalicelib.incidents.messages import standing_for
from chalicelib.incidents.model import Actor, Incident, State, TimelineEvent, seconds_between
from chalicelib.incidents.plans import GateAnswer, Verdict
from chalicelib.incidents.timeline import check_timeline
from chalicelib.overview import Sheet
from chalicelib.pages.course import draw_course
from chalicelib.pages.dress import render
from chalicelib.pages.scales import weigh
from chalicelib.pages.words import GATE_ANSWERS, is_open, must_act, tell, title_of_plan
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.plan import describe_changes
from chalicelib.reviewing import Change, Review

_ACTS = {"now": "It needs you", "look": "Please have a look", "nothing": "No action needed"}


def render_incident(sheet: Sheet, *, base: str, now: datetime, problem: str = "") -> str:
    """Everything on record about one incident. `problem` says what was wrong with an answer."""
    story, review = sheet.story, sheet.review
    incident = story.incident
    told = tell(incident, story.timeline)
    return render(
        "incident.html",
        base=base,
        active="incidents",
        mode=sheet.mode,
        story=story,
        review=review,
        asked=review.asked,
        changes=_changes(story, review),
        catalogue=ACTIONS,
        problem=problem,
        happened=told.happened,
        standing=standing_for(told),
        words=told.words,
        plan_title="Approve exactly this?" if review.asked else title_of_plan(told),
        is_open=is_open(incident.state),
        act=_ACTS[must_act(incident)],
        age=seconds_between(incident.opened_at, now),
        course=draw_course(incident, story.timeline, now),
        offsets=[seconds_between(incident.failed_at, event.at) for event in story.timeline],
        scales=weigh(incident.assessment) if incident.assessment else None,
        gate_answers=GATE_ANSWERS,
        gates=_gates(incident),
        actors=_actors(incident),
        messages=_messages(story.timeline),
        broken=find_break(incident, story.timeline),
        **_as_data(story),
    )


def find_break(incident: Incident, timeline: Sequence[TimelineEvent]) -> str:
    """What is wrong with the audit trail; empty where it is whole."""
    try:
        check_timeline(incident.incident_id, timeline, incident.bookmark)
    except BrokenTimelineError as error:
        return str(error)
    return ""


def _changes(story: Story, review: Review) -> Sequence[Change]:
    """As people are asked about them; of a plan that nobody is asked about, told in the same way."""
    plan, seen = story.incident.plan, story.incident.observation
    if review.changes or plan is None or seen is None:
        return review.changes
    told = describe_changes(plan.goal, seen)
    return [Change(attribute=name, now=before, after=after) for name, before, after in told]


def _gates(incident: Incident) -> tuple[list[GateAnswer], list[GateAnswer]]:
    """Those that hold it back, and those that allow it."""
    answers = incident.decision.gates if incident.decision else ()
    against = [one for one in answers if one.verdict is not Verdict.RECOVER]
    return against, [one for one in answers if one.verdict is Verdict.RECOVER]


def _actors(incident: Incident) -> list[Actor]:
    """Whoever is named by a signal, each once."""
    named = (signal.actor for signal in incident.signals if signal.actor.name)
    return list({actor.name: actor for actor in named}.values())[:5]


def _messages(timeline: Sequence[TimelineEvent]) -> list[tuple[datetime, str, list[str]]]:
    return [
        (event.at, event.what, [str(one) for one in event.data.get("messages", [])])
        for event in timeline
        if "messages" in event.data
        or (event.state is State.AWAITING_APPROVAL and "seconds" in event.data)
        or event.what == "Could not tell people"
    ]


def _as_data(story: Story) -> dict[str, Any]:
    """The records behind it, as JSON has them."""
    seen = story.incident.observation
    return {
        "signals": [signal.model_dump(mode="json") for signal in story.incident.signals],
        "observation": seen.model_dump(mode="json") if seen else None,
        "events": [event.model_dump(mode="json") for event in story.timeline],
        "effects": [effect.model_dump(mode="json") for effect in story.effects],
    }
