"""The pages of a deployed stage, all the way: browser, console, signature, gateway, app."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest

from mainstay.console import sender_to
from mainstay.console_site import COOKIE, ConsoleSite, Upstream
from mainstay.serving.gateway import Gateway
from mainstay.serving.server import serving
from mainstay.world import World
from tests.unit.serving.signed_api import KEYS, REGION, SignedApi

OPERATOR = "arn:aws:iam::123456789012:user/operator"


@pytest.fixture
def console(world: World) -> Iterator[int]:
    """The port of a console in front of an API whose stage is called prod."""
    api = SignedApi(behind=Gateway(world.app, user=OPERATOR, stage="prod"))
    with serving(api) as api_url:
        upstream = Upstream(url=f"{api_url}/prod", region=REGION)
        site = ConsoleSite(upstream, KEYS, key="the-key", send=sender_to(upstream), log=pytest.fail)
        with serving(site) as url:
            yield int(url.rpartition(":")[2])


def _ask(port: int, method: str, target: str, body: str = "") -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": f"{COOKIE}=the-key", "Accept": "text/html", "Content-Type": "application/json"}
    connection.request(method, target, body=body or None, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def test_pages_arrive_and_their_links_stay_below_the_stage(console: int) -> None:
    start, _ = _ask(console, "GET", "/prod/")
    page, text = _ask(console, "GET", "/prod/ui/policy")

    assert (start.status, start.headers["Location"]) == (303, "/prod/ui")
    assert (page.status, page.headers.get_content_type()) == (200, "text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert 'href="/prod/ui' in text
    assert 'href="/ui' not in text


def test_a_change_is_made_in_the_operator_s_name(world: World, console: int) -> None:
    try:
        answer, text = _ask(console, "PUT", "/prod/mode", json.dumps({"mode": "off"}))

        assert (answer.status, json.loads(text)["set_by"]) == (200, OPERATOR)
        assert world.team.memory.mode() == "off"
    finally:
        world.team.memory.set_mode("auto", by="mainstay", now=world.team.clock())


def test_a_page_that_is_not_there_is_not_blamed_on_the_credentials(world: World) -> None:
    lines: list[str] = []
    api = SignedApi(behind=Gateway(world.app, user=OPERATOR, stage="prod"))
    with serving(api) as api_url:
        upstream = Upstream(url=f"{api_url}/prod", region=REGION)
        site = ConsoleSite(upstream, KEYS, key="the-key", send=sender_to(upstream), log=lines.append)
        with serving(site) as url:
            answer, text = _ask(int(url.rpartition(":")[2]), "GET", "/prod/nowhere")

    assert answer.status == 404
    assert "The stage has no such page" in text
    assert len(lines) == 1
