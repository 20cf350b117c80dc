"""Approved and rejected at nearly the same time: a rejection wins, as long as nothing was begun."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from chalicelib.approval import answer_approval
from chalicelib.asking import links_for
from chalicelib.aws.incident_reader import Story
from chalicelib.errors import DeniedError, MainstayError, WrongStateError
from chalicelib.incidents.model import Resource, State
from chalicelib.incidents.plans import Approval
from chalicelib.intake import first_step
from chalicelib.reviewing import ReviewAnswer, answer_by_api, answer_review, open_review
from tests.functional.scene import BAD, GOOD, Scene, begun, moves, said

_AT_ONCE = 50


@pytest.fixture
def asked(scene: Scene) -> tuple[Resource, Story]:
    """A parameter that people are asked about."""
    scene.aws_refuses.attach(scene.world.team.aws.session)
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    return parameter, scene.waits(parameter)


def answer(scene: Scene, story: Story, *, approved: bool, by: str = "bob") -> None:
    assert story.incident.plan
    approval = Approval(
        approved=approved, by=by, digest=story.incident.plan.digest, decided_at=scene.world.team.clock()
    )
    answer_approval(story.incident.incident_id, approval, scene.world.team)


def approve_unheard(scene: Scene, story: Story) -> None:
    """On record, and not with the workflow yet."""
    with scene.aws_refuses.refuse("SendTaskSuccess"), pytest.raises(DeniedError):
        answer(scene, story, approved=True)


def check_nothing_was_done(scene: Scene, parameter: Resource, ended: Story) -> None:
    assert ended.incident.state is State.REJECTED
    assert begun(ended) == []
    assert scene.value_of(parameter) == BAD
    assert scene.inbox.about(ended.incident.incident_id)[-1]["state"] == "REJECTED"
    assert said(ended)[-1] == "Learnt the outcome: REJECTED"


def test_a_rejection_after_an_approval_wins_before_anything_is_begun(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    approve_unheard(scene, story)
    answer(scene, story, approved=False, by="carol")
    ended = scene.story(parameter)
    check_nothing_was_done(scene, parameter, ended)
    assert ended.incident.approval
    assert ended.incident.approval.by == "carol"
    assert moves(ended)[-3:] == [State.AWAITING_APPROVAL, State.EXECUTING, State.REJECTED]
    assert said(ended)[-4:-2] == ["bob approved the plan", "carol rejected the plan"]


def test_a_rejection_wins_though_the_workflow_has_gone_on_already(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    """The action's function is about to write its intent when the rejection is recorded."""
    parameter, story = asked
    with scene.aws_refuses.before(
        "TransactWriteItems", text="EFFECT#do-0", act=lambda: answer(scene, story, approved=False, by="carol")
    ):
        answer(scene, story, approved=True)
        ended = scene.story(parameter)
    check_nothing_was_done(scene, parameter, ended)
    assert ended.incident.approval
    assert ended.incident.approval.by == "carol"


def test_a_rejection_wins_before_the_action_has_looked_at_the_resource(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    with scene.aws_refuses.before(
        "GetParameter", text=parameter.id, act=lambda: answer(scene, story, approved=False, by="carol")
    ):
        answer(scene, story, approved=True)
        ended = scene.story(parameter)
    check_nothing_was_done(scene, parameter, ended)


def test_a_rejection_after_the_first_effect_is_told_that_it_came_too_late(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    refusals: list[str] = []

    def reject() -> None:
        with pytest.raises(WrongStateError, match="has begun and is not broken off") as refused:
            answer(scene, story, approved=False, by="carol")
        refusals.append(str(refused.value))

    with scene.aws_refuses.before("PutParameter", text=parameter.id, act=reject):
        answer(scene, story, approved=True)
        ended = scene.story(parameter)
    assert len(refusals) == 1
    assert "mainstay mode off" in refusals[0]
    assert ended.incident.state is State.COMPLETED
    assert scene.value_of(parameter) == GOOD
    assert ended.incident.approval
    assert ended.incident.approval.by == "bob"
    assert "carol rejected the plan" not in said(ended)


def test_of_an_intent_and_a_rejection_at_the_same_moment_the_intent_that_is_written_first_counts(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    """The rejection has found nothing begun, and is to be written when the workflow writes its intent."""
    parameter, story = asked
    approve_unheard(scene, story)

    def go_on() -> None:
        team = scene.world.team
        step = first_step(story.incident, team).resumed(team.incidents.load(story.incident.incident_id))
        team.executions.answer(team.incidents.task_token(story.incident.incident_id), step)
        scene.world.wait_until(
            lambda: team.answers.was_intended(story.incident.incident_id), 10, "the recovery to begin"
        )

    with (
        scene.aws_refuses.before("TransactWriteItems", text="carol rejected", act=go_on),
        pytest.raises(WrongStateError),
    ):
        answer(scene, story, approved=False, by="carol")
    ended = scene.story(parameter)
    assert ended.incident.state is State.COMPLETED
    assert begun(ended) == ["do-0"]
    assert "carol rejected the plan" not in said(ended)


def test_an_approval_after_a_rejection_counts_for_nothing(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked

    def reject() -> None:
        answer(scene, story, approved=False, by="carol")

    with (
        scene.aws_refuses.before("TransactWriteItems", text="bob approved", act=reject),
        pytest.raises(WrongStateError, match="carol rejected the plan"),
    ):
        answer(scene, story, approved=True)
    check_nothing_was_done(scene, parameter, scene.story(parameter))


def test_a_rejection_by_link_wins_a_tie_too(scene: Scene, asked: tuple[Resource, Story]) -> None:
    parameter, story = asked
    team = scene.world.team
    token = links_for(story.incident, team)["on-call"].rpartition("/")[2]
    form = ReviewAnswer(answer="reject", nonce=open_review(token, team).nonce, name="carol")
    approve_unheard(scene, story)
    assert answer_review(token, form, team).state is State.REJECTED
    ended = scene.story(parameter)
    check_nothing_was_done(scene, parameter, ended)
    with pytest.raises(WrongStateError):
        answer_review(token, form, team)


def test_of_fifty_answers_at_once_by_link_and_by_api_one_counts(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    team, incident = scene.world.team, story.incident
    assert incident.plan
    digest = incident.plan.digest
    tokens = [links_for(incident, team)["on-call"].rpartition("/")[2] for _ in range(_AT_ONCE // 2)]
    nonces = [open_review(token, team).nonce for token in tokens]
    ready = Barrier(_AT_ONCE)

    def say(number: int) -> str:
        """The name under which it counted; empty where it did not."""
        ready.wait()
        try:
            if number % 2:
                token, nonce = tokens[number // 2], nonces[number // 2]
                name = f"person {number}"
                answer_review(token, ReviewAnswer(answer="approve", nonce=nonce, name=name), team)
                return f"{name} (by the link for on-call)"
            by = f"arn:aws:iam::123456789012:user/person-{number}"
            answer_by_api(
                incident.incident_id, approved=True, digest=digest, reason="", by=by, etag="", team=team
            )
        except MainstayError as error:
            refusals.append(type(error))
            return ""
        return by

    refusals: list[type[MainstayError]] = []
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        counted = [by for by in pool.map(say, range(_AT_ONCE)) if by]
    ended = scene.story(parameter)
    assert ended.incident.approval
    assert counted == [ended.incident.approval.by]
    assert set(refusals) == {WrongStateError}
    assert len(refusals) == _AT_ONCE - 1
    assert begun(ended) == ["do-0"]
    assert sum(line.endswith("approved the plan") for line in said(ended)) == 1


def test_no_approval_counts_when_the_time_is_over(scene: Scene, asked: tuple[Resource, Story]) -> None:
    """Though the workflow has not noticed yet."""
    parameter, story = asked
    assert story.incident.plan
    late = Approval(
        approved=True,
        by="bob",
        digest=story.incident.plan.digest,
        decided_at=scene.world.team.clock() + timedelta(hours=2),
    )
    with pytest.raises(WrongStateError, match="the time to answer is over"):
        answer_approval(story.incident.incident_id, late, scene.world.team)
    answer(scene, story, approved=False)
    scene.story(parameter)
