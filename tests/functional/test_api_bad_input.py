"""What nobody should send: each is refused with the right word, and nothing is changed by it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.functional.api_client import Answered, Api
from tests.functional.scene import Scene

DEEP = 30_000
LONG = 1_000_000

_CHANGES = [
    ("PUT", "/mode"),
    ("POST", "/incidents/inc-20260101-000000-00000000/approve"),
    ("POST", "/incidents/inc-20260101-000000-00000000/reject"),
]
_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a text": b'"off"',
    "null": b"null",
    "a number": b"1e999",
    "NaN": b'{"mode": NaN}',
    "infinity": b'{"mode": -Infinity}',
    "a key twice": b'{"mode": "observe", "mode": "off", "digest": "", "digest": ""}',
    "half a character": b'{"mode": "\\ud800", "reason": "\\udc00", "digest": "\\ud800"}',
    "no UTF-8": b'{"mode": "\xff\xfe"}',
    "an unknown field": b'{"mode": "off", "digest": "", "colour": "red"}',
    "a wrong type": b'{"mode": 1, "digest": 1}',
    "nested": b'{"mode": {"mode": "off"}, "digest": ["a"]}',
    "nested deeply": b"[" * DEEP + b"]" * DEEP,
    "objects nested deeply": b'{"a":' * (DEEP // 5) + b"1" + b"}" * (DEEP // 5),
    "a long reason": json.dumps({"mode": "off", "digest": "0" * 64, "reason": "a" * 501}).encode(),
    "a mark in front": b"\xef\xbb\xbf" + b'{"mode": "off", "reason": 1, "digest": 1}',
    "a comment": b'{"mode": "off"} // really',
    "two of them": b'{"mode": "off"}{"mode": "off"}',
}


@pytest.fixture
def api(scene: Scene) -> Api:
    """Whatever is sent here, the mode stays as it is."""
    scene.set_mode("auto")
    return Api()


def mode(scene: Scene) -> Any:
    return scene.world.team.memory.switches.present_switch()


def send(api: Api, method: str, path: str, body: bytes, **headers: str) -> Answered:
    return api.ask(method, path, body, {"Content_Type": "application/json", **headers})


@pytest.mark.parametrize(("method", "path"), _CHANGES, ids=["mode", "approve", "reject"])
@pytest.mark.parametrize("body", _BODIES.values(), ids=_BODIES)
def test_a_body_that_is_none_is_refused(scene: Scene, api: Api, method: str, path: str, body: bytes) -> None:
    before = mode(scene)
    refused = send(api, method, path, body)
    assert (refused.status, refused.kind) == (400, "invalid-body")
    assert mode(scene) == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"mode": "OFF"}, "/mode"),
        ({}, "/mode"),
        ({"mode": "off", "a/b~c": 1}, "/a~1b~0c"),
        ({"mode": "off", "reason": ["x"]}, "/reason"),
        (["off"], ""),
    ],
    ids=str,
)
def test_the_field_at_fault_is_pointed_at(api: Api, body: Any, pointer: str) -> None:
    refused = api.put("/mode", body)
    assert (refused.status, [one["field"] for one in refused.body["errors"]]) == (400, [pointer])


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "text/json", "\x00"]
)
@pytest.mark.parametrize(("method", "path"), _CHANGES, ids=["mode", "approve", "reject"])
def test_another_type_than_json_is_refused(scene: Scene, api: Api, method: str, path: str, kind: str) -> None:
    before = mode(scene)
    refused = send(api, method, path, b'{"mode": "off"}', Content_Type=kind)
    assert (refused.status, refused.kind) == (415, "unsupported-media-type")
    assert kind not in str(refused.body)
    assert mode(scene) == before


@pytest.mark.parametrize("size", [65_537, LONG])
@pytest.mark.parametrize(
    ("method", "path"), [*_CHANGES, ("GET", "/incidents"), ("GET", "/health")], ids=lambda part: part[:20]
)
def test_a_long_body_is_refused_before_it_is_read(
    scene: Scene, api: Api, method: str, path: str, size: int
) -> None:
    before = mode(scene)
    body = json.dumps({"mode": "off", "reason": ""}).encode()
    refused = send(api, method, path, body + b" " * (size - len(body)))
    assert (refused.status, refused.kind) == (413, "too-large")
    assert mode(scene) == before


def test_a_body_of_just_the_allowed_length_is_read(api: Api) -> None:
    body = json.dumps({"mode": "off"}).encode()
    assert send(api, "PUT", "/mode", body + b" " * (65_536 - len(body))).status == 200


def test_a_query_beside_a_body_is_refused(scene: Scene, api: Api) -> None:
    before = mode(scene)
    refused = api.put("/mode?mode=off", {"mode": "off"})
    assert (refused.status, refused.kind) == (400, "invalid-query")
    assert mode(scene) == before


_PATHS = [
    "/openapi.json",
    "/policy",
    "/health",
    "/incidents/inc-20260101-000000-00000000",
    "/metrics",
    "/patterns",
]


@pytest.mark.parametrize("path", _PATHS)
def test_an_unknown_field_of_a_query_is_an_error_everywhere(api: Api, path: str) -> None:
    refused = api.get(f"{path}?colour=red")
    assert (refused.status, refused.kind) == (400, "invalid-query")
    assert "colour" in [one["field"] for one in refused.body["errors"]]


_HOSTILE = "\x1b[31m<script>alert(1)</script>\u202e AKIAIOSFODNN7EXAMPLE"


def test_what_was_sent_comes_back_inert_and_redacted(api: Api) -> None:
    for refused in (
        api.put("/mode", {"mode": "off", _HOSTILE: 1}),
        send(api, "PUT", "/mode", _HOSTILE.encode()),
        api.post("/incidents/%1b%5b31m%20AKIAIOSFODNN7EXAMPLE/reject"),
    ):
        told = json.dumps(refused.body, ensure_ascii=False)
        assert 400 <= refused.status < 500
        assert "AKIAIOSFODNN7EXAMPLE" not in told
        assert "\x1b" not in told
        assert "\u202e" not in told


def test_an_error_of_ours_tells_nothing_and_is_logged(scene: Scene, api: Api) -> None:
    """A record that nobody can read, as if another version had written it."""
    team = scene.world.team
    name = "inc-20260102-030405-0badc0de"
    item = {"pk": {"S": f"INCIDENT#{name}"}, "sk": {"S": "RECORD"}, "secret": {"S": "AKIAIOSFODNN7EXAMPLE"}}
    team.aws.read("dynamodb", "put_item", TableName=team.settings.incidents_table, Item=item)
    broken = api.get(f"/incidents/{name}")
    assert (broken.status, broken.kind) == (500, "internal")
    assert broken.body["detail"] == "Something broke on our side"
    assert any("a request broke" in str(line.get("message")) for line in scene.log_lines())
