"""A signed link: it opens one question, answers it once, and is good for nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from chalicelib.approval import answer_approval
from chalicelib.asking import links_for
from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.links import check_link, sign_link
from chalicelib.incidents.model import Resource, State
from chalicelib.incidents.plans import Approval
from chalicelib.incidents.step import Step, WorkflowError
from chalicelib.intake import first_step
from chalicelib.reviewing import review_incident
from mainstay.embedded.personas import GHOST
from mainstay.keys import rotate_keys
from tests.functional.review_page import Browser, browsing
from tests.functional.scene import BAD, GOOD, Scene, begun, said

pytestmark = pytest.mark.filterwarnings("ignore:IAMAuthorizer is not supported in local mode")

DORA = {"name": "dora", "principals": ["arn:aws:iam::*:user/dora"]}
SECRET = "AKIAIOSFODNN7EXAMPLE"


@pytest.fixture
def browser(scene: Scene, tmp_path: Path) -> Iterator[Browser]:
    scene.aws_refuses.attach(scene.world.team.aws.session)
    with browsing(tmp_path) as browser:
        yield browser


@pytest.fixture
def asked(scene: Scene) -> tuple[Resource, Story]:
    """A parameter that people are asked about."""
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    return parameter, scene.waits(parameter)


def link_of(scene: Scene, story: Story, name: str = "on-call") -> str:
    """A link as the message has it."""
    team = scene.world.team
    return links_for(story.incident, team)[name]


def fresh(scene: Scene, story: Story) -> Story:
    return scene.world.team.incidents.story(story.incident.incident_id)


def approve(scene: Scene, story: Story, *, approved: bool = True, by: str = "bob") -> None:
    assert story.incident.plan
    approval = Approval(
        approved=approved, by=by, digest=story.incident.plan.digest, decided_at=scene.world.team.clock()
    )
    answer_approval(story.incident.incident_id, approval, scene.world.team)


def end(scene: Scene, parameter: Resource, story: Story) -> Story:
    """So that nothing of this story is left to the next one."""
    approve(scene, story, approved=False)
    return scene.story(parameter)


# -- looking ------------------------------------------------------------------------------------


def test_the_page_shows_what_would_be_done_and_why_and_changes_nothing(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    link = link_of(scene, story)
    before = fresh(scene, story)
    pages = [browser.look(link) for _ in range(3)]
    assert [page.status for page in pages] == [200, 200, 200]
    assert fresh(scene, story) == before
    assert scene.value_of(parameter) == BAD
    text = unescape(pages[0].text)
    assert story.incident.plan
    assert story.incident.assessment
    for told in (
        story.incident.plan.summary,
        story.incident.plan.digest,
        "Nothing is changed",
        story.incident.assessment.evidence[0].fact,
    ):
        assert told in text
    end(scene, parameter, story)


def test_a_review_holds_what_is_needed_to_answer(scene: Scene, asked: tuple[Resource, Story]) -> None:
    parameter, story = asked
    team = scene.world.team
    review = review_incident(story.incident.incident_id, team, by="arn:aws:iam::123456789012:user/dora")
    (step,) = review.steps
    assert story.incident.plan
    assert (step.action, step.kind, step.risk) == ("restore_parameter", "api", story.incident.plan.risk)
    assert step.parameters == story.incident.plan.actions[0].parameters
    assert step.undo == team.actions["restore_parameter"].title
    assert step.permissions == team.actions["restore_parameter"].permissions
    (change,) = review.changes
    assert change.attribute == "value"
    assert change.now != change.after
    assert review.incident == story.incident
    assert (review.asked, review.approvals_needed, review.approvals, review.confirm) == (True, 1, (), "")
    assert review.asked_at
    assert review.expires_at
    assert 3500 < review.seconds_left <= 3600
    assert review.if_nobody_answers.startswith("Nothing is changed. At ")
    assert review.nonce
    end(scene, parameter, story)
    after = review_incident(story.incident.incident_id, team, by="dora")
    assert (after.asked, after.nonce) == (False, "")
    assert after.etag != review.etag


def test_a_mail_scanner_that_follows_links_with_head_decides_nothing(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    page = browser.look(link_of(scene, story), "HEAD")
    assert (page.status, page.text) == (200, "")
    assert fresh(scene, story) == story
    end(scene, parameter, story)


def test_nobody_keeps_frames_or_passes_on_the_page(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    link = link_of(scene, story)
    for page in (browser.look(link), browser.look(f"{link}x"), browser.send(link, b"")):
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert "<script" not in page.text
    end(scene, parameter, story)


# -- answering ----------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_an_answer_by_the_form_counts_once(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story], answer: str
) -> None:
    parameter, story = asked
    link = link_of(scene, story)
    nonce = browser.look(link).nonce
    page = browser.answer(link, answer, nonce=nonce, name="dora", reason="I looked at it")
    assert page.status == 200
    ended = scene.story(parameter)
    assert ended.incident.state is (State.COMPLETED if answer == "approve" else State.REJECTED)
    assert scene.value_of(parameter) == (GOOD if answer == "approve" else BAD)
    assert ended.incident.approval
    assert ended.incident.approval.by == "dora (by the link for on-call)"
    assert ended.incident.approval.reason == "I looked at it"
    for again in ("approve", "reject"):
        replayed = browser.answer(link, again, nonce=nonce)
        assert replayed.status == 409
        assert "answered already" in replayed.text
    assert browser.look(link).status == 409
    assert fresh(scene, ended) == ended


def test_a_link_that_was_made_for_somebody_answers_in_that_name_alone(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    scene.change_policy(approvals={"approvers": [DORA]})
    link = link_of(scene, story, "dora")
    assert browser.answer(link, "reject", name="somebody else").status == 200
    ended = scene.story(parameter)
    assert ended.incident.approval
    assert (ended.incident.approval.by, ended.incident.approval.person) == ("dora", "dora")
    assert "dora rejected the plan" in said(ended)


def test_who_is_no_approver_any_more_has_no_link_any_more(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    anybody = link_of(scene, story)
    scene.change_policy(approvals={"approvers": [DORA]})
    hers = link_of(scene, story, "dora")
    assert browser.look(anybody).status == 404
    scene.change_policy(approvals={"approvers": [{"name": "erin"}]})
    assert browser.answer(hers, "approve", nonce="1.a.b").status == 404
    end(scene, parameter, story)


def test_what_people_write_is_kept_inert_and_without_secrets(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    page = browser.answer(
        link_of(scene, story),
        "reject",
        name="\x1b[31m<script>alert(1)</script>\u202e",
        reason=f"<img src=x onerror=alert(1)> {SECRET}",
    )
    ended = scene.story(parameter)
    assert ended.incident.approval
    kept = json.dumps(ended.incident.approval.model_dump(mode="json")) + json.dumps(said(ended))
    for bad in ("\\u001b", "\\u202e", SECRET):
        assert bad not in kept
    assert "<script>" not in page.text
    assert "<img" not in page.text
    assert SECRET not in page.text


# -- links that are good for nothing ------------------------------------------------------------


def test_a_wrong_link_tells_nothing(scene: Scene, browser: Browser, asked: tuple[Resource, Story]) -> None:
    parameter, story = asked
    link = link_of(scene, story)
    head, _, token = link.rpartition("/")
    payload, kid, mac = token.split(".")
    wrong = [
        f"{payload}.{kid}.{'A' * 43}",
        f"{payload}.other.{mac}",
        f"{payload[:-2]}.{kid}.{mac}",
        token.swapcase(),
        token + "=",
        "x",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%F0%9F%98%80",
        "A" * 3000,
    ]
    pages = [browser.look(f"{head}/{one}") for one in wrong]
    pages += [browser.send(f"{head}/{one}", b"answer=approve&nonce=x") for one in wrong]
    assert {page.status for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert story.incident.incident_id not in pages[0].text
    assert parameter.id not in pages[0].text
    assert fresh(scene, story) == story
    end(scene, parameter, story)


def test_a_link_expires_with_its_question(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    team = scene.world.team
    link = link_of(scene, story)
    step = first_step(story.incident, team).resumed(story.incident)
    late = step.moved(error=WorkflowError(Error="States.Timeout"))
    over = scene.world.invoke("roll_back", late.model_dump(mode="json"))
    team.executions.answer(team.incidents.task_token(step.incident_id), Step.model_validate(over))
    ended = scene.story(parameter)
    assert ended.incident.state is State.EXPIRED
    assert ended.incident.problem == "nobody answered in time"
    page = browser.look(link)
    assert page.status == 410
    assert "expired" in page.text
    assert browser.send(link, b"answer=approve&nonce=x").status == 410
    assert fresh(scene, ended) == ended


def test_a_new_question_kills_the_links_of_the_old_one(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    """Whoever comes to ask at another time asks something else."""
    parameter, story = asked
    team = scene.world.team
    old = link_of(scene, story)
    nonce = browser.look(old).nonce
    step = first_step(story.incident, team).resumed(story.incident)
    token = team.incidents.task_token(story.incident.incident_id)
    scene.world.invoke(
        "request_approval", {"token": token, "step": step.moved(since=team.clock()).model_dump(mode="json")}
    )
    again = fresh(scene, story)
    assert again.incident.question
    assert story.incident.question
    assert again.incident.question.version != story.incident.question.version
    assert browser.look(old).status == 410
    assert browser.answer(old, "approve", nonce=nonce).status == 410
    assert browser.answer(link_of(scene, again), "reject").status == 200
    assert scene.story(parameter).incident.state is State.REJECTED


def test_an_attempt_at_asking_that_is_repeated_asks_the_same_question(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    """People were told already and are told no more: the links that they have must stay good."""
    parameter, story = asked
    team = scene.world.team
    old, question = link_of(scene, story), story.incident.question
    assert question
    step = first_step(story.incident, team).resumed(story.incident)
    since = question.expires_at - timedelta(seconds=step.approval_seconds)
    again = step.moved(since=since).model_dump(mode="json")
    token = team.incidents.task_token(story.incident.incident_id)
    scene.world.invoke("request_approval", {"token": token, "step": again})
    assert fresh(scene, story).incident.question == question
    assert len(scene.inbox.people_about(story.incident.incident_id)) == 1
    assert browser.answer(old, "reject").status == 200
    assert scene.story(parameter).incident.state is State.REJECTED


def test_a_link_about_another_plan_is_good_for_nothing(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    team = scene.world.team
    head, _, token = link_of(scene, story).rpartition("/")
    link = check_link(token, team.link_keys(), team.clock())
    other = sign_link(link.model_copy(update={"digest": "0" * 64}), team.link_keys())
    assert browser.look(f"{head}/{other}").status == 410
    nowhere = sign_link(link.model_copy(update={"incident_id": "inc-nowhere"}), team.link_keys())
    assert browser.look(f"{head}/{nowhere}").status == 404
    end(scene, parameter, story)


def test_what_was_answered_otherwise_is_told_to_whoever_comes_later(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    link = link_of(scene, story)
    nonce = browser.look(link).nonce
    approve(scene, story)
    scene.story(parameter)
    for page in (browser.look(link), browser.answer(link, "approve", nonce=nonce)):
        assert page.status == 409
        assert "Approved by bob" in page.text


# -- forms that are none of ours ----------------------------------------------------------------


def test_a_form_that_the_page_did_not_make_counts_for_nothing(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    link, other = link_of(scene, story), link_of(scene, story)
    foreign = browser.look(other).nonce
    assert foreign
    for nonce in (foreign, foreign[:-1], "x"):
        assert browser.answer(link, "approve", nonce=nonce).status == 403
    assert fresh(scene, story) == story
    end(scene, parameter, story)


NO_FORMS = {
    "nothing": (b"", 400),
    "no nonce": (b"answer=approve", 400),
    "no answer": (b"answer=perhaps&nonce=x", 400),
    "a field twice": (b"answer=approve&answer=reject&nonce=x", 400),
    "a field more": (b"answer=approve&nonce=x&more=y", 400),
    "no text": (b"answer=approve&nonce=%ff", 400),
    "a long reason": (b"answer=approve&nonce=x&reason=" + b"y" * 501, 400),
    "a form that is too long": (b"answer=approve&nonce=x&reason=" + b"y" * 9000, 413),
    "a megabyte": (b"y" * 1_000_000, 413),
    "json": (b'{"answer": "approve"}', 400),
}


def test_what_is_no_form_is_refused(scene: Scene, browser: Browser, asked: tuple[Resource, Story]) -> None:
    parameter, story = asked
    link = link_of(scene, story)
    found = {name: browser.send(link, body).status for name, (body, _) in NO_FORMS.items()}
    assert found == {name: status for name, (_, status) in NO_FORMS.items()}
    body = urlencode({"answer": "approve", "nonce": browser.look(link).nonce}).encode()
    for other in ("application/json", "text/plain", "multipart/form-data", ""):
        assert browser.send(link, body, other).status == 415
    assert fresh(scene, story) == story
    end(scene, parameter, story)


# -- keys ---------------------------------------------------------------------------------------


def test_without_keys_no_link_is_made_or_believed_and_people_can_still_answer(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    link = link_of(scene, story)
    nonce = browser.look(link).nonce
    scene.change_policy()  # new collaborators: nothing is remembered
    with scene.aws_refuses.refuse("GetParameter", text="link-keys"):
        team = scene.world.team
        assert links_for(story.incident, team) == {}
        assert browser.look(link).status == 503
        page = browser.answer(link, "approve", nonce=nonce)
        assert page.status == 503
        assert "mainstay approve" in page.text
        assert fresh(scene, story) == story
        approve(scene, story)
    assert scene.story(parameter).incident.state is State.COMPLETED


def test_a_link_outlives_the_rotation_of_its_key(
    scene: Scene, browser: Browser, asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    team = scene.world.team
    old = link_of(scene, story)

    def call(service: str, operation: str, /, **parameters: object) -> dict[str, object]:
        answer: dict[str, object] = getattr(scene.world.aws.client(service, GHOST), operation)(**parameters)
        return answer

    rotate_keys(call, team.settings, team.clock())
    scene.change_policy()  # new collaborators: nothing is remembered
    new = link_of(scene, story)
    assert old.split(".")[-2] != new.split(".")[-2]
    assert browser.look(new).status == 200
    assert browser.answer(old, "reject").status == 200
    assert scene.story(parameter).incident.state is State.REJECTED


def test_a_link_lives_no_longer_than_its_question(scene: Scene, asked: tuple[Resource, Story]) -> None:
    parameter, story = asked
    team = scene.world.team
    token = link_of(scene, story).rpartition("/")[2]
    link = check_link(token, team.link_keys(), team.clock())
    assert story.incident.question
    assert link.expires_at == int(story.incident.question.expires_at.timestamp())
    assert team.clock() < story.incident.question.expires_at < team.clock() + timedelta(hours=1)
    end(scene, parameter, story)


# -- what no page, mail or log has --------------------------------------------------------------


def test_the_task_token_is_on_no_page(scene: Scene, browser: Browser, asked: tuple[Resource, Story]) -> None:
    parameter, story = asked
    token = scene.world.team.incidents.task_token(story.incident.incident_id)
    link = link_of(scene, story)
    pages = [browser.look(link), browser.answer(link, "approve"), browser.look(link)]
    scene.story(parameter)
    assert len(token) > 20
    assert all(token not in page.text + repr(page.headers) for page in pages)
    assert begun(fresh(scene, story)) == ["do-0"]
