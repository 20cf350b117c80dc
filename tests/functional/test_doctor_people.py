"""Whether questions reach those who may answer them, and nobody else: what the doctor says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from chalicelib.analysis.approvers import Approvals
from chalicelib.analysis.policy import Messages
from mainstay.doctor.checks.chat import CHAT
from mainstay.doctor.checks.people import PEOPLE
from mainstay.doctor.findings import Level
from tests.functional.whole_stage import WholeStage, open_stage, subscribe, worst

APPROVERS = Approvals.model_validate(
    {"approvers": [{"name": "alice", "mail": "alice@example.com"}, {"name": "bob"}]}
)


@pytest.fixture(scope="module")
def stage(new_world: None) -> Iterator[WholeStage]:  # noqa: ARG001 - other worlds are closed first
    with open_stage() as whole:
        yield whole


@pytest.fixture
def afterwards() -> Iterator[ExitStack]:
    with ExitStack() as undo:
        yield undo


@pytest.fixture
def nobody(stage: WholeStage) -> Iterator[WholeStage]:
    """The stage while nobody is told."""
    _unsubscribe_all(stage)
    yield stage
    _unsubscribe_all(stage)
    subscribe(stage, "oncall@example.com")


def _unsubscribe_all(stage: WholeStage) -> None:
    client, topic = stage.client("sns"), stage.world.team.settings.people_topic_arn
    for one in client.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        client.unsubscribe(SubscriptionArn=one["SubscriptionArn"])


def test_nobody_who_is_told_is_a_failure(nobody: WholeStage) -> None:
    (found,) = nobody.look(PEOPLE)
    assert (found.level, found.todo.endswith("--mail you@example.com")) == (Level.FAIL, True)


def test_a_subscription_that_waits_for_its_confirmation_tells_nobody(nobody: WholeStage) -> None:
    nobody.answers["sns:list_subscriptions_by_topic"] = lambda **_: {
        "Subscriptions": [{"SubscriptionArn": "PendingConfirmation", "Endpoint": "carol@example.com"}]
    }
    found = nobody.look(PEOPLE)
    nobody.answers.clear()

    assert [one.level for one in found] == [Level.WARN, Level.FAIL]
    assert "carol@example.com has not confirmed" in found[0].says


@pytest.mark.parametrize(
    ("filter_policy", "level", "says"),
    [
        ({"type": ["alert"]}, Level.FAIL, "filters hide every question"),
        (
            {"severity_number": [{"numeric": [">=", 7]}]},
            Level.WARN,
            "filters hide some questions from whoever is on call",
        ),
        ({"state": ["AWAITING_APPROVAL"]}, Level.WARN, "filters hide digests from whoever is on call"),
        ({"severity_number": [{"numeric": [">", 0]}]}, Level.OK, "questions reach whoever is on call"),
        ({"approver": [{"exists": False}]}, Level.OK, "questions reach whoever is on call"),
    ],
    ids=["hides all", "hides some", "hides digests", "hides none", "for everybody"],
)
def test_filters_that_hide_questions_are_found(
    nobody: WholeStage, filter_policy: dict[str, Any], level: Level, says: str
) -> None:
    subscribe(nobody, "oncall@example.com", **filter_policy)

    last = nobody.look(PEOPLE)[-1]

    assert (last.level, says in last.says) == (level, True)


@pytest.mark.parametrize(
    "attributes",
    [
        {"FilterPolicy": '{"state": [{"cidr": "10.0.0.0/24"}]}'},
        {"FilterPolicy": '{"incident": {"state": ["FAILED"]}}', "FilterPolicyScope": "MessageBody"},
    ],
    ids=["a condition that is not known", "by the text of messages"],
)
def test_a_filter_that_cannot_be_judged_is_unknown(nobody: WholeStage, attributes: dict[str, str]) -> None:
    subscribe(nobody, "oncall@example.com")
    nobody.answers["sns:get_subscription_attributes"] = lambda **_: {"Attributes": attributes}
    found = nobody.look(PEOPLE)
    nobody.answers.clear()

    assert [one.level for one in found] == [Level.OK, Level.UNKNOWN, Level.UNKNOWN]
    assert found[-1].says == "nobody can tell whether questions reach whoever is on call"


def test_an_approver_whom_no_subscription_reaches_is_a_failure(nobody: WholeStage) -> None:
    subscribe(nobody, "alice@example.com", approver=["alice"])

    found = {one.says: one for one in nobody.look(PEOPLE, approvals=APPROVERS)}

    assert found["questions reach alice"].level is Level.OK
    hidden = found["no subscription lets questions for bob through"]
    assert hidden.level is Level.FAIL
    assert """'FilterPolicy={"approver": ["bob"]}'""" in hidden.todo


def test_a_chat_that_is_an_approver_has_to_be_told(stage: WholeStage) -> None:
    """It hears of questions by its webhook, so no subscription is missed for it."""
    approvals = Approvals.model_validate({"approvers": [{"name": "chat"}]})

    untold = worst(stage.look(PEOPLE, approvals=approvals))
    told = worst(stage.look(PEOPLE, approvals=approvals, messages=Messages(chat=True)))

    assert ([one.level for one in untold], told) == ([Level.FAIL], [])


def test_whoever_gets_the_links_of_several_approvers_is_told_of(nobody: WholeStage) -> None:
    subscribe(nobody, "team@example.com")

    last = nobody.look(PEOPLE, approvals=APPROVERS)[-1]

    assert last.level is Level.WARN
    assert last.says == "team@example.com gets the links of alice, bob, and could answer as each of them"


def test_the_chat_that_the_policy_wants_has_to_be_known(stage: WholeStage, afterwards: ExitStack) -> None:
    wanted = {"messages": Messages(chat=True)}
    (missing,) = stage.look(CHAT, **wanted)
    put = {"Name": "/mainstay/local/chat", "Type": "SecureString", "Overwrite": True}
    afterwards.callback(stage.client("ssm").delete_parameter, Name="/mainstay/local/chat")
    stage.client("ssm").put_parameter(**put, Value="{}")
    (wrong,) = stage.look(CHAT, **wanted)
    stage.client("ssm").put_parameter(**put, Value='{"url": "https://chat.example.com/x"}')
    known, unsigned = stage.look(CHAT, **wanted)

    assert (missing.level, wrong.level, known.level, unsigned.level) == (
        Level.FAIL,
        Level.FAIL,
        Level.OK,
        Level.WARN,
    )
