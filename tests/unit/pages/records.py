"""What pages are made from: stories at each of their ends, questions to people, and texts that mean harm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import (
    Actor,
    ActorKind,
    Bookmark,
    Incident,
    Observation,
    PastIncident,
    State,
    TimelineEvent,
)
from chalicelib.incidents.plans import Approval, Decision, GateAnswer, Risk, Verdict
from chalicelib.incidents.step import Effect
from chalicelib.incidents.timeline import START, News, bookmark_after, write_events
from chalicelib.overview import Sheet
from chalicelib.reviewing import Change, PlannedStep, Review
from tests.unit.incidents import told
from tests.unit.incidents.told import Told

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "close": "</style></title></textarea></main><img src=x onerror=alert(1)>",
    "entity": "&lt;script&gt;&#x3c;b&#x3e;",
    "template": "{{ 7 * 7 }}{% raw %}",
    "reorder": "safe\u202eexe.tnemyap\u2066",
    "hidden": "pay\u200bpal\u2060\ufeff\u00ad",
    "ansi": "\x1b[31mred\x1b]8;;https://evil.example\x07here\x1b]8;;\x07",
    "control": "a\x00b\x08c\x7fd\x9be",
    "lines": "one\ntwo\r\nthree\u2028four",
    "link": "https://\u0430\u0440\u0440le.example/login javascript:alert(1)",
    "long": "x" * 10_000,
    "wide": "\U0001f4a5" * 500,
    "secret": "AKIAIOSFODNN7EXAMPLE password=hunter2-but-longer",
}
"""Texts from outside, by what they try."""


def story_of(given: Told, *, effects: tuple[Effect, ...] = ()) -> Story:
    """A story whose audit trail is whole."""
    timeline = rechained(given.incident.incident_id, given.timeline)
    incident = given.incident.model_copy(update={"bookmark": bookmark_after(timeline)})
    return Story(incident=incident, timeline=tuple(timeline), effects=effects)


def rechained(incident_id: str, events: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """The same events, as they would have been written for this incident."""
    chained: list[TimelineEvent] = []
    mark = START
    for event in events:
        chained += write_events(
            incident_id, mark, event.state, [News(what=event.what, at=event.at, data=event.data)]
        )
        mark = Bookmark(version=chained[-1].number, head=chained[-1].hash)
    return chained


def an_effect(**changes: Any) -> Effect:
    usual: dict[str, Any] = {
        "name": "do-0",
        "action": "ec2.start-instance",
        "parameters": {},
        "resource": told.INSTANCE,
        "token": "0" * 32,
        "fence": "f" * 32,
        "intended_at": told.after(3.3),
        "status": "done",
        "prior": {"state": "stopped", "exists": True},
    }
    return Effect(**usual | changes)


def a_review(incident: Incident, **changes: Any) -> Review:
    """The question about an incident's plan, ten minutes after it was asked."""
    plan = incident.plan
    assert plan
    steps = tuple(
        PlannedStep(
            title=plan.summary,
            action=call.action,
            kind="restore",
            parameters=call.parameters,
            risk=plan.risk,
            undo="delete the restored database" if plan.reversible else "",
            permissions=("rds:RestoreDBInstanceFromDBSnapshot",),
        )
        for call in plan.actions
    )
    usual: dict[str, Any] = {
        "incident": incident,
        "steps": steps,
        "changes": tuple(
            Change(attribute=name, now="missing", after=str(value)) for name, value in plan.goal.items()
        ),
        "etag": '"6-1a2b3c4d"',
        "asked_at": told.after(4.6),
        "expires_at": told.after(3604.6),
        "seconds_left": 3000,
        "if_nobody_answers": "Nothing is changed, and the incident ends as expired.",
        "approvals_needed": 1,
        "approvals": (),
        "confirm": "",
        "approver": "",
        "nonce": "n.once-1.signed",
        "asked": incident.state is State.AWAITING_APPROVAL,
    }
    return Review(**usual | changes)


def a_sheet(story: Story, review: Review | None = None, mode: str | None = "auto") -> Sheet:
    """What the page of one incident is made from; without a question, as where nobody was ever asked."""
    return Sheet(story=story, review=review or Review(incident=story.incident, etag='"6-1a2b"'), mode=mode)


def a_hostile_story(text: str) -> Story:
    """An incident that is told this in every field that anybody outside can write."""
    resource = told.INSTANCE.model_copy(update={"id": text})
    actor = Actor(kind=ActorKind.PERSON, name=text, address=text, user_agent=text)
    signal = told.a_signal(
        resource=resource, event_name=text, actor=actor, error_code=text, details={text: text}
    )
    plan = told.a_plan(
        actions=(told.RESTORE.actions[0].model_copy(update={"parameters": {text: text}}),),
        goal={text: text},
        risk=Risk.HIGH,
        summary=text,
        warning=text,
    )
    decision = Decision(
        verdict=Verdict.REVIEW,
        reason=text,
        gates=(GateAnswer(gate="first", verdict=Verdict.REVIEW, reason=text),),
        policy_version="3f2a9c1b0d4e",
    )
    past = PastIncident(
        incident_id=text,
        signature=text,
        resource_id=text,
        state=State.FAILED,
        action=text,
        ended_at=told.after(-9999),
    )
    assessment = told.an_assessment(
        reasoning=text,
        judge_note=text,
        evidence=(
            told.a_fact(text, 1.0, text),
            told.a_fact(text, -0.5, text),
            told.a_fact(text, 0.0, text),
        ),
        impact={"services": (text,), "blast_radius": text, "downtime_minutes": 1},
        similar=(past,),
    )
    timeline = told.a_timeline(
        (1, State.DETECTING, text),
        (2, State.AWAITING_APPROVAL, "Asked people to approve the plan"),
        (3, State.AWAITING_APPROVAL, f"Told people {text}"),
        Asked=told.ASKED,
        Told={"messages": [text], text: text},
    )
    incident = told.an_incident(
        State.AWAITING_APPROVAL,
        resource=resource,
        signals=(signal,),
        assessment=assessment,
        plan=plan,
        decision=decision,
        approval=Approval(approved=False, by=text, digest="0" * 64, decided_at=told.after(9), reason=text),
        observation=Observation(
            exists=True, attributes={text: text}, tags={text: text}, observed_at=told.after(1)
        ),
        successor=text,
        problem=text,
    )
    effects = (
        an_effect(action=text, parameters={text: text}, resource=resource, note=text, prior={text: text}),
    )
    return story_of(Told(incident, timeline, ""), effects=effects)


def later(story: Story, seconds: float) -> Any:
    """So long after the incident was opened."""
    return story.incident.opened_at + timedelta(seconds=seconds)
