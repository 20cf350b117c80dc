"""What people and machines are told.

The mails lie in golden/. After a change on purpose, write them anew and read them, as the one who gets
them at three in the morning:  UPDATE_GOLDEN=1 python -m pytest tests/unit/incidents/test_messages.py
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.incidents.message_document import SCHEMA
from chalicelib.incidents.messages import Message, render_message
from chalicelib.incidents.model import Actor, ActorKind, Incident, Judge, PastIncident, State
from tests.unit.incidents.stories import STORIES, awaiting_approval, completed
from tests.unit.incidents.told import (
    Told,
    a_fact,
    a_plan,
    a_signal,
    a_timeline,
    after,
    an_assessment,
    an_incident,
)

GOLDEN = Path(__file__).parent / "golden"
CONSOLE = "https://console.example.com/prod"
SNS_LIMIT = 262_144
FIRST_SCREEN = 12
"""Lines: what a phone shows."""
EACH_STORY = pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())


def render(told: Told) -> Message:
    return render_message(told.incident, told.timeline, console_url=CONSOLE, happened=told.happened)


def told_of(incident: Incident) -> Message:
    return render_message(incident, a_timeline(), console_url=CONSOLE)


@pytest.mark.parametrize(("name", "story"), STORIES.items(), ids=STORIES.keys())
def test_the_mail_reads_as_it_should(name: str, story: Callable[[], Told]) -> None:
    message = render(story())
    mail = f"Subject: {message.subject}\n\n{message.text}"
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(mail)
    assert mail == golden.read_text()


def test_no_golden_mail_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(STORIES)


def test_every_state_has_been_told() -> None:
    told = {story().incident.state for story in STORIES.values()}
    assert {State.COMPLETED, State.FAILED, State.AWAITING_APPROVAL, State.COOLDOWN} <= told
    assert {State.DISMISSED, State.REJECTED, State.EXPIRED} <= told


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("completed", "You need to do nothing."),
        ("healed-by-itself", "You need to do nothing."),
        ("awaiting-approval", "asks you first"),
        ("approved-and-completed", "It has a new name: please read on."),
        ("failed-without-a-plan", "It needs you."),
        ("failed-and-undone", "It is not repaired, and needs you."),
        ("failed-half-way", "Please look at it now."),
        ("in-cooldown", "and needs you."),
        ("meant", "You need to do nothing."),
        ("left-alone", "decide whether it needs you."),
        ("expired", "It is not repaired, and needs you."),
        ("foreseen-and-asked", "asks you first"),
        ("foreseen-and-prevented", "You need to do nothing now."),
        ("foreseen-and-held-out", "decide whether it needs you."),
        ("foreseen-and-not-answered", "The warning stands."),
    ],
)
def test_the_first_screen_says_whether_to_get_up(name: str, said: str) -> None:
    first = " ".join(render(STORIES[name]()).text.splitlines()[:FIRST_SCREEN])
    assert said in first


def test_only_a_proven_undoing_is_called_one() -> None:
    told = STORIES["failed-and-undone"]()
    unproven = told._replace(timeline=told.timeline[:-1])
    assert "was undone" in render(told).subject
    assert render(unproven).subject.endswith("repair failed half-way, needs you now")


def test_an_approval_is_asked_for_with_what_would_be_done() -> None:
    text = render(awaiting_approval()).text
    plan, story = text.index("What would be done"), text.index("What happened")
    assert plan < story
    assert "      mainstay approve inc-20260914-031206-1a2b3c4d\n" in text
    assert f"      {CONSOLE}/ui/incidents/inc-20260914-031206-1a2b3c4d\n" in text
    assert "snapshot =\n  rds:orders-db-2026-09-14-02-00" in text
    assert "2026-09-14 04:12:09 UTC" in " ".join(text.split("\n"))


def test_without_a_console_there_is_no_link() -> None:
    told = awaiting_approval()
    message = render_message(told.incident, told.timeline, console_url="")
    assert "://" not in message.text
    assert message.document["url"] == ""


def test_a_failure_without_words_is_told_by_its_name() -> None:
    message = told_of(an_incident(State.DETECTING, failure="public-access-removed"))
    assert message.subject.startswith("[Mainstay] i-0d5f1c2b3a4e59687 was public access removed: ")


def test_earlier_incidents_are_named() -> None:
    past = PastIncident(
        incident_id="inc-0",
        signature="ec2.instance/stopped",
        resource_id="i-0d5f1c2b3a4e59687",
        state=State.COMPLETED,
        action="ec2.start-instance",
        ended_at=after(-86400),
    )
    text = told_of(an_incident(State.COOLDOWN, assessment=an_assessment(similar=(past,)))).text
    assert (
        "It happened before:\n- 2026-09-13 03:12 i-0d5f1c2b3a4e59687, ec2.start-instance: completed" in text
    )


def test_what_the_other_judge_did_is_told() -> None:
    assessment = an_assessment(judge=Judge.RULES, judge_note="the model did not answer: ThrottlingException")
    text = told_of(an_incident(State.FAILED, assessment=assessment)).text
    assert "by the rules.\nthe model did not answer: ThrottlingException.\n" in text


def test_a_long_timeline_is_told_by_its_ends() -> None:
    events = a_timeline(*((n, State.EXECUTING, f"step {n}") for n in range(100)))
    text = render_message(an_incident(State.EXECUTING), events, console_url="").text
    assert "     9.0    step 9\n     ...    65 more\n    75.0    step 75\n" in text
    assert "step 10\n" not in text


def test_many_signals_are_counted() -> None:
    signals = tuple(a_signal(signal_id=str(n)) for n in range(9))
    assert (
        "- and 4 more signals of the same failure" in told_of(an_incident(State.FAILED, signals=signals)).text
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"error_code": "Client.UnauthorizedOperation"}, "AWS refused it: Client.UnauthorizedOperation"),
        ({"error_code": "Client.DryRunOperation", "dry_run": True}, "called StopInstances as a dry run from"),
        ({"actor": Actor(kind=ActorKind.UNKNOWN)}, "somebody unnamed called StopInstances"),
        ({"actor": Actor(kind=ActorKind.PERSON, name="x", user_agent="[]")}, "x called StopInstances\n"),
        ({"source": "alarm", "event_name": "cpu", "details": {"reason": "too hot"}}, "cpu went off: too hot"),
        ({"source": "forecast", "event_name": "disk"}, "Mainstay foresaw it: disk"),
        ({"source": "sweep", "event_name": "gone"}, "found it while looking round: gone"),
    ],
)
def test_each_kind_of_signal_is_told_in_words(changes: dict[str, object], said: str) -> None:
    text = told_of(an_incident(State.FAILED, signals=(a_signal(**changes),))).text
    assert said in " ".join(text.split("\n  ")) + "\n"


# -- for machines -------------------------------------------------------------------------------


@EACH_STORY
def test_the_document_can_be_sent_and_keeps_its_form(story: Callable[[], Told]) -> None:
    document = render(story()).document
    assert json.loads(json.dumps(document)) == document
    assert document["schema"] == SCHEMA
    assert set(document) == {
        "approval", "assessment", "decision", "ended_at", "failed_at", "failure", "healthy_seconds",
        "incident_id", "next_steps", "opened_at", "plan", "problem", "resource", "schema", "signature",
        "state", "successor", "summary", "timeline", "url", "verification",
    }  # fmt: skip


def test_the_document_says_what_the_mail_says() -> None:
    told = completed()
    document = render(told).document
    assert document["healthy_seconds"] == 6.2
    assert document["assessment"]["confidence"] == 0.92
    assert document["plan"]["digest"] == a_plan().digest
    assert document["plan"]["actions"] == [{"action": "ec2.start-instance", "parameters": {}}]
    assert [event["seconds"] for event in document["timeline"]] == [1.4, 1.9, 2.3, 2.8, 2.8, 3.3, 4.1, 6.2]
    assert document["assessment"]["reasoning"] == told.incident.assessment.reasoning  # type: ignore[union-attr]


@EACH_STORY
def test_attributes_are_what_subscribers_can_filter_by(story: Callable[[], Told]) -> None:
    attributes = render(story()).attributes
    named = {"type", "severity", "state", "resource_type", "classification", "decision"}
    assert set(attributes) == named | {"severity_number", "escalation"}
    assert all(attributes[name] for name in named)
    assert all(value.isascii() for value in attributes.values())


def test_attributes_of_an_incident_that_nobody_has_judged_yet() -> None:
    attributes = told_of(an_incident(State.DETECTING, assessment=None, decision=None)).attributes
    assert (attributes["severity"], attributes["decision"]) == ("unknown", "unknown")
    assert attributes["severity_number"] == ""


def test_a_question_that_nobody_answered_is_passed_on() -> None:
    ended = [
        told_of(an_incident(state)).attributes["escalation"] for state in (State.EXPIRED, State.REJECTED)
    ]
    assert ended == ["expired", ""]


@EACH_STORY
def test_mails_are_narrow_enough_to_read(story: Callable[[], Told]) -> None:
    wide = [line for line in render(story()).text.splitlines() if len(line) > 78]
    assert [line for line in wide if CONSOLE not in line] == []


def test_the_weightiest_evidence_is_told() -> None:
    facts = tuple(a_fact(f"fact {n}", n / 10) for n in range(-5, 6))
    text = told_of(an_incident(State.FAILED, assessment=an_assessment(evidence=facts))).text
    assert (
        "For repairing it:\n- fact 5 (CloudTrail)\n- fact 4 (CloudTrail)\n- fact 3 (CloudTrail)\nAgainst"
        in text
    )
    assert "Against it:\n- fact -5 (CloudTrail)\n- fact -4 (CloudTrail)\n- fact -3 (CloudTrail)\nIt" in text
