"""A JSON document from an https address, such as an identity provider's keys. No redirect is followed."""

from __future__ import annotations

import json
import urllib.request
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

from chalicelib.errors import UnreachableError

SECONDS = 3.0
LARGEST = 256 * 1024


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Keys come from where the issuer says, and from nowhere that somebody else leads to."""

    def redirect_request(
        self,
        req: urllib.request.Request,  # noqa: ARG002 - urllib's signature
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        """None: the redirect itself is the answer, which is an error."""
        return


def fetch_document(url: str) -> dict[str, Any]:
    """The JSON object at an https URL; UnreachableError where it cannot be had, or is something else."""
    if not url.startswith("https://"):
        raise UnreachableError("documents are fetched by https only")
    try:
        with urllib.request.build_opener(_StayHere()).open(url, timeout=SECONDS) as answer:
            body = answer.read(LARGEST + 1)
        found = json.loads(body) if len(body) <= LARGEST else None
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        raise UnreachableError(f"{url}: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise UnreachableError(f"{url}: that is no JSON object of a size that is read")
    return found
