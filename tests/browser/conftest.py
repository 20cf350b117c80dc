"""One world, served on loopback as `mainstay serve` serves it, and one Chromium that looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from mainstay.serving.gateway import Gateway
from mainstay.serving.server import Server
from mainstay.world import World
from tests.browser.chromium import FLAGS, HOW_TO_INSTALL, find_chromium
from tests.functional.refusals import Refusals
from tests.functional.scene import POLICY, Inbox, Scene

OPERATOR = "olivia"
SIZES = {"desktop": (1280, 860), "phone": (375, 740), "small phone": (320, 600)}
IMAGES = Path(__file__).parents[2] / "docs" / "images"

_NO_FAULT = "Failed to load resource: the server responded with a status of 4"
"""A page that says what is wrong with a request."""

Open: TypeAlias = Callable[..., Page]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the pictures of the documents be taken anew."""
    parser.addoption("--screenshots", action="store_true", help="write docs/images/*.png anew")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = find_chromium(playwrights=playwright.chromium.executable_path)
    if path is None:
        pytest.exit(HOW_TO_INSTALL, returncode=2)
    opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Scene, Server]]:
    """The world and the server. Its address is known before the world is made, since mails name it."""
    with ExitStack() as undo:
        server = Server()
        undo.callback(server.stop)
        world = undo.enter_context(World(policy=POLICY, model="stand-in", url=server.url))
        scene = Scene(world, Inbox(world), Refusals())
        scene.set_policy(POLICY)
        account = world.aws.account
        user = f"arn:aws:iam::{account}:user/{OPERATOR}"
        server.start(Gateway(world.app, user=user, account=account))
        yield scene, server


@pytest.fixture
def scene(served: tuple[Scene, Server]) -> Iterator[Scene]:
    """The world that is looked at; its timelines are found whole at the end of each test."""
    first, _ = served
    scene = Scene(first.world, first.inbox, first.aws_refuses, first.played)
    yield scene
    scene.leave()


@pytest.fixture
def url(served: tuple[Scene, Server]) -> str:
    """Where the pages are."""
    return served[1].url


@pytest.fixture
def open_page(browser: Browser, url: str) -> Iterator[Open]:
    """Open a path or an address in a context of its own; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    with ExitStack() as undo:

        def open_one(path: str, *, size: str = "desktop", scheme: str = "light", script: bool = True) -> Page:
            width, height = SIZES[size]
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
                java_script_enabled=script,
                device_scale_factor=2 if "phone" in size else 1,
                reduced_motion="reduce",
            )
            undo.callback(context.close)
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda one: _note_stranger(one.url, url, complaints))
            page.goto(path if "://" in path else f"{url}{path}")
            return page

        yield open_one
    assert [one for one in complaints if not one.startswith(_NO_FAULT)] == []


def _note_stranger(asked: str, url: str, complaints: list[str]) -> None:
    if not asked.startswith((url, "data:")):
        complaints.append(f"asked another host: {asked}")
