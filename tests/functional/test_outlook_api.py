"""What is ahead, asked over HTTP: each answer is JSON, each error a problem document."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from chalice.test import Client

from chalicelib.incidents.alert import Alert, AlertOutcome, AlertState
from chalicelib.prediction.scores import Score
from chalicelib.prediction.sightings import alert_id_of
from tests.functional.scene import Scene
from tests.unit.incidents.alerts import CHECKOUT, OPENED, STORAGE, a_log_sight, an_alert

pytestmark = [
    pytest.mark.usefixtures("new_world"),
    # The client stands behind API Gateway, where IAM has been asked already: see tests/contract/test_api.py.
    pytest.mark.filterwarnings("ignore:IAMAuthorizer is not a supported in local mode"),
]

NOW = OPENED + timedelta(minutes=10)
GROUP = "/app/checkout"
SECRET = "AKIAIOSFODNN7EXAMPLE"


class Answer(NamedTuple):
    """What came back: its body has been JSON on the way."""

    status: int
    kind: str
    body: Any


Ask = Callable[[str], Answer]


@pytest.fixture
def ask(scene: Scene, tmp_path: Path) -> Iterator[Ask]:
    """Ask the world's API. The client is given no project, so that nothing but the world's settings count."""
    scene.world.set_clock(lambda: NOW)
    with Client(sys.modules["app"].app, project_dir=str(tmp_path)) as client:

        def asked(path: str) -> Answer:
            answer = client.http.get(path)
            kind = answer.headers["Content-Type"]
            return Answer(answer.status_code, kind, json.loads(answer.body))

        yield asked
    scene.world.set_clock(None)


def opened(scene: Scene, alert: Alert) -> Alert:
    team = scene.world.team
    team.aws.read("dynamodb", "transact_write_items", TransactItems=team.alerts.opened(alert))
    return alert


def numbered(scene: Scene, minute: int, **changes: Any) -> Alert:
    at = OPENED + timedelta(minutes=minute)
    name = alert_id_of(CHECKOUT, "rate_spike", at.timestamp())
    return opened(scene, an_alert(CHECKOUT, alert_id=name, opened_at=at, updated_at=at, **changes))


def forgotten(scene: Scene) -> None:
    """Settle whatever earlier stories have left, so that a story sees its own."""
    team = scene.world.team
    for alert_id in list(team.alerts.live()):
        alert = team.alerts.load(alert_id)
        assert alert is not None
        score = Score(detectors=("of earlier stories",), outcome=AlertOutcome.PASSED)
        if alert.outcome is None:
            team.alerts.settle(alert, score, OPENED - timedelta(days=30))
        team.alerts.let_rest(alert_id)


# -- forecasts ----------------------------------------------------------------------------------


def test_where_nothing_is_ahead_the_list_is_empty(scene: Scene, ask: Ask) -> None:
    forgotten(scene)
    assert ask("/forecasts") == Answer(200, "application/json", {"forecasts": [], "next": ""})


def test_a_forecast_says_what_when_how_sure_and_what_could_be_done(scene: Scene, ask: Ask) -> None:
    forgotten(scene)
    alert = opened(scene, an_alert(STORAGE))
    (found,) = ask("/forecasts").body["forecasts"]
    assert found["alert_id"] == alert.alert_id
    assert found["summary"].startswith("free storage of db-orders is 1.2 GiB, likely to reach 0 bytes")
    assert (found["probability"], found["horizon_minutes"], found["urgency"]) == (0.8, 40.0, "now")
    assert found["expected_at"] == "2026-11-24T03:35:00Z"
    assert found["suggested_action"] == "give the database more storage"
    assert found["subject"]["resource"]["id"] == "db-orders"
    assert found["detectors"] == ["forecast"]
    assert (found["state"], found["outcome"]) == ("OPEN", None)


def test_alerts_come_newest_first_and_in_pages(scene: Scene, ask: Ask) -> None:
    forgotten(scene)
    ids = [numbered(scene, minute).alert_id for minute in range(7)][::-1]
    pages, following = [], "/forecasts?limit=3"
    while following:
        page = ask(following).body
        pages.append([one["alert_id"] for one in page["forecasts"]])
        following = f"/forecasts?limit=3&before={page['next']}" if page["next"] else ""
    assert pages == [ids[:3], ids[3:6], ids[6:]]


def test_what_is_over_is_shown_where_the_whole_month_is_asked_for(scene: Scene, ask: Ask) -> None:
    forgotten(scene)
    over = numbered(scene, -60, state=AlertState.CLEARED, cleared_at=OPENED)
    scene.world.team.alerts.settle(over, Score(detectors=("rate_spike",), outcome=AlertOutcome.PASSED), NOW)
    scene.world.team.alerts.let_rest(over.alert_id)
    there = numbered(scene, 8)
    assert [one["alert_id"] for one in ask("/forecasts").body["forecasts"]] == [there.alert_id]
    month = ask("/forecasts?all=month&limit=200").body["forecasts"]
    found = {one["alert_id"]: one["outcome"] for one in month}
    assert (found[over.alert_id], found[there.alert_id]) == ("passed", None)
    assert [one["alert_id"] for one in month] == sorted(found, reverse=True)


def test_the_month_comes_in_pages_too(scene: Scene, ask: Ask) -> None:
    for minute in range(4):
        numbered(scene, minute)
    first = ask("/forecasts?all=month&limit=2").body
    second = ask(f"/forecasts?all=month&limit=2&before={first['next']}").body
    ids = [one["alert_id"] for page in (first, second) for one in page["forecasts"]]
    assert len(set(ids)) == 4
    assert ids == sorted(ids, reverse=True)


def test_nothing_leaves_that_is_secret_or_alive(scene: Scene, ask: Ask) -> None:
    forgotten(scene)
    hostile = f"\x1b[31mred\u202e password=hunter2-but-longer {SECRET}"
    numbered(scene, 9, sight=a_log_sight(what=hostile, examples=(hostile,), evidence=(hostile,)))
    text = json.dumps(ask("/forecasts").body)
    assert SECRET not in text
    assert "hunter2" not in text
    assert not [code for code in ("\\u001b", "\\u202e") if code in text]


# -- patterns -----------------------------------------------------------------------------------


def scanned(scene: Scene) -> None:
    """An hour of a log group, as a scan finds it."""
    lines = [
        (
            NOW.timestamp() - 3000 + number,
            f"paid order {number} in {number % 90} ms" if number % 10 else "cache is cold",
        )
        for number in range(2900)
    ]
    lines += [(NOW.timestamp() - 90, f"connected with aws_access_key_id={SECRET}")] * 30
    scene.world.set_clock(lambda: NOW - timedelta(seconds=30))
    scene.world.aws.write_logs(GROUP, "s", sorted(lines))
    scene.world.set_clock(lambda: NOW)
    scene.change_policy(scan={"log_groups": [{"name": GROUP}]})
    scene.world.scan()


def test_the_patterns_of_a_log_group_come_with_their_share_and_how_often_they_came(
    scene: Scene, ask: Ask
) -> None:
    scanned(scene)
    answer = ask("/patterns?log_group=/app/checkout")
    assert answer.status == 200
    found = answer.body
    first, second, third = found["patterns"]
    assert first["template"] == "paid order <*> in <*> ms"
    assert (first["count"], second["count"], third["count"]) == (2610, 290, 30)
    assert (found["lines"], found["templates"]) == (2930, 3)
    assert first["share"] == pytest.approx(2610 / 2930)
    assert len(first["rates"]) == len(found["rates"]) == 24
    assert found["scanned_at"] == "2026-11-24T03:05:00Z"
    assert found["read_until"] == "2026-11-24T03:04:45Z"
    assert SECRET not in json.dumps(found)


def test_only_the_most_frequent_patterns_are_shown_where_fewer_are_wanted(scene: Scene, ask: Ask) -> None:
    scanned(scene)
    found = ask("/patterns?log_group=/app/checkout&limit=1").body
    assert len(found["patterns"]) == 1
    assert found["templates"] == 3


def test_a_log_group_that_was_never_scanned_is_not_found(ask: Ask) -> None:
    assert ask("/patterns?log_group=/app/unknown") == Answer(
        404,
        "application/problem+json",
        {
            "type": "urn:mainstay:problem:unknown-log-group",
            "title": "Nothing is known of this log group",
            "status": 404,
            "detail": "/app/unknown was never scanned",
            "instance": "/patterns",
            "errors": [],
        },
    )


# -- what warnings were worth -------------------------------------------------------------------


def test_precision_recall_and_lead_are_told_for_this_week_and_ever(scene: Scene, ask: Ask) -> None:
    team = scene.world.team
    outcomes = [
        (AlertOutcome.FAILED, 40.0, NOW),
        (AlertOutcome.FAILED, 0.0, NOW),
        (AlertOutcome.WRONG, None, NOW),
        (AlertOutcome.PREVENTED, None, NOW - timedelta(days=7)),
    ]
    for minute, (outcome, lead, at) in enumerate(outcomes):
        alert = numbered(scene, 30 + minute)
        team.alerts.settle(alert, Score(detectors=("silence",), outcome=outcome, lead_minutes=lead), at)
    found = ask("/metrics").body
    assert found["week_name"] == "2026-W48"
    week, ever = (
        next(one for one in found[name] if one["detector"] == "silence") for name in ("week", "ever")
    )
    assert (week["alerts"], week["precision"], week["recall"], week["mean_lead_minutes"]) == (
        2,
        0.5,
        0.5,
        40.0,
    )
    assert (ever["alerts"], ever["prevented"], ever["missed"]) == (3, 1, 1)


# -- what cannot be answered --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/forecasts?all=year", "all"),
        ("/forecasts?limit=0", "limit"),
        ("/forecasts?limit=many", "limit"),
        ("/forecasts?limit=100000", "limit"),
        ("/forecasts?before=LIVE", "before"),
        ("/forecasts?colour=red", "colour"),
        ("/patterns", "log_group"),
        ("/patterns?log_group=", "log_group"),
        (f"/patterns?log_group={'x' * 600}", "log_group"),
        ("/metrics?week=1", "week"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_which_part_of_it(ask: Ask, path: str, field: str) -> None:
    answer = ask(path)
    assert (answer.status, answer.kind) == (400, "application/problem+json")
    assert answer.body["type"] == "urn:mainstay:problem:invalid-query"
    assert answer.body["detail"].startswith(f"{field}: ")
    assert [one["field"] for one in answer.body["errors"]] == [field]


@pytest.mark.parametrize(
    ("code", "status"),
    [("ProvisionedThroughputExceededException", 503), ("AccessDeniedException", 500)],
)
def test_trouble_of_ours_is_no_answer_of_nothing(scene: Scene, ask: Ask, code: str, status: int) -> None:
    with scene.aws_refuses.refuse("Query", code=code):
        answers = [ask(path) for path in ("/forecasts", "/metrics", "/patterns?log_group=/app/checkout")]
    assert {(answer.status, answer.kind) for answer in answers} == {(status, "application/problem+json")}
    assert {answer.body["status"] for answer in answers} == {status}
    assert "a request could not be answered" in scene.world.log_file.read_text(encoding="utf-8")
