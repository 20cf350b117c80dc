from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.incidents.model import Resource
from mainstay.serving.breakages import BREAKAGES, MAKING
from mainstay.serving.estate import COUNTS, Broken, RefusedError
from mainstay.serving.exchange import Answer, Request
from mainstay.serving.gateway import NO_ROUTE
from mainstay.serving.local import LocalSite

INSTANCE = Resource(type="ec2.instance", id="i-1", region="us-east-1", account="1" * 12)


class App:
    """The gateway's place: says that it was asked, or that there is nothing."""

    def answer(self, request: Request) -> Answer:
        if request.path == "/nothing":
            return NO_ROUTE
        return Answer(status=200, body=request.path.encode())


class OneInstance:
    """An estate of one instance."""

    resources = (INSTANCE,)

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def break_one(self, resource_type: str, kind: str, resource_id: str) -> Broken:
        self.asked.append((resource_type, kind, resource_id))
        if resource_type != "ec2.instance":
            raise RefusedError(f"there is no type {resource_type!r}")
        breakage = next(iter(BREAKAGES[resource_type].values()))
        return Broken(resource=INSTANCE, breakage=breakage, at=datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def estate() -> OneInstance:
    return OneInstance()


@pytest.fixture
def site(estate: Any) -> LocalSite:
    return LocalSite(App(), estate)


def _break(site: LocalSite, body: str, kind: str = "application/json") -> tuple[int, dict[str, Any]]:
    headers = (("Content-Type", kind),)
    request = Request(method="POST", target="/_local/break", headers=headers, body=body.encode())
    answer = site.answer(request)
    return answer.status, json.loads(answer.body)


def test_a_person_who_mistypes_an_address_is_told_so_on_a_page(site: LocalSite) -> None:
    accepts = [(("Accept", kind),) for kind in ("text/html,*/*;q=0.8", "application/json")]
    person, program = (
        site.answer(Request(method="GET", target="/nothing", headers=given)) for given in accepts
    )

    assert (person.status, dict(person.headers)["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in person.body.decode()
    assert "/ui" in person.body.decode()
    assert program == NO_ROUTE


def test_what_is_not_its_own_is_the_app_s(site: LocalSite) -> None:
    for path in ("/", "/ui", "/_locals", "/incidents?x=/_local/break"):
        assert site.answer(Request(method="GET", target=path)).body.decode() == path.partition("?")[0]


def test_something_is_broken_and_what_it_was_is_said(site: LocalSite, estate: OneInstance) -> None:
    status, said = _break(site, '{"type": "ec2.instance"}')

    assert (status, said["resource"]["id"], said["way"], said["ends"]) == (200, "i-1", "stop", "COMPLETED")
    assert said["broken_at"] == "2026-03-01T00:00:00+00:00"
    assert estate.asked == [("ec2.instance", "", "")]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ('{"type": "ec2.instance"}', "text/plain", 415),
        ('{"type": "ec2.instance"}', "application/x-www-form-urlencoded", 415),
        ("nonsense", "application/json", 400),
        ("{}", "application/json", 400),
        ('{"type": 7}', "application/json", 400),
        ('{"type": "ec2.instance", "now": true}', "application/json", 400),
    ],
)
def test_a_wish_that_is_none_breaks_nothing(
    site: LocalSite, estate: OneInstance, body: str, kind: str, status: int
) -> None:
    assert _break(site, body, kind)[0] == status
    assert estate.asked == []


def test_what_cannot_be_broken_is_said(site: LocalSite) -> None:
    assert _break(site, '{"type": "moon"}') == (409, {"message": "there is no type 'moon'"})


def test_other_paths_below_its_own_are_nothing(site: LocalSite) -> None:
    asked = [("GET", "/_local/break"), ("POST", "/_local"), ("DELETE", "/_local/break"), ("GET", "/_local/x")]
    assert [site.answer(Request(method=method, target=path)).status for method, path in asked] == [404] * 4


def test_everything_that_can_be_broken_is_made_at_the_start() -> None:
    assert BREAKAGES.keys() == MAKING.keys() == COUNTS.keys()
