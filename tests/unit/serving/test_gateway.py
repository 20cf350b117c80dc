from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice import AuthResponse, Chalice, CognitoUserPoolAuthorizer, IAMAuthorizer, Response

from mainstay.serving.exchange import Answer, Request
from mainstay.serving.gateway import MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, Gateway, find_route

USER = "arn:aws:iam::123456789012:user/alice"


def _make_app() -> Chalice:
    app = Chalice("tried", configure_logs=False)
    _add_open_routes(app)
    _add_guarded_routes(app)
    _add_odd_answers(app)
    return app


def _add_open_routes(app: Chalice) -> None:
    gate = threading.Barrier(2, timeout=5)
    kinds = ["application/json", "text/plain", "image/png"]

    @app.route("/", methods=["GET"])
    def root() -> str:
        return "root"

    @app.route("/things/{name}", methods=["GET", "POST"], content_types=kinds)
    def thing(name: str) -> dict[str, Any]:
        request = app.current_request
        query = request.query_params or {}
        return {
            "name": name,
            "query": {key: query.getlist(key) for key in query},
            "body": request.raw_body.decode("latin-1"),
            "event": request.to_original_event(),
        }

    @app.route("/things/special", methods=["GET"])
    def special() -> str:
        return "special"

    @app.route("/meet/{name}", methods=["GET"])
    def meet(name: str) -> list[str]:
        gate.wait()
        return [name, app.current_request.uri_params["name"]]


def _add_guarded_routes(app: Chalice) -> None:
    @app.route("/mine", methods=["GET"], authorizer=IAMAuthorizer())
    def mine() -> str:
        return str(app.current_request.context["identity"]["userArn"])

    @app.route("/tokens", methods=["GET"], authorizer=app.authorizer()(_authorize))
    def tokens() -> dict[str, Any]:
        return dict(app.current_request.context["authorizer"])


def _add_odd_answers(app: Chalice) -> None:
    @app.route("/headers", methods=["GET"])
    def headers() -> Response:
        return Response("x", headers={"Set-Cookie": ["a=1", "b=2"], "Connection": "close"}, status_code=201)

    @app.route("/picture", methods=["GET"])
    def picture() -> Response:
        return Response(b"\x89PNG\xff", headers={"Content-Type": "image/png"})

    @app.route("/huge", methods=["GET"])
    def huge() -> Response:
        return Response("x" * (MAX_RESPONSE_BYTES + 1))


def _authorize(asked: Any) -> Any:
    match asked.token:
        case "boom":
            raise ValueError("no such key")
        case "who":
            raise ValueError("Unauthorized")
        case "nobody":
            return {"context": {}}
        case "barred":
            return _policy(asked.method_arn)
        case "refused":
            return AuthResponse(routes=[], principal_id="mallory")
    routes = ["/tokens"] if asked.token == "all" else ["/elsewhere"]
    return AuthResponse(routes=routes, principal_id="alice", context={"scope": "read", "admin": True})


def _policy(arn: str) -> dict[str, Any]:
    statements = [
        {"Action": "execute-api:*", "Effect": "Allow", "Resource": "*"},
        {"Action": ["execute-api:Invoke"], "Effect": "Deny", "Resource": [arn]},
    ]
    return {"principalId": "bob", "policyDocument": {"Statement": statements}}


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    return Gateway(_make_app(), user=USER)


def _get(gateway: Gateway, target: str, **headers: str) -> Answer:
    return gateway.answer(Request(method="GET", target=target, headers=tuple(headers.items())))


def _json(answer: Answer) -> Any:
    assert answer.status == 200, answer
    return json.loads(answer.body)


def test_a_request_becomes_a_proxy_event(gateway: Gateway) -> None:
    headers = (("Host", "here"), ("User-Agent", "me"), ("X-Two", "1"), ("x-two", "2"), ("TE", "gone"))
    request = Request(
        method="GET", target="/things/a%20b/?x=1&x=2&y=", headers=headers, source_ip="127.0.0.9"
    )

    found = _json(gateway.answer(request))

    event = found["event"]
    assert (found["name"], found["query"]) == ("a%20b", {"x": ["1", "2"], "y": [""]})
    assert (event["resource"], event["httpMethod"], event["path"]) == (
        "/things/{name}",
        "GET",
        "/things/a%20b",
    )
    assert event["queryStringParameters"] == {"x": "2", "y": ""}
    assert event["multiValueHeaders"] == {"Host": ["here"], "User-Agent": ["me"], "X-Two": ["1", "2"]}
    assert event["headers"]["X-Two"] == "2"
    assert event["requestContext"]["path"] == "/things/a%20b/"
    assert event["requestContext"]["identity"] == {
        "sourceIp": "127.0.0.9",
        "userAgent": "me",
        "userArn": None,
    }
    assert event["body"] is None


def test_without_a_query_there_are_no_parameters(gateway: Gateway) -> None:
    event = _json(_get(gateway, "/things/a"))["event"]
    assert event["queryStringParameters"] is event["multiValueQueryStringParameters"] is None


@pytest.mark.parametrize(
    ("kind", "body", "encoded"),
    [("text/plain", "añb".encode(), False), ("image/png", b"\x89\xff", True)],
    ids=["text", "binary"],
)
def test_a_body_arrives_as_text_or_in_base64(
    gateway: Gateway, kind: str, body: bytes, *, encoded: bool
) -> None:
    request = Request(method="POST", target="/things/a", headers=(("Content-Type", kind),), body=body)
    found = _json(gateway.answer(request))
    assert found["body"].encode("latin-1") == body
    assert found["event"]["isBase64Encoded"] is encoded


def test_the_root_is_a_route_and_a_name_wins_over_a_parameter(gateway: Gateway) -> None:
    assert _get(gateway, "/").body == b"root"
    assert _get(gateway, "/things/special").body == b"special"


@pytest.mark.parametrize("target", ["/nowhere", "/things", "/things/", "/things/a/b", "//things/a"])
def test_what_is_no_route_is_answered_as_api_gateway_does(gateway: Gateway, target: str) -> None:
    answer = _get(gateway, target)
    assert (answer.status, json.loads(answer.body)) == (403, {"message": "Missing Authentication Token"})


def test_a_method_that_the_route_does_not_have_is_no_route_either(gateway: Gateway) -> None:
    assert gateway.answer(Request(method="DELETE", target="/things/a")).status == 403


def test_iam_routes_know_the_user_and_refuse_whoever_is_nobody(gateway: Gateway) -> None:
    assert _get(gateway, "/mine").body.decode() == USER
    assert _get(Gateway(_make_app(), user=None), "/mine").status == 403


def test_a_user_who_is_named_in_the_request_is_not_believed() -> None:
    nobody = Gateway(_make_app(), user=None)
    assert _get(nobody, "/mine", Authorization="AWS4-HMAC-SHA256 Credential=x", userArn=USER).status == 403


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("", 401),
        ("who", 401),
        ("boom", 500),
        ("nobody", 500),
        ("refused", 403),
        ("barred", 403),
        ("other", 403),
    ],
)
def test_an_authorizer_of_the_app_is_asked_and_its_policy_holds(
    gateway: Gateway, token: str, status: int
) -> None:
    given = {"Authorization": token} if token else {}
    assert _get(gateway, "/tokens", **given).status == status


def test_what_the_authorizer_says_of_the_caller_reaches_the_app(gateway: Gateway) -> None:
    assert _json(_get(gateway, "/tokens", authorization="all")) == {
        "scope": "read",
        "admin": "true",
        "principalId": "alice",
    }


def test_an_authorizer_that_cannot_be_asked_is_refused_at_once() -> None:
    app = Chalice("other", configure_logs=False)
    pool = CognitoUserPoolAuthorizer("pool", provider_arns=["arn:aws:cognito-idp:us-east-1:1:userpool/x"])
    app.route("/x", authorizer=pool)(lambda: "x")
    with pytest.raises(TypeError, match="CognitoUserPoolAuthorizer"):
        Gateway(app, user=USER)


def test_requests_at_once_do_not_see_each_other(gateway: Gateway) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda name: _json(_get(gateway, f"/meet/{name}")), ["a", "b"]))
    assert answers == [["a", "a"], ["b", "b"]]


def test_headers_of_the_answer_are_passed_on_but_not_those_of_the_connection(gateway: Gateway) -> None:
    answer = _get(gateway, "/headers")
    assert answer.status == 201
    assert [pair for pair in answer.headers if pair[0] != "Content-Type"] == [
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ]


def test_a_picture_arrives_as_the_bytes_that_it_is(gateway: Gateway) -> None:
    answer = _get(gateway, "/picture", Accept="image/png")
    assert answer.body == b"\x89PNG\xff"


def test_below_a_stage_paths_are_those_of_a_deployed_one() -> None:
    staged = Gateway(_make_app(), user=USER, stage="prod")
    event = _json(_get(staged, "/prod/things/a"))["event"]
    assert (event["path"], event["requestContext"]["path"]) == ("/things/a", "/prod/things/a")
    assert event["requestContext"]["stage"] == "prod"
    assert _get(staged, "/prod").body == b"root"
    assert [_get(staged, target).status for target in ("/things/a", "/production/things/a", "/")] == [403] * 3


def test_bodies_beyond_the_limits_of_aws_are_refused(gateway: Gateway) -> None:
    too_long = Request(method="POST", target="/things/a", body=b"x" * (MAX_REQUEST_BYTES + 1))
    assert gateway.answer(too_long).status == 413
    assert _get(gateway, "/huge").status == 502


def test_a_parameter_stands_for_one_part_that_is_not_empty() -> None:
    assert find_route("/a/b", ["/a/{x}", "/{y}/b"]) == ("/a/{x}", {"x": "b"})
    assert find_route("/a/", ["/a/{x}"]) is None
