"""Answers and the mode through the API: who may, about what, and what a refusal tells."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.incidents.model import State
from tests.functional.api_client import ALICE, Answered, Api
from tests.functional.scene import Scene, said

NO_DIGEST = "0" * 64


@pytest.fixture
def api(scene: Scene) -> Api:
    assert scene.world
    return Api()


@pytest.fixture
def asked(scene: Scene) -> dict[str, Any]:
    """An incident that waits for an answer, as the API shows it."""
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    incident = scene.waits(parameter).incident
    found: dict[str, Any] = Api().get(f"/incidents/{incident.incident_id}").body
    return found


def approve(api: Api, shown: dict[str, Any], **headers: str) -> Answered:
    return api.post(shown["links"]["approve"], {"digest": shown["plan"]["digest"]}, **headers)


def record_of(scene: Scene, shown: dict[str, Any]) -> Any:
    return scene.world.team.incidents.load(shown["incident_id"])


# -- approving and rejecting --------------------------------------------------------------------


def test_an_approval_of_the_plan_that_was_seen_heals(scene: Scene, api: Api, asked: dict[str, Any]) -> None:
    done = api.post(
        asked["links"]["approve"],
        {"digest": asked["plan"]["digest"], "reason": "agreed"},
        if_match=asked["etag"],
    )
    assert (done.status, done.body["approval"]["by"]) == (200, ALICE)
    assert done.body["approval"]["reason"] == "agreed"
    assert done.headers["etag"] == done.body["etag"] != asked["etag"]
    resource = record_of(scene, asked).resource
    assert scene.story(resource).incident.state is State.COMPLETED


def test_a_rejection_says_who_and_why(scene: Scene, api: Api, asked: dict[str, Any]) -> None:
    done = api.post(asked["links"]["reject"], {"reason": "it is being moved"})
    assert (done.status, done.body["state"]) == (200, "REJECTED")
    story = scene.story(record_of(scene, asked).resource)
    assert any(ALICE in line and "it is being moved" in line for line in said(story))


def test_a_stale_digest_is_told_the_plan_as_it_is(scene: Scene, api: Api, asked: dict[str, Any]) -> None:
    refused = api.post(asked["links"]["approve"], {"digest": NO_DIGEST})
    assert (refused.status, refused.kind) == (409, "plan-changed")
    assert refused.body["plan"] == asked["plan"]
    assert (refused.body["state"], refused.body["etag"]) == ("AWAITING_APPROVAL", asked["etag"])
    assert record_of(scene, asked).state is State.AWAITING_APPROVAL
    assert api.post(asked["links"]["reject"], {"digest": NO_DIGEST}).kind == "plan-changed"
    assert api.post(asked["links"]["reject"], {"digest": asked["plan"]["digest"]}).status == 200


def test_another_record_than_the_one_that_was_seen_is_not_answered_about(
    scene: Scene, api: Api, asked: dict[str, Any]
) -> None:
    for path in (asked["links"]["approve"], asked["links"]["reject"]):
        refused = api.post(path, {"digest": asked["plan"]["digest"]}, if_match='"another"')
        assert (refused.status, refused.kind) == (412, "record-moved")
        assert refused.body["etag"] == asked["etag"]
    assert record_of(scene, asked).state is State.AWAITING_APPROVAL
    assert approve(api, asked, if_match="*").status == 200


def test_where_nobody_waits_any_more_the_state_is_told(scene: Scene, api: Api, asked: dict[str, Any]) -> None:
    assert api.post(asked["links"]["reject"]).status == 200
    refused = approve(api, asked)
    assert (refused.status, refused.kind, refused.body["state"]) == (409, "not-waiting", "REJECTED")
    assert record_of(scene, asked).state is State.REJECTED


def test_of_many_answers_at_once_one_counts(scene: Scene, api: Api, asked: dict[str, Any]) -> None:
    people = [replace(api, user=f"arn:aws:iam::123456789012:user/person-{n}") for n in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda one: approve(one, asked), people))
    statuses = sorted(one.status for one in answers)
    assert statuses == [200] + [409] * 7
    counted = next(one for one in answers if one.status == 200).body["approval"]["by"]
    story = scene.story(record_of(scene, asked).resource)
    assert story.incident.approval is not None
    assert story.incident.approval.by == counted
    assert sum("approved the plan" in line for line in said(story)) == 1


@pytest.mark.parametrize(
    "name", ["inc-20260101-000000-00000000", "x", "a" * 3000], ids=lambda name: name[:30]
)
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_nothing_is_answered_about_an_unknown_incident(api: Api, name: str, verb: str) -> None:
    refused = api.post(f"/incidents/{name}/{verb}", {"digest": NO_DIGEST})
    assert (refused.status, refused.kind) == (404, "unknown-incident")


def test_nobody_answers_without_a_name(scene: Scene, asked: dict[str, Any]) -> None:
    """API Gateway lets nobody in that IAM does not know; should it ever, nothing is done."""
    refused = approve(Api(user=""), asked)
    assert refused.status == 403
    assert record_of(scene, asked).state is State.AWAITING_APPROVAL
    assert Api().post(asked["links"]["reject"]).status == 200


def test_a_header_names_nobody(scene: Scene, asked: dict[str, Any]) -> None:
    told = approve(Api(headers={"x-user": "root", "X-Amzn-Principal": "root"}), asked)
    assert told.body["approval"]["by"] == ALICE
    assert scene.story(record_of(scene, asked).resource).incident.state is State.COMPLETED


# -- the mode -----------------------------------------------------------------------------------


def test_whoever_switches_is_kept_with_the_time_and_the_reason(scene: Scene, api: Api) -> None:
    scene.set_mode("auto")
    before = scene.world.team.clock()
    done = api.put("/mode", {"mode": "observe", "reason": "the migration begins"})
    assert (done.status, done.body["mode"], done.body["set_by"]) == (200, "observe", ALICE)
    assert api.get("/policy").body["mode"] == done.body
    kept = scene.world.team.memory.switches.past_switches(1)[0]
    assert (kept.mode, kept.set_by, kept.reason) == ("observe", ALICE, "the migration begins")
    assert kept.set_at >= before


def test_a_reason_may_be_left_out(scene: Scene, api: Api) -> None:
    scene.set_mode("auto")
    assert api.put("/mode", {"mode": "off"}).body["mode"] == "off"
    assert api.put("/mode", {"mode": "approve"}).body["mode"] == "approve"
    assert api.get("/policy").body["mode"]["mode"] == "approve"


def test_the_mode_is_switched_only_while_it_is_the_one_that_was_seen(scene: Scene, api: Api) -> None:
    scene.set_mode("auto")
    seen = api.get("/policy").body["mode"]["etag"]
    first = api.put("/mode", {"mode": "approve", "reason": "one"}, if_match=seen)
    second = api.put("/mode", {"mode": "auto", "reason": "two"}, if_match=seen)
    assert (first.status, second.status, second.kind) == (200, 412, "record-moved")
    assert (second.body["mode"], second.body["etag"]) == ("approve", first.body["etag"])
    assert api.put("/mode", {"mode": "auto", "reason": "two"}, if_match=first.body["etag"]).status == 200


def test_of_two_who_have_seen_the_same_mode_one_switches(scene: Scene, api: Api) -> None:
    """The second writes between the first one's look and its write."""
    scene.set_mode("auto")
    seen = api.get("/policy").body["mode"]["etag"]
    other = {"mode": "observe", "reason": "quicker"}
    with scene.aws_refuses.before(
        "TransactWriteItems", text="slower", act=lambda: api.put("/mode", other, if_match=seen)
    ):
        slower = api.put("/mode", {"mode": "approve", "reason": "slower"}, if_match=seen)
    assert (slower.status, slower.body["mode"]) == (412, "observe")
    assert api.get("/policy").body["mode"]["mode"] == "observe"
