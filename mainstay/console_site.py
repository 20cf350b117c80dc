"""A deployed stage's pages on loopback: each request is signed as the operator's own, and passed on.

Whoever may use this port acts with the operator's credentials. So it asks for a key, which is in the
address that is printed, once; from then on a cookie stands for it that no other site's page can use.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError

from mainstay.console_pages import Trouble, trouble_page
from mainstay.serving.exchange import Answer, Headers, Request, end_to_end, redirect

COOKIE = "mainstay-console"
_FORWARDED = frozenset(
    ["accept", "accept-language", "content-type", "if-match", "if-none-match", "user-agent"]
)
"""What the app is told of the browser's request. Cookies, credentials and origins are nobody's business."""
_KEPT_BACK = frozenset(
    [
        "authorization",
        "content-length",
        "set-cookie",
        "strict-transport-security",
        "www-authenticate",
        "x-amzn-remapped-www-authenticate",
    ]
)
"""What the browser is not told of the answer."""
_REFUSAL = "x-amzn-errortype"
"""By this header API Gateway's own refusals are told from the app's."""


class Credentials(Protocol):
    """The operator's, renewed by the SDK when they run out."""

    def get_frozen_credentials(self) -> Any: ...  # noqa: D102


class Send(Protocol):
    """Sends a prepared request and answers as botocore does; BotoCoreError where nobody answers."""

    def __call__(self, request: Any, /) -> Any: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """A stage's API: its address without a slash at the end, such as ``https://ID.execute-api...com/prod``."""

    url: str
    region: str

    @property
    def origin(self) -> str:
        """Scheme and host."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def base(self) -> str:
        """What every path begins with: ``/prod``, or nothing."""
        return urlsplit(self.url).path.rstrip("/")


class ConsoleSite:
    """Answers whoever has the key by what the stage answers to the operator."""

    def __init__(
        self,
        upstream: Upstream,
        credentials: Credentials,
        *,
        key: str,
        send: Send,
        log: Callable[[str], None],
    ) -> None:
        self._upstream, self._credentials = upstream, credentials
        self._key, self._send, self._log = key, send, log

    def answer(self, request: Request) -> Answer:
        """Check the key, then pass the request on."""
        if "key" in (query := dict(parse_qsl(request.query))) and request.method == "GET":
            return self._enter(request, query["key"])
        if not self._is_key(_cookie_of(request)):
            return trouble_page(_NO_KEY)
        if request.path == "/" and self._upstream.base:
            return redirect(f"{self._upstream.base}/ui")
        return self._forward(request)

    def _enter(self, request: Request, key: str) -> Answer:
        """Take the key out of the address, so that no history and no log keeps it."""
        if not self._is_key(key):
            return trouble_page(_NO_KEY)
        left = urlencode([pair for pair in parse_qsl(request.query) if pair[0] != "key"])
        cookie = f"{_cookie_name(request)}={self._key}; Path=/; HttpOnly; SameSite=Strict"
        return redirect(
            f"/{request.path.lstrip('/')}{'?' if left else ''}{left}",
            (("Set-Cookie", cookie), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")),
        )

    def _is_key(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._key.encode())

    def _forward(self, request: Request) -> Answer:
        url = target_url(self._upstream, request.target)
        if url is None:
            return trouble_page(_OUTSIDE)
        try:
            signed = sign(request, url, self._credentials.get_frozen_credentials(), self._upstream.region)
        except BotoCoreError as error:
            return self._trouble(Trouble(503, "Your AWS credentials cannot be used", str(error), _LOG_IN))
        try:
            answered = self._send(signed)
        except BotoCoreError as error:
            return self._trouble(Trouble(502, f"{self._upstream.origin} does not answer", str(error), _LATER))
        return self._received(request, answered)

    def _received(self, request: Request, answered: Any) -> Answer:
        headers = _returned(answered.headers.items())
        told = {name.lower(): value for name, value in headers}
        if answered.status_code == _FORBIDDEN and _REFUSAL in told:
            return self._refused(request, answered, headers)
        if "location" in told:
            inside = self._inside(told["location"])
            if not inside:
                return self._trouble(Trouble(502, "The answer leads elsewhere", told["location"], ""))
            headers = (*(pair for pair in headers if pair[0].lower() != "location"), ("Location", inside))
        return Answer(status=answered.status_code, headers=headers, body=answered.content)

    def _refused(self, request: Request, answered: Any, headers: Headers) -> Answer:
        """AWS refuses, not the app: a browser gets a page that says so, a program the answer as it is."""
        said = answered.content.decode(errors="replace")
        no_route = answered.headers.get(_REFUSAL, "") == _NO_ROUTE  # all requests of ours are signed
        trouble = _NO_PAGE if no_route else Trouble(403, "AWS refuses your credentials", said, _ASK)
        self._log(trouble.line)
        if "text/html" in request.header("Accept"):
            return trouble_page(trouble)
        return Answer(status=answered.status_code, headers=headers, body=answered.content)

    def _inside(self, location: str) -> str:
        """The same address below ours; empty where it leads out of the stage."""
        found = urlsplit(location)
        own = f"{found.scheme}://{found.netloc}" == self._upstream.origin
        if not own and (found.scheme or found.netloc or not location.startswith("/")):
            return ""
        base, query = self._upstream.base, f"?{found.query}" if found.query else ""
        below = found.path == base or found.path.startswith(f"{base}/")
        return f"{found.path}{query}" if below and not found.path.startswith("//") else ""

    def _trouble(self, trouble: Trouble) -> Answer:
        self._log(trouble.line)
        return trouble_page(trouble)


_FORBIDDEN = 403
_NO_KEY = Trouble(
    401,
    "A key is needed",
    "Open the address that mainstay console printed: its key is good until it ends.",
    "",
)
_OUTSIDE = Trouble(404, "There is nothing here", "Pages of the stage begin below its own path.", "")
_NO_ROUTE = "MissingAuthenticationTokenException"
_NO_PAGE = Trouble(404, "There is nothing here", "The stage has no such page.", "")
_LOG_IN = "Log in again, for example with: aws sso login. Nothing needs to be restarted."
_ASK = (
    "The calls need execute-api:Invoke on this API. If it says expired, log in again: nothing needs to be "
    "restarted."
)
_LATER = "Look at the network and at the stage; the next request is tried anew."


def target_url(upstream: Upstream, target: str) -> str | None:
    """The address of a path and query, encoded the one way that signatures know; None outside the stage."""
    path, _, query = target.partition("?")
    parts = [unquote(part) for part in path.split("/")]
    base = upstream.base
    if path != base and not path.startswith(f"{base}/"):
        return None
    if any(part in {".", ".."} for part in parts) or "" in parts[1:-1]:
        return None
    clean = "/".join(quote(part, safe="-_.~") for part in parts)
    asked = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in parse_qsl(query, keep_blank_values=True)
    )
    return f"{upstream.origin}{clean}{'?' if asked else ''}{asked}"


def sign(request: Request, url: str, credentials: Any, region: str) -> Any:
    """The request as the operator's own, prepared to be sent."""
    headers = {name: value for name, value in request.headers if name.lower() in _FORWARDED}
    signed = AWSRequest(method=request.method, url=url, data=request.body, headers=headers)
    SigV4Auth(credentials, "execute-api", region).add_auth(signed)
    return signed.prepare()


def _cookie_of(request: Request) -> str:
    """Read by hand: the cookies of other programs on loopback come along, whatever they hold."""
    pairs = (part.strip().partition("=") for part in request.header("Cookie").split(";"))
    return next((value for name, _, value in pairs if name == _cookie_name(request)), "")


def _cookie_name(request: Request) -> str:
    """One for each port: a host's ports share their cookies, and there may be a console for each stage."""
    return f"{COOKIE}-{request.header('Host').rpartition(':')[2]}"


def _returned(headers: Iterable[tuple[str, str]]) -> Headers:
    return tuple(pair for pair in end_to_end(headers) if pair[0].lower() not in _KEPT_BACK)
