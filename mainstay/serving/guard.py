"""Against pages of other sites: a browser sends their requests to loopback as readily as our own.

A name of theirs may be made to point at 127.0.0.1 (DNS rebinding), and a form of theirs may be posted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mainstay.serving.exchange import Answer, json_answer

NAMES = ("127.0.0.1", "localhost")
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def wrong_host(hosts: Sequence[str], port: int) -> Answer | None:
    """The refusal where the request is not meant for us by a name of loopback and our port."""
    if len(hosts) != 1:
        return json_answer(400, {"message": "one Host header is needed"})
    if hosts[0].lower() not in _ours(port):
        return json_answer(421, {"message": f"this is http://{NAMES[0]}:{port}"})
    return None


def wrong_origin(method: str, headers: Mapping[str, str], port: int) -> Answer | None:
    """The refusal where a page of another site asks for a change.

    `Sec-Fetch-Site` counts where a browser sends it: a page without referrer posts with the origin
    "null". A client that sends neither is no browser.
    """
    if method in _HARMLESS:
        return None
    given = {name.lower(): value.lower() for name, value in headers.items()}
    site, origin = given.get("sec-fetch-site"), given.get("origin")
    ours = {f"http://{name}" for name in _ours(port)}
    if site in {"same-origin", "none"} or (site is None and (origin is None or origin in ours)):
        return None
    return json_answer(403, {"message": "this was asked for by a page of another site"})


def _ours(port: int) -> frozenset[str]:
    plain = NAMES if port == 80 else ()  # noqa: PLR2004 - the port that no address names
    return frozenset([*plain, *(f"{name}:{port}" for name in NAMES)])
