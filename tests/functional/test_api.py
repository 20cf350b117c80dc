"""The REST API as it is read: lists, one incident, its timeline, the policy, and whether all is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from openapi_spec_validator import validate

from chalicelib import VERSION
from chalicelib.aws.records import write_record
from chalicelib.incidents.model import Actor, ActorKind, Incident, Resource, Signal, SignalSource, State
from chalicelib.incidents.timeline import START
from mainstay.embedded.calls import invocation
from tests.functional.api_client import Answered, Api
from tests.functional.scene import Scene

pytestmark = pytest.mark.usefixtures("new_world")

SECRET = "AKIAIOSFODNN7EXAMPLE"
HOSTILE = "i-\x1b[31mred\u202e"
NOW = datetime(2031, 3, 2, 12, 0, tzinfo=UTC)
"""Of the lists: no incident of another story is near it."""


@pytest.fixture
def api(scene: Scene) -> Api:
    assert scene.world
    return Api()


@pytest.fixture
def lists(scene: Scene) -> Iterator[Scene]:
    """A world in which it is another day, for incidents that are put there."""
    scene.world.set_clock(lambda: NOW)
    yield scene
    scene.world.set_clock(None)


def put(scene: Scene, number: int, opened_at: datetime, **changes: object) -> str:
    """An incident as it lies in the table, without the workflow that would have brought it there."""
    kind, name = str(changes.pop("type", "ec2.instance")), str(changes.pop("id", f"i-{number:04d}"))
    resource = scene.world.resource(kind, name)
    incident = an_incident(number, resource, opened_at, **changes)
    team = scene.world.team
    content = write_record(incident)
    if incident.ended_at:
        del content["gsi_open_pk"]
        content["ended_at"] = {"S": incident.ended_at.isoformat()}
    guard = {"pk": {"S": f"RESOURCE#{resource.key}"}, "sk": {"S": "GUARD"}}
    for item in (content, guard):
        team.aws.read("dynamodb", "put_item", TableName=team.settings.incidents_table, Item=item)
    return incident.incident_id


def an_incident(number: int, resource: Resource, opened_at: datetime, **changes: object) -> Incident:
    signal = Signal(
        signal_id=f"signal-{number}",
        source=SignalSource.API_CALL,
        resource=resource,
        failure="stopped",
        event_name="StopInstances",
        occurred_at=opened_at,
        actor=Actor(kind=ActorKind.PERSON, name="alice"),
    )
    fields: dict[str, object] = {
        "incident_id": f"inc-{opened_at:%Y%m%d-%H%M%S}-{number:08x}",
        "resource": resource,
        "failure": "stopped",
        "state": State.DETECTING,
        "bookmark": START,
        "opened_at": opened_at,
        "failed_at": opened_at,
        "signals": (signal,),
    }
    return Incident.model_validate(fields | changes)


def walk(api: Api, **query: object) -> list[list[str]]:
    """The ids of each page."""
    found: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.get(f"/incidents?{urlencode({**query, **cursor})}")
        assert page.status == 200, page.body
        found.append([one["incident_id"] for one in page.body["incidents"]])
        if not page.body["next"]:
            return found
        cursor = {"cursor": page.body["next"]}


def ids(api: Api, **query: object) -> list[str]:
    return [one for page in walk(api, **query) for one in page]


# -- lists --------------------------------------------------------------------------------------


def test_incidents_come_newest_first_over_months_and_pages(lists: Scene, api: Api) -> None:
    times = [NOW - timedelta(days=days) for days in (0, 1, 3, 20, 40, 41, 100)]
    expected = [put(lists, number, at, id=f"i-first-{number}") for number, at in enumerate(times)]
    since = (NOW - timedelta(days=300)).isoformat().replace("+00:00", "Z")
    pages = walk(api, limit=3, since=since)
    assert [one for page in pages for one in page] == expected
    assert all(len(page) <= 3 for page in pages)
    assert pages[0] == expected[:3]


def test_an_entry_says_what_it_waits_for(lists: Scene, api: Api) -> None:
    put(lists, 50, NOW + timedelta(seconds=50), id="i-waits", state=State.AWAITING_APPROVAL)
    (found,) = api.get("/incidents?resource=i-waits").body["incidents"]
    assert found["waits_for"] == "a person's answer"
    assert (found["state"], found["failure"], found["ended_at"]) == ("AWAITING_APPROVAL", "stopped", None)
    assert found["resource"]["id"] == "i-waits"


def test_open_incidents_are_those_that_have_not_ended(lists: Scene, api: Api) -> None:
    at = NOW + timedelta(minutes=2)
    ended = put(lists, 60, at, id="i-over", state=State.FAILED, ended_at=at)
    going = put(lists, 61, at, id="i-on", state=State.EXECUTING)
    found = ids(api, state="open")
    assert going in found
    assert ended not in found
    assert ids(api, resource="i-over", state="open") == []
    assert ids(api, resource="i-over") == ids(api, resource="i-over", state="FAILED") == [ended]


def test_filters_hold_together(lists: Scene, api: Api) -> None:
    base = NOW + timedelta(minutes=10)
    wanted = [
        put(lists, 100 + n, base + timedelta(seconds=n), type="s3.bucket", id=f"bucket-{n}") for n in range(4)
    ]
    put(lists, 110, base + timedelta(seconds=1), type="rds.db-instance", id="db-1")
    put(lists, 111, base + timedelta(seconds=1), type="s3.bucket", id="b-2", state=State.ANALYZING)
    query = {"type": "s3.bucket", "since": "2031-03-02T12:10:01Z", "until": "2031-03-02T12:10:03Z"}
    assert ids(api, **query, state="DETECTING", limit=1) == wanted[3:0:-1]
    assert len(ids(api, **query)) == 4
    assert ids(api, resource="s3.bucket/bucket-1") == [wanted[1]]
    for name in ("s3.bucket/bucket-1", lists.world.resource("s3.bucket", "bucket-1").key, "bucket-1"):
        assert ids(api, resource=name, type="rds.db-instance") == []


@pytest.mark.parametrize("until", ["0001-01-01", "0999-12-31", "1000-01-01", "2029-12-01"])
def test_before_what_is_kept_there_is_nothing(lists: Scene, api: Api, until: str) -> None:
    assert lists
    assert walk(api, until=f"{until}T00:00:00Z") == [[]]


@pytest.mark.parametrize("form", ["{id}", "{type}/{id}", "{account}/{region}/{type}/{id}"])
def test_a_resource_is_found_by_whatever_one_has_at_hand(lists: Scene, api: Api, form: str) -> None:
    incident = put(lists, 200, NOW + timedelta(hours=1), type="ssm.parameter", id="/orders/url")
    resource = lists.world.resource("ssm.parameter", "/orders/url")
    assert ids(api, resource=form.format(**resource.model_dump())) == [incident]


def test_an_id_of_two_resources_has_to_be_said_more_exactly(lists: Scene, api: Api) -> None:
    bucket = put(lists, 210, NOW + timedelta(hours=2), type="s3.bucket", id="orders")
    put(lists, 211, NOW + timedelta(hours=2), type="dynamodb.table", id="orders")
    refused = api.get("/incidents?resource=orders")
    assert (refused.status, refused.kind) == (400, "invalid-query")
    (wrong,) = refused.body["errors"]
    assert wrong["field"] == "resource"
    assert "s3.bucket/orders" in wrong["message"]
    assert "dynamodb.table/orders" in wrong["message"]
    assert ids(api, resource="orders", type="s3.bucket") == ids(api, resource="s3.bucket/orders") == [bucket]


def test_a_resource_that_never_failed_has_an_empty_list(lists: Scene, api: Api) -> None:
    assert lists
    assert walk(api, resource="i-never") == [[]]


def test_what_a_list_shows_is_redacted_and_inert(lists: Scene, api: Api) -> None:
    put(lists, 220, NOW + timedelta(hours=3), id=f"{HOSTILE} {SECRET}", failure=f"stopped \x07{SECRET}")
    found = api.get("/incidents?since=2031-03-02T15:00:00Z&until=2031-03-02T15:00:00Z").body["incidents"]
    assert SECRET not in str(found)
    assert found[0]["resource"]["id"].startswith("i-red")


_QUERIES = {
    "plain": "",
    "open": "?state=open",
    "state": "?state=DETECTING",
    "type": "?type=s3.bucket",
    "rare type": "?type=rds.db-instance&limit=200",
    "by id": "?resource=i-many-3",
    "by name": "?resource=ec2.instance/i-many-3&state=FAILED",
    "a year ago": "?until=2030-03-01T00:00:00Z",
    "a day": "?since=2031-02-01T00:00:00Z&until=2031-02-02T00:00:00Z&state=FAILED",
}


@pytest.mark.parametrize("query", _QUERIES.values(), ids=_QUERIES)
def test_a_page_takes_two_calls_at_most(lists: Scene, api: Api, query: str) -> None:
    for number in range(8):
        put(lists, 300 + number, NOW - timedelta(hours=number), id=f"i-many-{number}")
    with invocation("api_handler", {}) as run:
        assert api.get(f"/incidents{query}").status == 200
    calls = [one.operation for one in lists.world.calls.entries("") if one.run == run.run]
    assert 1 <= len(calls) <= 2
    assert set(calls) <= {"Query", "BatchGetItem"}


_WRONG = {
    "an unknown field": ("colour=red", "colour"),
    "an unknown state": ("state=BROKEN", "state"),
    "an unknown type": ("type=ec2.instances", "type"),
    "no limit": ("limit=0", "limit"),
    "too much": ("limit=201", "limit"),
    "no number": ("limit=many", "limit"),
    "a date": ("since=2031-03-01", "since"),
    "no zone": ("since=2031-03-01T00:00:00", "since"),
    "out of range": ("since=0001-01-01T00:00:00%2B14:00", "since"),
    "the wrong way round": ("since=2031-03-02T00:00:00Z&until=2031-03-01T00:00:00Z", "until"),
    "twice": ("limit=1&limit=2", "limit"),
    "a made-up cursor": ("cursor=abc", "cursor"),
}


@pytest.mark.parametrize(("query", "field"), _WRONG.values(), ids=_WRONG)
def test_a_query_that_cannot_be_used_names_its_field(api: Api, query: str, field: str) -> None:
    refused = api.get(f"/incidents?{query}")
    assert (refused.status, refused.kind) == (400, "invalid-query")
    assert field in [one["field"] for one in refused.body["errors"]]


def test_a_cursor_fits_its_own_list_only(lists: Scene, api: Api) -> None:
    for number in range(3):
        put(lists, 400 + number, NOW - timedelta(minutes=number), id=f"i-cursor-{number}")
    cursor = api.get("/incidents?limit=1").body["next"]
    assert api.get(f"/incidents?limit=2&cursor={cursor}").status == 200
    for other in ("state=open", "type=ec2.instance", "since=2031-03-01T00:00:00Z", "resource=i-cursor-1"):
        refused = api.get(f"/incidents?{other}&cursor={cursor}")
        assert (refused.status, refused.body["errors"][0]["field"]) == (400, "cursor")


# -- one incident -------------------------------------------------------------------------------


@pytest.fixture
def healed(scene: Scene) -> str:
    """The id of an incident that was healed."""

    def play() -> tuple[Resource, object]:
        parameter = scene.make_parameter("sure")
        scene.tamper(parameter)
        return parameter, scene.story(parameter)

    return scene.play_once("healed, for the API", play)[1].incident.incident_id  # type: ignore[arg-type]


def test_an_incident_is_shown_whole(scene: Scene, api: Api, healed: str) -> None:
    found = api.get(f"/incidents/{healed}")
    story = scene.world.team.incidents.story(healed)
    body = found.body
    assert (found.status, body["state"], body["verification"]["health"]) == (200, "COMPLETED", "HEALTHY")
    assert story.incident.plan is not None
    assert body["plan"]["digest"] == story.incident.plan.digest
    assert [gate["gate"] for gate in body["decision"]["gates"]]
    assert [one["fact"] for one in body["assessment"]["evidence"]]
    assert [effect["status"] for effect in body["effects"]] == ["done"]
    assert body["waits_for"] == ""
    assert body["links"]["timeline"] == f"/incidents/{healed}/timeline"
    assert (body["links"]["approve"], body["links"]["reject"]) == ("", "")


def test_neither_tokens_nor_fences_are_shown(scene: Scene, api: Api, healed: str) -> None:
    (effect,) = scene.world.team.incidents.story(healed).effects
    told = str(api.get(f"/incidents/{healed}").body)
    assert effect.token not in told
    assert effect.fence not in told


def test_links_lead_below_the_stage(api: Api, healed: str) -> None:
    assert api
    found = Api(stage="prod").get(f"/incidents/{healed}").body["links"]
    assert found["incident"] == f"/prod/incidents/{healed}"
    assert found["page"] == f"/prod/ui/incidents/{healed}"


def test_whoever_has_it_already_is_told_so(api: Api, healed: str) -> None:
    first = api.get(f"/incidents/{healed}")
    tag = first.headers["etag"]
    assert first.body["etag"] == tag
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = api.get(f"/incidents/{healed}", if_none_match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, None, tag)
    assert api.get(f"/incidents/{healed}", if_none_match='"other"').status == 200


def test_a_timeline_says_whether_it_is_whole(scene: Scene, api: Api, healed: str) -> None:
    found = api.get(f"/incidents/{healed}/timeline").body
    timeline = scene.world.team.incidents.story(healed).timeline
    assert (found["whole"], found["broken"]) == (True, "")
    assert [one["hash"] for one in found["events"]] == [event.hash for event in timeline]
    assert [one["number"] for one in found["events"]] == list(range(1, len(timeline) + 1))


def test_a_timeline_that_was_changed_says_where(lists: Scene, api: Api) -> None:
    incident = put(lists, 500, NOW + timedelta(hours=5))
    team = lists.world.team
    team.aws.read(
        "dynamodb",
        "update_item",
        TableName=team.settings.incidents_table,
        Key={"pk": {"S": f"INCIDENT#{incident}"}, "sk": {"S": "RECORD"}},
        UpdateExpression="SET version = :more",
        ExpressionAttributeValues={":more": {"N": "3"}},
    )
    found = api.get(f"/incidents/{incident}/timeline").body
    assert found["whole"] is False
    assert "the timeline ends at event 0" in found["broken"]


_NONE = ["inc-20260101-000000-00000000", "x", "inc-20260101-000000-0000000G", "%00", "a" * 5000, "../policy"]


@pytest.mark.parametrize("name", _NONE, ids=lambda name: name[:30])
@pytest.mark.parametrize("rest", ["", "/timeline"])
def test_an_unknown_incident_is_not_found(api: Api, name: str, rest: str) -> None:
    refused = api.get(f"/incidents/{quote(name, safe='%')}{rest}")
    assert (refused.status, refused.kind) == (404, "unknown-incident")


# -- policy, health, document -------------------------------------------------------------------


def test_the_policy_is_shown_with_its_version_and_the_mode(scene: Scene, api: Api) -> None:
    found = api.get("/policy")
    assert found.body["version"] == scene.world.team.policy.version
    assert found.body["policy"]["budgets"]["fleet_brake"] == 1000
    assert (found.body["mode"]["mode"], found.body["mode"]["set_by"]) == ("auto", "mainstay")
    assert api.get("/policy", if_none_match=found.headers["etag"]).status == 304
    scene.set_mode("observe")
    changed = api.get("/policy", if_none_match=found.headers["etag"])
    assert (changed.status, changed.body["mode"]["mode"], changed.body["mode"]["set_by"]) == (
        200,
        "observe",
        "bob",
    )


def test_a_mode_that_was_never_set_is_none(scene: Scene, api: Api) -> None:
    scene.forget_mode()
    assert api.get("/policy").body["mode"]["mode"] is None


def test_health_is_open_to_all_and_tells_nothing_else(scene: Scene) -> None:
    assert scene
    found = Api(user=None).get("/health")
    assert (found.status, found.body) == (200, {"status": "ok", "version": VERSION})


def test_without_the_table_it_is_not_well_and_says_no_more(scene: Scene) -> None:
    with scene.aws_refuses.refuse("BatchGetItem"):
        found = Api(user=None).get("/health")
    assert (found.status, found.body) == (503, {"status": "not ok", "version": VERSION})


def test_without_the_table_an_answer_is_refused_without_its_reason(scene: Scene, api: Api) -> None:
    with scene.aws_refuses.refuse("Query", code="InternalServerError"):
        refused = api.get("/incidents")
    assert (refused.status, refused.kind) == (503, "unavailable")
    assert "dynamodb" not in str(refused.body).lower()
    assert any("could not be answered" in str(line.get("message")) for line in scene.log_lines())


def test_the_document_is_openapi(api: Api) -> None:
    found = api.get("/openapi.json")
    validate(found.body)
    assert found.body["openapi"].startswith("3.1")
    assert found.body["info"]["version"] == VERSION


def _headers_of(answer: Answered) -> dict[str, str | None]:
    names = ("cache-control", "x-content-type-options", "strict-transport-security")
    return {name: answer.headers.get(name) for name in names}


@pytest.mark.parametrize("path", ["/health", "/incidents", "/incidents/x", "/policy?a=b", "/openapi.json"])
def test_every_answer_is_kept_by_nobody_and_taken_for_what_it_is(api: Api, path: str) -> None:
    assert _headers_of(api.get(path)) == {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "strict-transport-security": "max-age=31536000",
    }
