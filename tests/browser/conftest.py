"""One world, served on loopback as `mainstay serve` does, and one Chromium that looks at it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from mainstay.serving.gateway import Gateway
from mainstay.serving.server import serving
from mainstay.world import World
from tests.browser.chromium import FLAGS, HOW_TO_INSTALL, find_chromium
from tests.functional.refusals import Refusals
from tests.functional.scene import POLICY, Inbox, Scene

OPERATOR = "arn:aws:iam::123456789012:user/olivia"
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 375, "height": 740}
IMAGES = Path(__file__).parents[2] / "docs" / "images"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pictures for the documents be taken."""
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
