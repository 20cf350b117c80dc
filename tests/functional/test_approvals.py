"""A person's answer is valid once, for one exact plan, for a while."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from chalicelib.approval import answer_approval
from chalicelib.aws.incident_reader import Story
from chalicelib.errors import DeniedError, PlanChangedError, UnknownIncidentError, WrongStateError
from chalicelib.incidents.model import Resource, State
from chalicelib.incidents.plans import Approval
from tests.functional.scene import BAD, GOOD, Scene, begun, said

_AT_ONCE = 20


@pytest.fixture
def asked(scene: Scene) -> tuple[Resource, Story]:
    """A parameter that people are asked about."""
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    return parameter, scene.waits(parameter)


def _answer(scene: Scene, story: Story, *, by: str = "bob", approved: bool = True, digest: str = "") -> None:
    assert story.incident.plan
    approval = Approval(
        approved=approved,
        by=by,
        digest=digest or story.incident.plan.digest,
        decided_at=scene.world.team.clock(),
        reason="" if approved else "not tonight",
    )
    answer_approval(story.incident.incident_id, approval, scene.world.team)


def test_what_was_approved_is_done_and_the_record_says_by_whom(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, before = asked
    _answer(scene, before)
    story = scene.story(parameter)
    assert story.incident.state is State.COMPLETED
    assert scene.value_of(parameter) == GOOD
    assert story.incident.approval
    assert story.incident.approval.by == "bob"
    assert story.incident.plan == before.incident.plan
    assert "bob approved the plan" in said(story)


def test_what_was_rejected_is_not_done(scene: Scene, asked: tuple[Resource, Story]) -> None:
    parameter, before = asked
    _answer(scene, before, approved=False)
    story = scene.story(parameter)
    assert story.incident.state is State.REJECTED
    assert begun(story) == []
    assert scene.value_of(parameter) == BAD
    assert "bob rejected the plan: not tonight" in said(story)
    assert [one["state"] for one in scene.inbox.about(story.incident.incident_id)] == [
        "AWAITING_APPROVAL",
        "REJECTED",
    ]


def test_an_answer_about_another_plan_is_refused_and_the_question_stands(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    with pytest.raises(PlanChangedError):
        _answer(scene, story, digest="0" * 64)
    assert scene.waits(parameter) == story
    _answer(scene, story, approved=False)
    scene.story(parameter)


@pytest.mark.parametrize("first", [True, False], ids=["approved", "rejected"])
@pytest.mark.parametrize("second", [True, False], ids=["then approved", "then rejected"])
def test_the_first_answer_counts(
    scene: Scene, asked: tuple[Resource, Story], first: bool, second: bool
) -> None:
    """What is rejected before anything was begun is told in test_tie.py."""
    parameter, story = asked
    _answer(scene, story, approved=first)
    if first:
        scene.story(parameter)
    with pytest.raises(WrongStateError):
        _answer(scene, story, by="carol", approved=second)
    ended = scene.story(parameter).incident
    assert ended.state is (State.COMPLETED if first else State.REJECTED)
    assert ended.approval
    assert ended.approval.by == "bob"


def test_of_twenty_answers_at_once_one_counts_and_all_others_are_told_so(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    ready = Barrier(_AT_ONCE)

    def answer(number: int) -> bool:
        ready.wait()
        try:
            _answer(scene, story, by=f"person-{number}", approved=number % 2 == 0)
        except WrongStateError:
            return False
        return True

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        counted = [number for number, ours in enumerate(pool.map(answer, range(_AT_ONCE))) if ours]
    ended = scene.story(parameter)
    assert ended.incident.approval
    assert [f"person-{number}" for number in counted] == [ended.incident.approval.by]
    approved = ended.incident.approval.approved
    assert ended.incident.state is (State.COMPLETED if approved else State.REJECTED)
    assert begun(ended) == (["do-0"] if approved else [])
    assert sum("the plan" in line and "person-" in line for line in said(ended)) == 1


def test_who_comes_a_moment_later_is_told_that_somebody_else_has_answered(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    """Bob's answer is on record, and not with the workflow yet, when Carol's is to be written."""
    parameter, story = asked

    def bob() -> None:
        with scene.aws_refuses.refuse("SendTaskSuccess"), pytest.raises(DeniedError):
            _answer(scene, story, by="bob")

    with (
        scene.aws_refuses.before("TransactWriteItems", text="carol", act=bob),
        pytest.raises(WrongStateError, match="somebody else has answered"),
    ):
        _answer(scene, story, by="carol")
    scene.world.sweep()
    ended = scene.story(parameter).incident
    assert ended.state is State.COMPLETED
    assert ended.approval
    assert ended.approval.by == "bob"


def test_a_question_that_nobody_answers_expires_and_people_are_told(scene: Scene) -> None:
    parameter = scene.make_parameter("asks", "shortly")
    scene.tamper(parameter)
    story = scene.story(parameter)
    assert story.incident.state is State.EXPIRED
    assert said(story)[-3].endswith("nothing was changed")
    assert begun(story) == []
    assert scene.value_of(parameter) == BAD
    assert scene.inbox.about(story.incident.incident_id)[-1]["state"] == "EXPIRED"
    with pytest.raises(WrongStateError):
        _answer(scene, story)


def test_an_answer_to_a_question_that_was_never_asked_is_refused(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.tamper(parameter)
    story = scene.story(parameter)
    with pytest.raises(WrongStateError, match="there is nothing to approve"):
        _answer(scene, story)
    unknown = replace(story, incident=story.incident.model_copy(update={"incident_id": "inc-nowhere"}))
    with pytest.raises(UnknownIncidentError):
        _answer(scene, unknown)


def test_the_task_token_is_in_no_record_message_log_or_workflow_output(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, before = asked
    team = scene.world.team
    token = team.incidents.task_token(before.incident.incident_id)
    assert len(token) > 20
    _answer(scene, before)
    story = scene.story(parameter)
    entries = team.index.of_resource(parameter.key).entries
    ended = scene.world.aws.client("stepfunctions").describe_execution(executionArn=scene.execution_of(story))
    messages = scene.inbox.about(story.incident.incident_id)
    assert len(messages) == 2
    for shown in (before, story, entries, messages, scene.log_lines(), ended):
        assert token not in repr(shown)


def test_the_question_names_the_plan_its_digest_and_until_when(
    scene: Scene, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    (message,) = scene.inbox.about(story.incident.incident_id)
    assert story.incident.plan
    assert message["plan"]["digest"] == story.incident.plan.digest
    assert message["plan"]["actions"][0]["action"] == "restore_parameter"
    assert any(
        step.endswith(f"mainstay approve {story.incident.incident_id}") for step in message["next_steps"]
    )
    _answer(scene, story, approved=False)
    scene.story(parameter)
