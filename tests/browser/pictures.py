"""Takes the pictures of the documents anew, of a local server that has played a day and a sample.

python -m tests.browser.pictures
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import FLAGS, HOW_TO_INSTALL, find_chromium
from tests.browser.conftest import IMAGES, SIZES

SERVE = ("serve", "--port", "0", "--json", "--sample", "--scenario", "filling", "--scenario", "spike")


@contextmanager
def _local_server() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Its address, and what it said until everything of the sample was played."""
    command = [sys.executable, "-m", "mainstay", *SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        said: list[dict[str, Any]] = []
        for line in server.stdout or ():
            said.append(json.loads(line))
            if len({one["title"] for one in said if one["kind"] == "played"}) == PLAYED:
                break
        yield next(one["url"] for one in said if one["kind"] == "ready"), said
        server.terminate()


PLAYED = 8
"""Acts of the sample: one of them leaves a question to a person."""


def take_pictures(browser: Browser, url: str, said: list[dict[str, Any]]) -> None:
    """Write docs/images/*.png."""
    with urlopen(f"{url}/incidents?state=AWAITING_APPROVAL") as answer:  # noqa: S310 - our own server
        (asked, *_) = json.load(answer)["incidents"]
    incident = f"{url}/ui/incidents/{asked['incident_id']}"
    (link, *_) = next(one["review_links"] for one in reversed(said) if one.get("review_links"))
    for scheme in ("light", "dark"):
        _take(_open(browser, f"{url}/ui", "desktop", scheme), f"incidents-{scheme}")
        _take(_open(browser, incident, "desktop", scheme), f"incident-{scheme}")
    _take(_open(browser, f"{url}/ui/outcomes", "desktop", "light"), "outcomes")
    _take(_open(browser, f"{url}/ui/policy", "desktop", "light"), "policy")
    _take(_open(browser, link, "phone", "dark"), "review-phone")


def _open(browser: Browser, url: str, size: str, scheme: str) -> Page:
    width, height = SIZES[size]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page.goto(url)
    return page


def _take(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png")
    page.close()


def main() -> None:
    """Take all of them."""
    with sync_playwright() as playwright:
        path = find_chromium(playwrights=playwright.chromium.executable_path)
        if path is None:
            sys.exit(HOW_TO_INSTALL)
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        with _local_server() as (url, said):
            take_pictures(browser, url, said)
        browser.close()


if __name__ == "__main__":
    main()
