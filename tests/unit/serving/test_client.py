from __future__ import annotations

import pytest

from chalicelib.errors import InvalidSettingsError
from mainstay.serving.client import LocalServer, NoServerError, RefusedByServerError
from mainstay.serving.exchange import Answer, Request, json_answer
from mainstay.serving.server import serving


class Answers:
    """Says what it was asked; other things at other paths."""

    def answer(self, request: Request) -> Answer:
        match request.path:
            case "/problem":
                return json_answer(409, {"type": "urn:x:busy", "detail": "too late"})
            case "/gateway":
                return json_answer(403, {"message": "Missing Authentication Token"})
            case "/text":
                return Answer(status=200, body=b"hello")
            case "/list":
                return Answer(status=200, body=b"[]")
        return json_answer(200, {"target": request.target, "body": request.body.decode()})


def test_what_is_empty_in_a_query_is_left_out() -> None:
    with serving(Answers()) as url:
        asked = LocalServer(url).get("/x", {"state": "", "type": "a b", "since": None, "limit": 5})
        assert asked["target"] == "/x?type=a+b&limit=5"
        assert LocalServer(url).ask("POST", "/y", {"a": 1})["body"] == '{"a": 1}'


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/problem", "too late"),
        ("/gateway", "Missing Authentication Token"),
        ("/text", "200 and no JSON object"),
        ("/list", "200 and no JSON object"),
    ],
)
def test_what_is_no_answer_is_an_error_in_its_own_words(path: str, says: str) -> None:
    with serving(Answers()) as url, pytest.raises(RefusedByServerError, match=says):
        LocalServer(url).get(path)


def test_where_nobody_listens_the_command_that_helps_is_named() -> None:
    with serving(Answers()) as url:
        server = LocalServer(url)
    with pytest.raises(NoServerError, match="mainstay serve"):
        server.get("/x")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:8000",
        "http://10.0.0.1",
        "http://localhost.evil.example",
        "http://127.0.0.1:8000/x",
        "http://127.0.0.1:99999",
        "",
    ],
)
def test_only_loopback_is_asked(url: str) -> None:
    with pytest.raises(InvalidSettingsError, match="no address of a local server"):
        LocalServer(url)
