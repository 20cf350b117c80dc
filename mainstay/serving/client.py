"""Asks the local server, over plain HTTP on loopback."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib.errors import InvalidSettingsError, PermanentError

DEFAULT_URL = "http://127.0.0.1:8000"
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost)(:(?P<port>\d{1,5}))?/?", re.ASCII)
_TIMEOUT_SECONDS = 60.0
_OK = 200
_LAST_PORT = 65535


class NoServerError(PermanentError):
    """Nobody listens there."""


class RefusedByServerError(PermanentError):
    """The local server answered that it cannot; `status` and `document` are what it said."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        """Say what it says, in the words of its problem or of its gateway."""
        said = document.get("detail") or document.get("message") or document.get("title")
        super().__init__(str(said or f"the server answered {status}"))
        self.status = status
        self.document = document


@dataclass(frozen=True)
class LocalServer:
    """One server that `mainstay serve` started.

    It asks nobody who they are, so it is on loopback only:
    InvalidSettingsError where the address is not.
    """

    url: str = DEFAULT_URL

    def __post_init__(self) -> None:
        named = _LOOPBACK.fullmatch(self.url)
        if not named or int(named["port"] or 0) > _LAST_PORT:
            raise InvalidSettingsError(f"{self.url!r} is no address of a local server, such as {DEFAULT_URL}")

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The document at a path; what is empty in the query is left out."""
        asked = urlencode({name: value for name, value in (query or {}).items() if value not in {"", None}})
        return self.ask("GET", f"{path}{'?' if asked else ''}{asked}")

    def ask(
        self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON document that it answers. NoServerError and RefusedByServerError say what went wrong."""
        host = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            host.hostname or "", host.port or 80, timeout=_TIMEOUT_SECONDS
        )
        data = None if body is None else json.dumps(body)
        try:
            connection.request(
                method, target, body=data, headers={"Content-Type": "application/json", **(headers or {})}
            )
            answer = connection.getresponse()
            status, found = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoServerError(_NOBODY.format(url=self.url)) from error
        finally:
            connection.close()
        return _document(status, found)


_NOBODY = "no local server answers at {url}: start one with mainstay serve"


def _document(status: int, found: bytes) -> dict[str, Any]:
    try:
        document = json.loads(found)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise RefusedByServerError(status, {"detail": f"the server answered {status} and no JSON object"})
    if status != _OK:
        raise RefusedByServerError(status, document)
    return document
