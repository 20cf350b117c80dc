"""Stories of telling people: once, in time, and never in a storm."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.analysis.policy import read_policy
from chalicelib.aws import keys
from chalicelib.aws.secrets import Secrets
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError
from chalicelib.incidents.model import State
from chalicelib.incidents.plans import Question
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News
from chalicelib.intake import first_step
from chalicelib.telling_people import tell_people, tell_waiting
from chalicelib.workflow import learn_outcome, notify_people
from tests.functional.scene import Queue, Scene
from tests.unit.aws.making import a_resource, a_signal, an_incident
from tests.unit.aws.webhooks import a_webhook
from tests.unit.incidents.told import REVIEW, a_plan, an_assessment

RATE = 20
_HOURS = itertools.count(1)
_NUMBERS = itertools.count(5000)


@pytest.fixture
def team(scene: Scene) -> Iterator[Collaborators]:
    """At an hour of its own, so that what one story counts is not counted in another."""
    at = datetime(2031, 1, 1, tzinfo=UTC) + timedelta(hours=next(_HOURS))
    policy = read_policy(f"messages: {{people_per_five_minutes: {RATE}}}")
    made = replace(scene.world.team, policy=policy, clock=lambda: at)
    yield made
    assert list(made.messages.untold()) == []


def _at(team: Collaborators, **time: float) -> Collaborators:
    at = team.clock() + timedelta(**time)
    return replace(team, clock=lambda: at)


def _opened(team: Collaborators, *, crowd: int) -> Step:
    number = next(_NUMBERS)
    signal = a_signal(number, resource=a_resource(number), occurred_at=team.clock())
    incident = an_incident(team.incidents, signal, team.clock())
    return first_step(incident, team).moved(crowd=crowd)


def _failed(team: Collaborators, *, crowd: int = 1) -> Step:
    """An incident that ended and needs people."""
    step = _opened(team, crowd=crowd)
    return team.incidents.advance(step, State.FAILED, [News(what="Gave up", at=team.clock())])


def _asked(team: Collaborators, *, crowd: int = 1, minutes: float = 60) -> Step:
    """An incident whose plan waits for an answer."""
    step, now = _opened(team, crowd=crowd), team.clock()
    for state in (State.ANALYZING, State.PLANNING):
        step = team.incidents.advance(step, state, [News(what="Went on", at=now)])
    question = Question(version="1", asked_at=now, expires_at=now + timedelta(minutes=minutes))
    return team.incidents.advance(
        step,
        State.AWAITING_APPROVAL,
        [News(what="Asked people to approve the plan", at=now)],
        plan=a_plan(),
        decision=REVIEW,
        assessment=an_assessment(),
        question=question,
    )


def _metadata(message: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = message["Message"]["metadata"]
    return found


def _named_in(scene: Scene, steps: list[Step], since: int) -> list[str]:
    """Which of the incidents each message since then names, once for each message."""
    messages = scene.inbox.people()[since:]
    return [
        step.incident_id
        for message in messages
        for step in steps
        if step.incident_id in json.dumps(message["Message"]) + _metadata(message)["threadId"]
    ]


# -- above the rate -----------------------------------------------------------------------------


def test_of_sixty_incidents_at_once_people_hear_in_twenty_one_messages_and_machines_in_sixty(
    scene: Scene, team: Collaborators
) -> None:
    before, documents = len(scene.inbox.people()), len(scene.inbox.received())
    steps = [_failed(team, crowd=number + 1) for number in range(60)]
    told = [tell_people(step, team) for step in steps]
    at_once = len(scene.inbox.people()) - before
    assert at_once == len([step for step in told if step.told]) == RATE
    assert tell_waiting(_at(team, minutes=5)) == 60 - RATE
    messages = scene.inbox.people()[before:]
    assert len(messages) == RATE + 1
    assert _metadata(messages[-1])["eventType"] == "mainstay-digest"
    assert messages[-1]["Subject"] == "[Mainstay] 40 incidents at once: 40 need you"
    assert sorted(_named_in(scene, steps, before)) == sorted(step.incident_id for step in steps)
    about = [document["incident_id"] for document in scene.inbox.received()[documents:]]
    assert sorted(about) == sorted(step.incident_id for step in steps)
    assert tell_waiting(_at(team, minutes=10)) == 0


def test_while_sixty_come_at_the_same_moment_somebody_hears_at_once(team: Collaborators) -> None:
    steps = [_failed(team, crowd=60) for _ in range(60)]
    told = [tell_people(step, team) for step in steps]
    assert len([step for step in told if step.told]) == RATE // 4
    assert all(step.gathered for step in told if not step.told)
    assert tell_waiting(_at(team, minutes=5)) == 60 - RATE // 4


def test_a_digest_has_questions_first_by_their_deadline(scene: Scene, team: Collaborators) -> None:
    _use_up(team)
    failed = _failed(team, crowd=60)
    late, soon = (_asked(team, crowd=60, minutes=minutes) for minutes in (50, 30))
    for step in (failed, late, soon):
        assert tell_people(step, team).gathered
    assert tell_waiting(_at(team, minutes=5)) == 3
    digest = scene.inbox.people()[-1]
    assert digest["Subject"] == "[Mainstay] 3 incidents at once: 2 wait for your answer, 1 needs you"
    text = digest["Message"]["content"]["description"]
    order = [text.index(step.incident_id) for step in (soon, late, failed)]
    assert order == sorted(order)


def _use_up(team: Collaborators) -> None:
    while team.messages.count_told(team.clock(), RATE // 4):
        pass


def test_a_question_that_ends_before_the_next_digest_is_told_at_once(team: Collaborators) -> None:
    _use_up(team)
    assert tell_people(_asked(team, crowd=60, minutes=9), team).told
    assert tell_people(_asked(team, crowd=60, minutes=11), team).gathered
    assert tell_waiting(_at(team, minutes=5)) == 1


def test_what_waits_alone_is_told_as_ever(scene: Scene, team: Collaborators) -> None:
    _use_up(team)
    step = tell_people(_failed(team, crowd=60), team)
    assert scene.inbox.people_about(step.incident_id) == []
    assert tell_waiting(_at(team, minutes=5)) == 1
    (message,) = scene.inbox.people_about(step.incident_id)
    assert "needs you" in message["Subject"]


def test_what_moved_on_while_it_waited_is_told_when_it_ends_and_only_then(
    scene: Scene, team: Collaborators
) -> None:
    _use_up(team)
    step = tell_people(_asked(team, crowd=60), team)
    news = [News(what="alice approved the plan", at=team.clock())]
    moved = team.incidents.advance(step, State.EXECUTING, news)
    assert tell_waiting(_at(team, minutes=5)) == 0
    ended = team.incidents.advance(moved, State.FAILED, [News(what="Gave up", at=team.clock())])
    assert tell_people(ended, _at(team, minutes=6)).told
    (message,) = scene.inbox.people_about(step.incident_id)
    assert _metadata(message)["additionalContext"]["state"] == "FAILED"


# -- once, and not never ------------------------------------------------------------------------


@pytest.mark.parametrize("make", [_asked, _failed])
def test_a_repeated_task_says_nothing_twice(scene: Scene, team: Collaborators, make: Any) -> None:
    step = make(team)
    for _ in range(3):
        tell_people(step, team)
    assert len(scene.inbox.people_about(step.incident_id)) == 1
    assert len(scene.inbox.about(step.incident_id)) == 1


def test_a_task_that_is_repeated_while_its_news_wait_leaves_them_waiting(
    scene: Scene, team: Collaborators
) -> None:
    _use_up(team)
    step = _failed(team, crowd=60)
    for _ in range(3):
        tell_people(step, team)
    assert len(scene.inbox.about(step.incident_id)) == 1
    assert tell_waiting(_at(team, minutes=5)) == 1
    tell_people(step, team)
    assert len(scene.inbox.people_about(step.incident_id)) == 1


def test_a_task_that_is_repeated_after_people_were_told_does_not_claim_that_they_were_not(
    team: Collaborators,
) -> None:
    step = _failed(team)
    told = notify_people(step, team).told
    learn_outcome(notify_people(step, team), team)
    noted = [e for e in team.incidents.story(step.incident_id).timeline if "people" in e.what]
    assert [(e.what, e.data["messages"]) for e in noted] == [("Told people", list(told))]


def test_a_task_that_is_repeated_while_its_news_wait_says_that_they_wait(
    team: Collaborators,
) -> None:
    _use_up(team)
    step = _failed(team, crowd=60)
    notify_people(step, team)
    learn_outcome(notify_people(step, team), team)
    said = [e.what for e in team.incidents.story(step.incident_id).timeline]
    assert "Left it for the next message about many incidents" in said
    assert "Could not tell people" not in said
    assert tell_waiting(_at(team, minutes=5)) == 1


def test_what_ends_while_its_question_is_told_is_told_by_the_next_sweep(
    scene: Scene, team: Collaborators
) -> None:
    _use_up(team)
    step = tell_people(_asked(team, crowd=60), team)
    later = _at(team, minutes=5)

    def expire() -> None:
        news = News(what="Nobody answered", at=team.clock())
        assert tell_people(team.incidents.advance(step, State.EXPIRED, [news]), team).gathered

    with scene.aws_refuses.before("Publish", text="-people", act=expire):
        assert tell_waiting(later) == 1
    assert tell_waiting(_at(team, minutes=10)) == 1
    last = scene.inbox.people_about(step.incident_id)[-1]
    assert "escalated" in last["Subject"]


def test_a_question_asked_anew_is_told_anew(scene: Scene, team: Collaborators) -> None:
    step = tell_people(_asked(team), team)
    plan = a_plan(summary="something else", goal={"state": "stopped"})
    again = team.incidents.advance(
        step, State.AWAITING_APPROVAL, [News(what="Asked again", at=team.clock())], plan=plan
    )
    tell_people(again, team)
    assert len(scene.inbox.people_about(step.incident_id)) == 2


def test_what_sns_refused_for_good_is_told_by_the_sweep_once_it_takes_it(
    scene: Scene, team: Collaborators
) -> None:
    step = _failed(team)
    with scene.aws_refuses.refuse("Publish", text="-people"):
        with pytest.raises(MainstayError):
            notify_people(step, team)
        learn_outcome(step, team)
        assert "Could not tell people" in [e.what for e in team.incidents.story(step.incident_id).timeline]
        with pytest.raises(MainstayError):
            tell_waiting(_at(team, minutes=5))
    assert scene.inbox.people_about(step.incident_id) == []
    assert tell_waiting(_at(team, minutes=6)) == 0  # whoever died may still be at it
    assert tell_waiting(_at(team, minutes=10)) == 1
    assert len(scene.inbox.people_about(step.incident_id)) == 1
    assert tell_waiting(_at(team, minutes=15)) == 0


def test_what_is_told_late_still_knows_who_was_asked(scene: Scene, team: Collaborators) -> None:
    step = tell_people(_asked(team), _with_links(team, _NAMED))
    expired = team.incidents.advance(step, State.EXPIRED, [News(what="Nobody answered", at=team.clock())])
    learn_outcome(expired.moved(told=()), team)
    assert tell_waiting(_at(team, minutes=5)) == 1
    last = scene.inbox.people_about(step.incident_id)[-1]
    assert "Asked were alice and bob." in last["Message"]["content"]["description"]


def test_what_cannot_be_read_keeps_nobody_from_hearing_of_the_others(
    scene: Scene, team: Collaborators
) -> None:
    """Written by a later version, say, from which somebody went back."""
    _use_up(team)
    strange, plain = (tell_people(_failed(team, crowd=60), team) for _ in range(2))
    _write_said(scene, strange, '{"waiting": "FAILED#2#", "of_tomorrow": 1}')
    assert tell_waiting(_at(team, minutes=5)) == 1
    assert len(scene.inbox.people_about(plain.incident_id)) == 1
    _write_said(scene, strange, "{}")
    assert tell_waiting(_at(team, minutes=10)) == 1


def _write_said(scene: Scene, step: Step, said: str) -> None:
    scene.world.aws.client("dynamodb").update_item(
        TableName=scene.world.team.settings.incidents_table,
        Key=keys.message_key(step.incident_id),
        UpdateExpression="SET said = :said",
        ExpressionAttributeValues={":said": {"S": said}},
    )


def test_two_sweeps_at_once_tell_it_once(scene: Scene, team: Collaborators) -> None:
    _use_up(team)
    step = tell_people(_failed(team, crowd=60), team)
    later = _at(team, minutes=5)
    with scene.aws_refuses.before("Publish", text="-people", act=lambda: tell_waiting(later)):
        assert tell_waiting(later) == 1
    assert len(scene.inbox.people_about(step.incident_id)) == 1


# -- who gets what ------------------------------------------------------------------------------

_NAMED = "approvals: {approvers: [{name: alice}, {name: bob}]}"


def _with_links(team: Collaborators, policy: str = "") -> Collaborators:
    """With an address for links."""
    settings = team.settings.model_copy(update={"api_url": "https://api.example.com/prod"})
    return replace(team, settings=settings, policy=read_policy(policy) if policy else team.policy)


def _links_in(message: dict[str, Any]) -> list[str]:
    text = message["Message"]["content"]["description"]
    return [part.partition("|")[0] for part in text.split("<") if part.startswith("https://api.example.com")]


def test_where_the_policy_names_nobody_the_one_link_is_in_what_everybody_gets(
    scene: Scene, team: Collaborators
) -> None:
    step = tell_people(_asked(team), _with_links(team))
    (message,) = scene.inbox.people_about(step.incident_id)
    approve, reject = _links_in(message)
    assert approve == reject
    assert approve.startswith("https://api.example.com/prod/review/")


def test_each_named_approver_gets_a_link_of_their_own_and_everybody_a_message_without(
    scene: Scene, team: Collaborators
) -> None:
    step = tell_people(_asked(team), _with_links(team, _NAMED))
    messages = scene.inbox.people_about(step.incident_id)
    whom = [one["MessageAttributes"].get("approver", {}).get("Value") for one in messages]
    links = [set(_links_in(one)) for one in messages]
    assert whom == [None, "alice", "bob"]
    assert [len(found) for found in links] == [0, 1, 1]
    assert links[1] != links[2]


def test_subscriptions_choose_by_attributes(scene: Scene, team: Collaborators) -> None:
    settings = team.settings
    grave = {"type": ["incident"], "severity_number": [{"numeric": [">=", 6]}]}
    queues = {
        "everybody": (settings.people_topic_arn, {"approver": [{"exists": False}]}),
        "alice": (settings.people_topic_arn, {"approver": ["alice"]}),
        "lead": (settings.people_topic_arn, {"escalation": ["expired"]}),
        "grave": (settings.machines_topic_arn, grave),
    }
    made = {
        name: Queue(scene.world, topic, f"{name}-{next(_NUMBERS)}", FilterPolicy=json.dumps(policy))
        for name, (topic, policy) in queues.items()
    }
    named = _with_links(team, _NAMED)
    step = tell_people(_asked(team), named)
    got = {name: len(queue.received()) for name, queue in made.items()}
    assert got == {"everybody": 1, "alice": 1, "lead": 0, "grave": 1}
    expired = team.incidents.advance(step, State.EXPIRED, [News(what="Nobody answered", at=team.clock())])
    tell_people(expired, named)
    tell_people(_failed(team), named)
    got = {name: len(queue.received()) for name, queue in made.items()}
    assert got == {"everybody": 3, "alice": 1, "lead": 1, "grave": 2}


def test_a_question_that_nobody_answered_says_who_was_asked(scene: Scene, team: Collaborators) -> None:
    step = tell_people(_asked(team), _with_links(team, _NAMED))
    expired = team.incidents.advance(step, State.EXPIRED, [News(what="Nobody answered", at=team.clock())])
    tell_people(expired, team)
    last = scene.inbox.people_about(step.incident_id)[-1]
    assert last["Subject"].endswith("escalated: no answer, needs you")
    assert "Asked were alice and bob." in last["Message"]["content"]["description"]
    assert last["MessageAttributes"]["escalation"]["Value"] == "expired"


# -- the chat -----------------------------------------------------------------------------------


def _with_chat(team: Collaborators, settings: dict[str, str]) -> Collaborators:
    """With a chat, whose settings lie in the parameter store."""
    team.aws.read(
        "ssm",
        "put_parameter",
        Name=team.settings.chat_parameter,
        Value=json.dumps(settings),
        Type="SecureString",
        Overwrite=True,
    )
    policy = read_policy("messages: {chat: true}")
    return replace(team, policy=policy, secrets=Secrets(team.aws, team.clock))


def test_a_chat_gets_one_thread_for_each_incident(team: Collaborators) -> None:
    where = (200, {}, b'{"ts": "17.1", "channel": "C1"}')
    with a_webhook(where) as webhook:
        chatting = _with_chat(team, {"url": webhook.url, "secret": "s"})
        step = tell_people(_asked(team), chatting)
        expired = team.incidents.advance(step, State.EXPIRED, [News(what="Nobody answered", at=team.clock())])
        tell_people(expired, chatting)
    first, second = webhook.documents()
    assert "thread_ts" not in first
    assert second["thread_ts"] == "17.1"
    assert "needs your approval" in first["blocks"][0]["text"]["text"]
    assert "escalated" in second["blocks"][0]["text"]["text"]


@pytest.mark.parametrize(
    ("status", "settings", "why"),
    [(500, {}, "it answered 500"), (200, {"url": "https://169.254.169.254/hook"}, "nothing is sent to")],
    ids=["ill", "forbidden"],
)
def test_a_chat_that_takes_nothing_is_on_the_timeline_and_the_mail_goes_as_ever(
    scene: Scene, team: Collaborators, status: int, settings: dict[str, str], why: str
) -> None:
    with a_webhook((status, {}, b"")) as webhook:
        told = notify_people(_failed(team), _with_chat(team, {"url": webhook.url} | settings))
        learn_outcome(told, team)
    lines = [event.what for event in team.incidents.story(told.incident_id).timeline]
    assert "Told people" in lines
    assert any(line.startswith("Could not tell the chat: ") and why in line for line in lines)
    assert len(scene.inbox.people_about(told.incident_id)) == 1
    assert any("ChatNotTold" in line for line in scene.log_lines())


def test_a_digest_is_told_to_the_chat_as_well(team: Collaborators) -> None:
    with a_webhook() as webhook:
        chatting = _with_chat(team, {"url": webhook.url})
        _use_up(team)
        for _ in range(2):
            step = _failed(team, crowd=60)
            team.messages.leave_for_later(
                step.incident_id,
                team.incidents.story(step.incident_id).said.model_copy(update={"waiting": "later"}),
                opened_at=step.opened_at,
                now=team.clock(),
            )
        assert tell_waiting(_at(chatting, minutes=5)) == 2
    (digest,) = webhook.documents()
    assert digest["blocks"][0]["text"]["text"] == "2 incidents at once: 2 need you"
