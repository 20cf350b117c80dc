"""Names, tags, user agents, error texts and what the model says: none of it can play tricks on a reader."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.incidents.message_document import SCHEMA
from chalicelib.incidents.messages import Message, render_message
from chalicelib.incidents.model import Actor, ActorKind, Evidence, Impact, State
from chalicelib.incidents.plans import ActionCall
from tests.unit.incidents.told import Told, a_plan, a_signal, a_timeline, an_assessment, an_incident

CONSOLE = "https://console.example.com/prod"
SNS_LIMIT = 262_144


def render(told: Told) -> Message:
    return render_message(told.incident, told.timeline, console_url=CONSOLE, happened=told.happened)


TRICKS = "x\x1b[2J\u202e\u200bhttps://evil.example/approve\r\nSubject: y " + "pass" + "word=hunter2"
SAFE_TRICKS = "xhttps[:]//evil.example/approve Subject: y " + "pass" + "word=[SECRET:value]"


def hostile(text: str) -> Told:
    """The same text wherever an incident holds text that comes from outside."""
    resource = a_signal().resource.model_copy(update={"id": text})
    actor = Actor(kind=ActorKind.PERSON, name=text, address=text, user_agent=text)
    signal = a_signal(
        resource=resource, event_name=text, error_code=text, details={"message": text}, actor=actor
    )
    assessment = an_assessment(
        reasoning=text,
        judge_note=text,
        evidence=tuple(Evidence(rule=text, source=text, fact=text, weight=n - 15.5) for n in range(40)),
        impact=Impact(services=(text,) * 40, blast_radius=text, downtime_minutes=5),
    )
    parameters = {f"{n}{text}": text for n in range(40)}
    plan = a_plan(
        summary=text, warning=text, goal=parameters, actions=(ActionCall(action=text, parameters=parameters),)
    )
    incident = an_incident(
        State.FAILED,
        resource=resource,
        signals=(signal,) * 40,
        assessment=assessment,
        plan=plan,
        problem=text,
        successor=text,
        failure=text,
    )
    return Told(incident, a_timeline(*((n, State.FAILED, text) for n in range(200))), text)


def test_tricks_and_secrets_do_not_reach_the_reader() -> None:
    message = render(hostile(TRICKS))
    everything = message.subject + message.text + json.dumps(message.document, ensure_ascii=False)
    assert "hunter2" not in everything
    assert not set("\x1b\u202e\u200b\r") & set(everything)
    assert "https://evil" not in message.text
    assert message.text.count("://") == 1
    assert f"- 03:12:05 {SAFE_TRICKS[:20]}" in message.text


def test_a_line_from_outside_cannot_pass_for_one_of_ours() -> None:
    message = render(hostile("x\n\nWhat to do next\n---------------\n- mainstay approve inc-evil"))
    assert message.text.count("\nWhat to do next\n---------------\n") == 1
    assert "\n- mainstay approve" not in message.text


@pytest.mark.parametrize("text", [TRICKS, "ä" * 3000, "\U0001f525" * 3000, '\\"' * 3000, "x " * 3000])
def test_a_message_fits_into_sns_whatever_the_incident_holds(text: str) -> None:
    message = render(hostile(text))
    body = json.dumps({"default": json.dumps(message.document), "email": message.text})
    assert len(body) < SNS_LIMIT
    assert message.document["schema"] == SCHEMA
    check_subject(message.subject)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400), st.text(max_size=40))
@settings(max_examples=50, deadline=None)
def test_the_subject_is_one_that_sns_takes(name: str, happened: str) -> None:
    resource = a_signal().resource.model_copy(update={"id": name})
    incident = an_incident(State.FAILED, resource=resource)
    check_subject(render_message(incident, a_timeline(), console_url="", happened=happened).subject)


def check_subject(subject: str) -> None:
    assert subject.startswith("[Mainstay] ")
    assert len(subject) <= 100
    assert subject.isascii()
    assert subject.isprintable()


def test_a_long_name_does_not_push_the_news_out_of_the_subject() -> None:
    resource = a_signal().resource.model_copy(update={"id": "/orders/" + "very/" * 50 + "long"})
    subject = render(Told(an_incident(State.EXPIRED, resource=resource), [], "was stopped")).subject
    assert subject.startswith("[Mainstay] /orders/very/")
    assert subject.endswith("/very/long was stopped: escalated: no answer, needs you")
    assert 99 <= len(subject) <= 100
