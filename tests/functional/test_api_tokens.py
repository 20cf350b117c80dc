"""The API with an identity provider: whom API Gateway lets in by a token, and what the app asks once more."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from chalicelib import services
from chalicelib.api.scopes import APPROVE, READ, SWITCH
from tests.functional.api_client import Api
from tests.functional.scene import POLICY, Scene
from tests.unit.api.https_issuer import HttpsIssuer, https_issuer
from tests.unit.api.issuing import AUDIENCE, jwk, token

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/incidents"
ANSWER = "inc-20260101-000000-00000000"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpsIssuer]:
    with https_issuer(tmp_path_factory.mktemp("issuer")) as found:
        found.publish(jwk("RS256", "one"))
        yield found


@pytest.fixture
def app(scene: Scene, issuer: HttpsIssuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The app as it is deployed with an identity provider: that is settled when it is imported."""
    monkeypatch.setenv("MAINSTAY_AUTH", "oidc")
    monkeypatch.setenv("MAINSTAY_ISSUER", issuer.url)
    monkeypatch.setenv("MAINSTAY_AUDIENCE", AUDIENCE)
    monkeypatch.setenv("SSL_CERT_FILE", str(issuer.certificate))
    before = {name: module for name, module in sys.modules.items() if _is_of_api(name)}
    package = sys.modules["chalicelib"]
    for name in before:
        del sys.modules[name]
    services.identity_provider.cache_clear()
    scene.set_policy(POLICY)
    yield importlib.import_module("app")
    for name in [name for name in sys.modules if _is_of_api(name)]:
        del sys.modules[name]
    sys.modules.update(before)
    package.api = before["chalicelib.api"]  # type: ignore[attr-defined]
    services.identity_provider.cache_clear()


def _is_of_api(name: str) -> bool:
    return name == "app" or name.startswith("chalicelib.api")


@pytest.fixture
def issued(issuer: HttpsIssuer) -> Any:
    """A token of this issuer, with these scopes."""

    def issue(*scopes: str, **changes: Any) -> str:
        return token(**{"iss": issuer.url, "scope": " ".join(scopes), **changes})

    return issue


def bearer(text: str) -> Api:
    return Api(user=None, headers={"Authorization": f"Bearer {text}"})


# -- who is let in ------------------------------------------------------------------------------


def test_a_token_lets_in_where_its_scopes_do(app: Any, issued: Any, scene: Scene) -> None:
    assert app
    reader = bearer(issued(READ))
    assert reader.get("/policy").status == 200
    assert reader.put("/mode", {"mode": "off"}).status == 403
    assert reader.post(f"/incidents/{ANSWER}/approve", {"digest": "0" * 64}).status == 403
    assert bearer(issued(APPROVE)).post(f"/incidents/{ANSWER}/reject").kind == "unknown-incident"
    assert bearer(issued(APPROVE)).get("/policy").status == 403
    scene.set_mode("auto")
    switched = bearer(issued(SWITCH, sub="carol")).put("/mode", {"mode": "off"})
    assert (switched.status, switched.body["set_by"]) == (200, "carol")


@pytest.mark.parametrize("path", ["/policy", "/incidents", "/openapi.json", "/ui", "/ui/policy"])
def test_without_a_token_nobody_is_let_in(app: Any, path: str) -> None:
    assert app
    assert Api(user=None).get(path).status == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "{token}", "Token {token}", "Bearer {token},x"],
)
def test_another_header_is_no_token(app: Any, issued: Any, header: str) -> None:
    assert app
    given = Api(user=None, headers={"Authorization": header.format(token=issued(READ))})
    assert given.get("/policy").status == 401


@pytest.mark.parametrize(
    "changes",
    [{"exp": 1}, {"aud": "other"}, {"iss": "https://evil.example"}, {"kid": "two"}, {"number": 1}],
    ids=["expired", "of-another-audience", "of-another-issuer", "by-an-unknown-key", "by-another-key"],
)
def test_a_token_that_does_not_count_lets_nobody_in(app: Any, issued: Any, changes: dict[str, Any]) -> None:
    assert app
    assert bearer(issued(READ, **changes)).get("/policy").status == 401


@pytest.mark.parametrize("scope", ["", "incidents", "INCIDENTS:READ", "incidents:readx", "openid profile"])
def test_a_token_without_a_scope_of_ours_may_do_nothing(app: Any, issued: Any, scope: str) -> None:
    assert app
    assert bearer(issued(scope)).get("/policy").status == 403


def test_health_needs_no_token(app: Any) -> None:
    assert app
    assert Api(user=None).get("/health").status == 200


def test_the_document_says_what_to_bring(app: Any, issued: Any, issuer: HttpsIssuer) -> None:
    assert app
    document = bearer(issued(READ)).get("/openapi.json").body
    scheme = document["components"]["securitySchemes"]["oidc"]
    assert scheme["openIdConnectUrl"] == f"{issuer.url}/.well-known/openid-configuration"
    assert document["paths"]["/mode"]["put"]["security"] == [{"oidc": [SWITCH]}]
    assert document["paths"]["/health"]["get"]["security"] == []


# -- what API Gateway keeps ---------------------------------------------------------------------


def asked(app: Any, text: str) -> dict[str, Any]:
    question = {"type": "TOKEN", "authorizationToken": f"Bearer {text}", "methodArn": ARN}
    found: dict[str, Any] = app.authorize_call(question, None)
    return found


@pytest.mark.parametrize("scopes", [(READ,), (APPROVE,), (SWITCH,), (READ, APPROVE, SWITCH)], ids=str)
def test_the_policy_names_exactly_the_routes_of_the_scopes(
    app: Any, issued: Any, scopes: tuple[str, ...]
) -> None:
    """It is kept for the token's next calls, so that it must fit all of them."""
    scope_of = sys.modules["chalicelib.api.scopes"].scope_of
    (statement,) = asked(app, issued(*scopes))["policyDocument"]["Statement"]
    stage = ARN.removesuffix("/GET/incidents")
    assert statement["Effect"] == "Allow"
    for path, methods in app.app.routes.items():
        for method, entry in methods.items():
            called = f"{stage}/{method}{path.replace('{incident_id}', 'inc-1').replace('{name}', 'app.js')}"
            allowed = any(fnmatchcase(called, one) for one in statement["Resource"])
            if entry.authorizer is not None:
                assert allowed == (scope_of(method, path) in scopes), called


def test_a_policy_without_scopes_denies_everything(app: Any, issued: Any) -> None:
    found = asked(app, issued("openid"))
    assert found["policyDocument"]["Statement"] == [
        {
            "Action": "execute-api:Invoke",
            "Effect": "Deny",
            "Resource": ["arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/*"],
        }
    ]
    assert found["context"] == {"scopes": ""}


def test_a_refusal_says_to_api_gateway_what_it_understands(app: Any) -> None:
    """It takes this one text for 401, and any other for a broken function."""
    for text in ("abc", "", token(iss="https://evil.example")):
        with pytest.raises(PermissionError) as refused:
            asked(app, text)
        assert str(refused.value) == "Unauthorized"


# -- defence in depth ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorizer",
    [{}, {"scopes": READ}, {"scopes": ""}, {"scopes": f"x{SWITCH}"}, {"principalId": "alice"}, None],
    ids=str,
)
def test_the_app_asks_for_the_scope_itself(app: Any, scene: Scene, authorizer: Any) -> None:
    """Should a policy that is kept ever allow too much: the route is refused without its scope."""
    scene.set_mode("auto")
    event = {
        "resource": "/mode",
        "httpMethod": "PUT",
        "headers": {"content-type": "application/json"},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": '{"mode": "off"}',
        "requestContext": {
            "resourcePath": "/mode",
            "httpMethod": "PUT",
            "path": "/prod/mode",
            "authorizer": authorizer,
            "identity": {"userArn": "arn:aws:iam::123456789012:root"},
        },
    }
    answer = app.app(event, None)
    assert (answer["statusCode"], "urn:mainstay:problem:forbidden" in answer["body"]) == (403, True)
    assert scene.world.team.memory.mode() == "auto"
