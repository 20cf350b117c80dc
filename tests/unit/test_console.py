from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import TokenRetrievalError

from chalicelib.errors import InvalidSettingsError
from mainstay.console import find_api, sender_to
from mainstay.console_site import COOKIE, ConsoleSite, Upstream, target_url
from mainstay.serving.exchange import Answer, Request, json_answer
from mainstay.serving.server import serving
from tests.unit.serving.signed_api import KEYS, REGION, SignedApi

HELD = (("Host", "127.0.0.1:1"), ("Cookie", f"{COOKIE}-1=the-key"))


@dataclass
class Console:
    """The console in front of an API, as a browser sees it."""

    port: int
    api: SignedApi
    log: list[str]

    @property
    def cookie(self) -> str:
        """Its name: a browser keeps those of all ports of a host together."""
        return f"{COOKIE}-{self.port}"

    @property
    def held(self) -> str:
        return f"{self.cookie}=the-key"

    def ask(self, method: str, target: str, *, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        given = {"Cookie": self.held, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, target, body=body or None, headers=given)
        answer = connection.getresponse()
        answer.read_all = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer


def _text(answer: Any) -> str:
    return bytes(answer.read_all).decode()


@pytest.fixture
def console() -> Iterator[Console]:
    api, log = SignedApi(), list[str]()
    with serving(api) as api_url:
        upstream = Upstream(url=f"{api_url}/prod", region=REGION)
        site = ConsoleSite(upstream, KEYS, key="the-key", send=sender_to(upstream), log=log.append)
        with serving(site) as url:
            yield Console(int(url.rpartition(":")[2]), api, log)


@pytest.mark.parametrize(
    "target",
    [
        "/prod/ui",
        "/prod/incidents?state=FAILED&limit=5",
        "/prod/incidents?resource=a+b&since=2026-01-01T00:00:00Z&empty=&x=%27(~)%2F",
        "/prod/incidents/inc%3A1%20x/timeline",
        "/prod/",
        "/prod",
    ],
)
def test_each_request_is_signed_as_the_operator_s(console: Console, target: str) -> None:
    answer = console.ask("GET", target)

    assert (answer.status, console.log) == (200, [])
    assert len(console.api.asked) == 1


def test_a_change_is_passed_on_with_its_body_and_what_it_depends_on(console: Console) -> None:
    console.ask(
        "POST",
        "/prod/incidents/inc-1/approve",
        body=b'{"digest": "abc"}',
        Content_Type="application/json",
        If_Match='"7"',
        Sec_Fetch_Site="same-origin",
    )

    (asked,) = console.api.asked
    assert (asked.method, asked.path) == ("POST", "/prod/incidents/inc-1/approve")
    assert json.loads(asked.body) == {"digest": "abc"}
    assert asked.header("If-Match") == '"7"'


def test_cookies_and_credentials_go_in_neither_direction(console: Console) -> None:
    told = (("Set-Cookie", "a=1"), ("Authorization", "x"), ("WWW-Authenticate", "y"), ("X-Page", "kept"))
    console.api.answers.append(Answer(status=200, headers=told, body=b"page"))

    answer = console.ask("GET", "/prod/ui", Authorization="Bearer secret", X_Forwarded_For="1.2.3.4")

    (asked,) = console.api.asked
    assert asked.header("Cookie") == asked.header("X-Forwarded-For") == ""
    assert asked.header("Authorization").startswith("AWS4-HMAC-SHA256")
    assert [
        name for name in ("Set-Cookie", "Authorization", "WWW-Authenticate") if answer.headers[name]
    ] == []
    assert answer.headers["X-Page"] == "kept"


def test_without_the_key_nothing_is_passed_on(console: Console) -> None:
    refused = [
        console.ask("GET", "/prod/ui", Cookie=""),
        console.ask("GET", "/prod/ui", Cookie=f"{console.cookie}=guessed"),
        console.ask("GET", "/prod/ui?key=guessed"),
        console.ask("POST", "/prod/ui?key=the-key", Cookie=""),
    ]

    assert [answer.status for answer in refused] == [401] * 4
    assert console.api.asked == []


def test_the_key_in_the_address_becomes_a_cookie_and_is_gone_from_it(console: Console) -> None:
    answer = console.ask("GET", "/?key=the-key", Cookie="")

    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert answer.headers["Set-Cookie"] == f"{console.held}; Path=/; HttpOnly; SameSite=Strict"
    assert console.ask("GET", "//evil.example/?key=the-key&x=1").headers["Location"] == "/evil.example/?x=1"


def test_cookies_of_other_programs_on_loopback_do_not_hide_ours(console: Console) -> None:
    others = f'other="a[]=\\; {{}}; x; {COOKIE}-1=the-key-of-another-console'
    assert console.ask("GET", "/prod/ui", Cookie=f"{others}; {console.held}").status == 200


def test_the_root_leads_to_the_pages_of_the_stage(console: Console) -> None:
    answer = console.ask("GET", "/")
    assert (answer.status, answer.headers["Location"]) == (303, "/prod/ui")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/production/ui",
        "/other",
        "/prod/../dev/ui",
        "/prod/%2e%2e/dev/ui",
        "/prod//x",
        "/prod/./x",
        "//prod/ui",
    ],
)
def test_nothing_leaves_the_path_of_the_stage(target: str) -> None:
    assert target_url(Upstream(url="https://api.example/prod", region=REGION), target) is None


def test_an_api_of_its_own_domain_has_no_path_to_begin_with() -> None:
    assert (
        target_url(Upstream(url="https://api.example", region=REGION), "/ui?x=a+b")
        == "https://api.example/ui?x=a%20b"
    )


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("/prod/ui", "/prod/ui"),
        ("{api}/prod/ui/incidents/inc-1?x=1", "/prod/ui/incidents/inc-1?x=1"),
        ("https://evil.example/prod/ui", None),
        ("//evil.example/prod/ui", None),
        ("/dev/ui", None),
        ("javascript:alert(1)", None),
        ("{api}//evil.example/prod", None),
    ],
)
def test_redirects_stay_inside(console: Console, location: str, leads: str | None) -> None:
    console.ask("GET", "/prod/ui")
    api = f"http://{console.api.asked[0].header('Host')}"
    console.api.answers.append(Answer(status=303, headers=(("Location", location.format(api=api)),)))

    answer = console.ask("GET", "/prod")

    assert (answer.status, answer.headers["Location"]) == ((303, leads) if leads else (502, None))


def test_a_refusal_of_aws_is_a_page_for_people_and_a_line_in_the_log(console: Console) -> None:
    expired = "The security token included in the request is expired"
    refusal = json_answer(403, {"message": expired}, [("x-amzn-ErrorType", "ExpiredTokenException")])
    console.api.answers += [refusal, refusal]

    page = console.ask("GET", "/prod/ui", Accept="text/html,*/*")
    data = console.ask("GET", "/prod/incidents", Accept="application/json")

    assert (page.status, page.headers.get_content_type()) == (403, "text/html")
    assert expired in _text(page)
    assert json.loads(_text(data)) == {"message": expired}
    assert len(console.log) == 2
    assert expired in console.log[0]


def test_what_the_app_itself_refuses_is_shown_as_it_is(console: Console) -> None:
    console.api.answers.append(
        Answer(status=403, headers=(("Content-Type", "text/html"),), body=b"<p>its own")
    )
    assert _text(console.ask("GET", "/prod/ui", Accept="text/html")) == "<p>its own"


def test_hostile_words_of_an_error_are_shown_as_words(console: Console) -> None:
    said = json_answer(403, {"message": "<script>alert(1)</script>\x1b[2J"}, [("x-amzn-ErrorType", "X")])
    console.api.answers.append(said)

    page = _text(console.ask("GET", "/prod/ui", Accept="text/html"))

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in console.log[0] + page


def test_an_api_that_does_not_answer_is_told_on_a_page() -> None:
    log = list[str]()
    with serving(SignedApi()) as gone:
        upstream = Upstream(url=f"{gone}/prod", region=REGION)
    site = ConsoleSite(upstream, KEYS, key="the-key", send=sender_to(upstream), log=log.append)

    answer = site.answer(Request(method="GET", target="/prod/ui", headers=HELD))

    assert answer.status == 502
    assert b"does not answer" in answer.body
    assert len(log) == 1


class Expired:
    """Credentials that could not be renewed."""

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        raise TokenRetrievalError(provider="sso", error_msg="the session has expired")


def test_credentials_that_ran_out_are_told_on_a_page_and_nothing_is_sent() -> None:
    log, api = list[str](), SignedApi()
    upstream = Upstream(url="https://api.example/prod", region=REGION)
    site = ConsoleSite(upstream, Expired(), key="the-key", send=lambda _request: api, log=log.append)

    answer = site.answer(Request(method="GET", target="/prod/ui", headers=HELD))

    assert answer.status == 503
    assert b"aws sso login" in answer.body
    assert "session has expired" in log[0]


def test_a_page_of_another_site_can_change_nothing(console: Console) -> None:
    answer = console.ask("POST", "/prod/ui/mode", body=b"mode=auto", Origin="http://evil.example")
    assert (answer.status, console.api.asked) == (403, [])


@dataclass
class Apis:
    """What API Gateway knows, in two pages."""

    region: str = REGION
    stages: dict[str, list[str]] = field(default_factory=dict)

    def read(self, _service: str, operation: str, **asked: Any) -> dict[str, Any]:
        if operation == "get_stages":
            return {"item": [{"stageName": name} for name in self.stages[asked["restApiId"]]]}
        if "position" not in asked:
            return {"items": [{"id": "zzz", "name": "another"}], "position": "next"}
        return {"items": [{"id": api, "name": "mainstay"} for api in self.stages]}


def test_the_api_is_found_by_its_name_and_stage() -> None:
    apis: Any = Apis(stages={"aaa": ["dev"], "bbb": ["prod"]})
    assert find_api(apis, "prod").url == "https://bbb.execute-api.eu-west-1.amazonaws.com/prod"


@pytest.mark.parametrize("stages", [{}, {"aaa": ["dev"]}, {"aaa": ["prod"], "bbb": ["prod"]}])
def test_where_there_is_no_one_api_it_has_to_be_named(stages: dict[str, list[str]]) -> None:
    apis: Any = Apis(stages=stages)
    with pytest.raises(InvalidSettingsError, match="pass --api"):
        find_api(apis, "prod")
