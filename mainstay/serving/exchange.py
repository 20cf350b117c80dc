"""What passes between the HTTP server and whoever answers: a request, and an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
"""Headers that are about one connection and are never passed on (RFC 9110, section 7.6.1)."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request; `target` is path and query as they came, undecoded."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"

    @property
    def path(self) -> str:
        """The path alone, undecoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the question mark, undecoded."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """The last header of this name, whatever its case; empty where there is none."""
        found = [value for given, value in self.headers if given.lower() == name.lower()]
        return found[-1] if found else ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer, whole. The server adds its length and the date."""

    status: int
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)


class Site(Protocol):
    """Whoever answers requests; several may come at once."""

    def answer(self, request: Request) -> Answer: ...  # noqa: D102


def json_answer(status: int, document: Any, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """Answer a JSON document."""
    body = json.dumps(document).encode()
    return Answer(status=status, headers=(("Content-Type", "application/json"), *headers), body=body)


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer ``{"message": ...}``, as API Gateway does for what does not reach the app."""
    return json_answer(status, {"message": message}, (headers or {}).items())


def redirect(location: str, headers: Headers = ()) -> Answer:
    """Lead to another address, with GET."""
    return Answer(status=303, headers=(("Location", location), *headers))


def end_to_end(headers: Iterable[tuple[str, str]]) -> Headers:
    """Headers without those that are about one connection, by their name or by what ``Connection`` lists."""
    given = tuple(headers)
    listed = {
        name.strip().lower()
        for key, value in given
        if key.lower() == "connection"
        for name in value.split(",")
    }
    return tuple((key, value) for key, value in given if key.lower() not in HOP_BY_HOP | listed)


def host_of(url: str) -> str:
    """Host and port of an address, as the ``Host`` header says them."""
    return urlsplit(url).netloc
