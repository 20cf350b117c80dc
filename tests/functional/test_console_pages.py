"""The pages of a deployed stage, all the way: browser, console, signature, gateway, app."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mainstay.console import sender_to
from mainstay.console_site import COOKIE, ConsoleSite, Upstream
from mainstay.serving.gateway import Gateway
from mainstay.serving.server import serving
from mainstay.world import World
from tests.unit.serving.signed_api import KEYS, REGION, SignedApi

ROOT = Path(__file__).parent.parent.parent
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


def _ask(port: int, method: str, target: str, body: str = "", cookie: str = "") -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Cookie": cookie or f"{COOKIE}-{port}=the-key",
        "Accept": "text/html",
        "Content-Type": "application/json",
    }
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


def test_the_command_prints_an_address_that_works_and_ends_well(world: World) -> None:
    api = SignedApi(behind=Gateway(world.app, user=OPERATOR, stage="prod"))
    keys = KEYS.get_frozen_credentials()
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token,
    }
    with serving(api) as api_url:
        process = subprocess.Popen(
            [sys.executable, "-m", "mainstay", "console", "--api", f"{api_url}/prod", "--port", "0"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        address = urlsplit(said[1].removeprefix("Open ").strip())
        entered, _ = _ask(int(address.port or 0), "GET", f"{address.path}?{address.query}")
        cookie = str(entered.headers["Set-Cookie"]).partition(";")[0]
        page, text = _ask(int(address.port or 0), "GET", "/prod/ui/policy", cookie=cookie)
        process.terminate()
        _, complaints = process.communicate(timeout=30)

    assert (entered.status, page.status, process.returncode, complaints) == (303, 200, 0, "")
    assert "<html" in text
