"""What cannot be undone takes two people, where the policy says so: two humans, by whatever route."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from chalicelib.approval import answer_approval
from chalicelib.asking import links_for
from chalicelib.aws.incident_reader import Story
from chalicelib.errors import NotAnApproverError, RecordMovedError, WrongStateError
from chalicelib.incidents.model import Incident, Resource, Signal, SignalSource, State
from chalicelib.incidents.plans import Approval
from chalicelib.incidents.step import Step, WorkflowError
from chalicelib.intake import first_step, open_incident
from chalicelib.reviewing import ReviewAnswer, answer_as, answer_by_api, review_incident
from mainstay.demo import things
from tests.functional.review_page import Browser, browsing
from tests.functional.scene import Scene, begun, said

pytestmark = pytest.mark.filterwarnings("ignore:IAMAuthorizer is not supported in local mode")

ALICE, BOB, EVE = (f"arn:aws:iam::123456789012:user/{name}" for name in ("alice", "bob", "eve"))
ALICE_S_ROLE = "arn:aws:sts::123456789012:assumed-role/OnCall/alice@example.com"
PEOPLE = [
    {
        "name": "alice",
        "principals": ["arn:aws:iam::*:user/alice", "arn:aws:sts::*:assumed-role/OnCall/alice@*"],
    },
    {"name": "bob", "principals": ["arn:aws:iam::*:user/bob"]},
    {"name": "carol"},
]


@pytest.fixture
def browser(scene: Scene, tmp_path: Path) -> Iterator[Browser]:
    scene.aws_refuses.attach(scene.world.team.aws.session)
    with browsing(tmp_path) as browser:
        yield browser


@pytest.fixture
def asked(scene: Scene) -> tuple[Resource, Story]:
    """A service that is about to run out of memory: deploying it anew cannot be undone."""
    scene.change_policy(
        rules=[{"match": {"type": "ecs.service"}, "set": {"people_for_irreversible": 2}}],
        approvals={"approvers": PEOPLE},
    )
    scene.aws_refuses.attach(scene.world.team.aws.session)
    team = scene.world.team
    service = scene.world.resource("ecs.service", things.make_service(scene.world))
    cluster, name = service.id.split("/")
    resting = scene.world.aws.client("ecs").get_waiter("services_stable")
    resting.wait(cluster=cluster, services=[name], WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
    now = team.clock()
    warning = Signal(
        signal_id=f"forecast:{service.key}",
        source=SignalSource.FORECAST,
        resource=service,
        failure="memory_leaking",
        event_name="forecast",
        occurred_at=now,
        details={"probability": 0.93, "expected_at": (now + timedelta(minutes=40)).isoformat()},
    )
    open_incident(warning, team)
    return service, scene.waits(service)


def answer(scene: Scene, story: Story, by: str, *, approved: bool = True, etag: str = "") -> Incident:
    """By the API."""
    assert story.incident.plan
    return answer_by_api(
        story.incident.incident_id,
        approved=approved,
        digest=story.incident.plan.digest,
        reason="",
        by=by,
        etag=etag,
        team=scene.world.team,
    )


def links_to(scene: Scene, story: Story) -> dict[str, str]:
    team = scene.world.team
    incident = team.incidents.load(story.incident.incident_id)
    return links_for(incident, team)


def test_the_first_of_two_is_on_record_and_the_second_lets_it_happen(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    assert story.incident.plan
    assert not story.incident.plan.reversible
    before = scene.world.team.observe(service).attributes["deployment"]
    waiting = answer(scene, story, ALICE)
    assert waiting.state is State.AWAITING_APPROVAL
    assert waiting.approval is None
    assert waiting.question
    assert [(one.by, one.person) for one in waiting.question.agreed] == [("alice", "alice")]
    assert scene.world.team.observe(service).attributes["deployment"] == before
    assert answer(scene, story, BOB).state is not State.AWAITING_APPROVAL
    ended = scene.story(service)
    assert ended.incident.state is State.COMPLETED
    assert begun(ended) == ["do-0"]
    told = said(ended)
    first = told.index("alice approved the plan: another person has to as well")
    assert told[first + 1] == "bob approved the plan"


def test_the_same_human_by_two_routes_is_one_human(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    link = links_to(scene, story)["alice"]
    confirm = service.id
    nonce = browser.look(link).nonce
    answer(scene, story, ALICE)
    for again in (ALICE, ALICE_S_ROLE):
        with pytest.raises(NotAnApproverError, match="alice has agreed already"):
            answer(scene, story, again)
    page = browser.answer(link, "approve", nonce=nonce, confirm=confirm)
    assert page.status == 403
    assert "two people" in page.text
    incident = scene.world.team.incidents.load(story.incident.incident_id)
    assert incident.state is State.AWAITING_APPROVAL
    assert incident.question
    assert len(incident.question.agreed) == 1
    answer(scene, story, EVE, approved=False)
    assert scene.story(service).incident.state is State.REJECTED


def test_a_chat_is_no_human_since_whoever_has_agreed_may_be_in_it(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    room = {"name": "chat", "principals": ["arn:aws:sts::*:assumed-role/ChatBot/*"]}
    scene.change_policy(
        rules=[{"match": {"type": "ecs.service"}, "set": {"people_for_irreversible": 2}}],
        approvals={"approvers": [*PEOPLE, room]},
    )
    answer(scene, story, ALICE)
    page = browser.answer(links_to(scene, story)["chat"], "approve", confirm=service.id)
    assert page.status == 403
    with pytest.raises(NotAnApproverError, match="2 of alice, bob, carol have to agree, and chat"):
        answer(scene, story, "arn:aws:sts::123456789012:assumed-role/ChatBot/alice")
    assert answer(scene, story, BOB, approved=False).state is State.REJECTED
    assert scene.story(service).incident.state is State.REJECTED


def test_who_is_not_named_cannot_count_and_is_told_what_to_do(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    """Nor does a subject of an identity provider that is spelt as somebody's name."""
    service, story = asked
    for stranger in (EVE, "alice", "bob", ""):
        with pytest.raises(NotAnApproverError, match=r"2 of alice, bob, carol have to agree.*approvers"):
            answer(scene, story, stranger)
    incident = scene.world.team.incidents.load(story.incident.incident_id)
    assert incident == story.incident
    answer(scene, story, "alice", approved=False)
    ended = scene.story(service)
    assert ended.incident.approval
    assert ended.incident.approval.by == "alice (not named by the policy)"


def test_who_has_left_the_policy_has_not_agreed(scene: Scene, asked: tuple[Resource, Story]) -> None:
    service, story = asked
    answer(scene, story, ALICE)
    scene.change_policy(
        rules=[{"match": {"type": "ecs.service"}, "set": {"people_for_irreversible": 2}}],
        approvals={"approvers": PEOPLE[1:]},
    )
    assert answer(scene, story, BOB).state is State.AWAITING_APPROVAL
    assert links_to(scene, story).keys() == {"carol"}
    answer(scene, story, BOB, approved=False)
    assert scene.story(service).incident.state is State.REJECTED


def test_one_no_ends_it(scene: Scene, asked: tuple[Resource, Story]) -> None:
    service, story = asked
    answer(scene, story, ALICE)
    answer(scene, story, BOB, approved=False)
    ended = scene.story(service)
    assert ended.incident.state is State.REJECTED
    assert begun(ended) == []
    assert said(ended)[-3] == "bob rejected the plan"


def test_the_second_s_link_stays_good_and_the_first_s_is_used_up(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    links = links_to(scene, story)
    assert links.keys() == {"alice", "bob", "carol"}
    page = browser.look(links["bob"])
    assert "0 of 2" in page.text
    done = browser.answer(links["alice"], "approve", confirm=service.id)
    assert (done.status, "Another person has to agree" in done.text) == (200, True)
    assert browser.look(links["alice"]).status == 409
    assert "1 of 2" in browser.look(links["bob"]).text
    assert links_to(scene, story).keys() == {"bob", "carol"}
    assert browser.answer(links["bob"], "approve", nonce=page.nonce, confirm=service.id).status == 200
    ended = scene.story(service)
    assert ended.incident.state is State.COMPLETED
    assert ended.incident.approval
    assert ended.incident.approval.by == "bob"
    assert browser.look(links["carol"]).status == 409


def test_what_cannot_be_undone_is_approved_by_typing_its_name(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    link = links_to(scene, story)["alice"]
    for typed in ("", service.id.upper(), service.id + "x"):
        assert browser.answer(link, "approve", confirm=typed).status == 400
    assert scene.world.team.incidents.load(story.incident.incident_id) == story.incident
    assert browser.answer(link, "approve", confirm=f" {service.id} ").status == 200
    assert browser.answer(links_to(scene, story)["bob"], "reject").status == 200
    assert scene.story(service).incident.state is State.REJECTED


def test_two_firsts_at_once_are_a_first_and_a_second(scene: Scene, asked: tuple[Resource, Story]) -> None:
    service, story = asked
    ready = Barrier(2)

    def say(by: str) -> None:
        ready.wait()
        answer(scene, story, by)

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(say, [ALICE, BOB]))
    ended = scene.story(service)
    assert ended.incident.state is State.COMPLETED
    assert ended.incident.question
    assert ended.incident.approval
    people = {ended.incident.question.agreed[0].person, ended.incident.approval.person}
    assert people == {"alice", "bob"}
    assert len(ended.incident.question.agreed) == 1


def test_a_second_that_is_written_just_before_the_first_makes_the_first_the_second(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    with scene.aws_refuses.before(
        "TransactWriteItems", text="alice approved", act=partial(answer, scene, story, BOB)
    ):
        answer(scene, story, ALICE)
    ended = scene.story(service)
    assert ended.incident.state is State.COMPLETED
    assert ended.incident.approval
    assert ended.incident.approval.person == "alice"
    assert "bob approved the plan: another person has to as well" in said(ended)


def test_one_of_two_in_time_is_no_approval_and_the_record_says_who_agreed(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    team = scene.world.team
    waiting = answer(scene, story, ALICE)
    step = first_step(waiting, team).resumed(waiting).moved(error=WorkflowError(Error="States.Timeout"))
    over = scene.world.invoke("roll_back", step.model_dump(mode="json"))
    team.executions.answer(team.incidents.task_token(waiting.incident_id), Step.model_validate(over))
    ended = scene.story(service)
    assert ended.incident.state is State.EXPIRED
    assert begun(ended) == []
    assert ended.incident.problem == "only alice agreed in time, and another person had to as well"


def test_one_person_is_enough_for_what_can_be_undone(scene: Scene) -> None:
    scene.change_policy(
        limits={"settle_seconds": 1, "model": "never", "people_for_irreversible": 2},
        approvals={"approvers": PEOPLE},
    )
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    story = scene.waits(parameter)
    answer(scene, story, EVE)
    assert scene.story(parameter).incident.state is State.COMPLETED


# -- what the API and the pages hand on -----------------------------------------------------------


def test_an_answer_to_a_record_that_has_moved_is_refused(scene: Scene, asked: tuple[Resource, Story]) -> None:
    service, story = asked
    team = scene.world.team
    seen = review_incident(story.incident.incident_id, team).etag
    assert seen.startswith('"')
    assert seen.endswith('"')
    answer(scene, story, ALICE, etag=seen)
    with pytest.raises(RecordMovedError):
        answer(scene, story, BOB, etag=seen)
    with pytest.raises(RecordMovedError):
        answer(scene, story, BOB, etag='"0"')
    now = review_incident(story.incident.incident_id, team).etag
    answer(scene, story, BOB, approved=False, etag=f'"0", {now}')
    assert scene.story(service).incident.state is State.REJECTED


def test_a_record_that_moves_while_it_is_answered_is_noticed(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    seen = review_incident(story.incident.incident_id, scene.world.team).etag
    with (
        scene.aws_refuses.before(
            "TransactWriteItems", text="bob approved", act=partial(answer, scene, story, ALICE)
        ),
        pytest.raises(RecordMovedError),
    ):
        answer(scene, story, BOB, etag=seen)
    answer(scene, story, BOB, approved=False)
    assert scene.story(service).incident.state is State.REJECTED


def test_the_page_of_an_incident_answers_in_the_name_of_whoever_is_signed_in(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    team, name = scene.world.team, story.incident.incident_id
    assert review_incident(name, team).nonce == ""
    hers, his = (review_incident(name, team, by=by) for by in (ALICE, BOB))
    assert (hers.confirm, hers.approvals_needed, hers.asked) == (service.id, 2, True)
    (step,) = hers.steps
    assert (step.action, step.undo, step.kind) == ("restart_service", "", "api")
    assert step.permissions
    form = ReviewAnswer(answer="approve", nonce=hers.nonce, confirm=service.id, reason="it leaks")
    assert answer_as(name, form, team, by=ALICE).state is State.AWAITING_APPROVAL
    form = ReviewAnswer(answer="approve", nonce=his.nonce, confirm=service.id)
    assert answer_as(name, form, team, by=BOB).approval
    ended = scene.story(service)
    assert ended.incident.question
    assert ended.incident.question.agreed[0].reason == "it leaks"


def test_nobody_answers_twice_though_two_people_are_wanted(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    service, story = asked
    assert story.incident.plan
    answer(scene, story, ALICE)
    answer(scene, story, BOB)
    scene.story(service)
    late = Approval(
        approved=True, by=ALICE, digest=story.incident.plan.digest, decided_at=scene.world.team.clock()
    )
    with pytest.raises(WrongStateError, match="bob approved the plan"):
        answer_approval(story.incident.incident_id, late, scene.world.team)
