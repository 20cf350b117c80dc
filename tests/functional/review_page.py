"""A browser of few parts: what a link's page says, and what its form sends."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalice.test import Client

FORM = "application/x-www-form-urlencoded"
_HIDDEN = re.compile(r'name="nonce" value="([^"]*)"')


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def nonce(self) -> str:
        """Of the form on it; empty where there is none."""
        found = _HIDDEN.search(self.text)
        return unescape(found[1]) if found else ""


@dataclass(frozen=True)
class Browser:
    """Asks the app over HTTP, as whoever holds a link does: with nothing but the link."""

    client: Client

    def look(self, url: str, method: str = "GET") -> Page:
        """Open a page."""
        return self._sent(method, url, b"", {})

    def answer(self, url: str, answer: str, *, nonce: str = "", **fields: str) -> Page:
        """Open a page and send its form, as a person does who reads it first."""
        given = {"answer": answer, "nonce": nonce or self.look(url).nonce, **fields}
        return self.send(url, urlencode(given).encode())

    def send(self, url: str, body: bytes, content_type: str = FORM) -> Page:
        """Send whatever this is."""
        return self._sent("POST", url, body, {"Content-Type": content_type})

    def _sent(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Page:
        answer: Any = self.client.http.request(method, urlsplit(url).path or url, headers=headers, body=body)
        return Page(answer.status_code, answer.body.decode(), answer.headers)


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """Of the app of the world that is open. No project: nothing but the world's settings count."""
    with Client(sys.modules["app"].app, project_dir=str(folder)) as client:
        yield Browser(client)
