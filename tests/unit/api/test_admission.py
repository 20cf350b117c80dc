"""What API Gateway is told about a token, and which scope each route asks for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import services
from chalicelib.api.admission import bearer_in, policy_for
from chalicelib.api.scopes import APPROVE, READ, SWITCH, is_allowed, scope_of
from chalicelib.errors import InvalidSettingsError
from chalicelib.settings import auth_kind
from chalicelib.tokens import Bearer
from tests.unit.api.issuing import Issuer, token

ARN = "arn:aws-cn:execute-api:cn-north-1:123456789012:abc/prod/PUT/mode"
GUARDED, OPEN = SimpleNamespace(authorizer=object()), SimpleNamespace(authorizer=None)
ROUTES = {
    "/health": {"GET": OPEN},
    "/incidents/{incident_id}": {"GET": GUARDED},
    "/incidents/{incident_id}/approve": {"POST": GUARDED},
    "/mode": {"PUT": GUARDED},
    "/new": {"DELETE": GUARDED, "POST": GUARDED},
}


def allowed(*scopes: str) -> list[str]:
    bearer = Bearer(subject="alice", scopes=frozenset(scopes))
    (statement,) = policy_for(bearer, ROUTES, ARN)["policyDocument"]["Statement"]
    if statement["Effect"] == "Deny":
        return []
    prefix = "arn:aws-cn:execute-api:cn-north-1:123456789012:abc/prod/"
    assert all(one.startswith(prefix) for one in statement["Resource"])
    return [one.removeprefix(prefix) for one in statement["Resource"]]


def test_each_scope_allows_its_routes() -> None:
    assert allowed(READ) == ["GET/incidents/*"]
    assert allowed(APPROVE) == ["POST/incidents/*/approve"]
    assert allowed(SWITCH) == ["PUT/mode"]
    assert allowed(READ, APPROVE, SWITCH) == ["GET/incidents/*", "POST/incidents/*/approve", "PUT/mode"]


@pytest.mark.parametrize("scopes", [(), ("",), ("openid",), ("*",)], ids=str)
def test_without_a_scope_of_ours_nothing_is_allowed(scopes: tuple[str, ...]) -> None:
    """A change that nobody has given a scope is allowed to nobody, whatever a token says."""
    assert allowed(*scopes) == []


@pytest.mark.parametrize(("method", "path"), [("POST", "/new"), ("DELETE", "/mode"), ("HEAD", "/policy")])
def test_a_change_that_is_not_named_is_allowed_to_nobody(method: str, path: str) -> None:
    assert scope_of(method, path) == ""
    assert not is_allowed(method, path, {"authorizer": {"scopes": f"{READ} {APPROVE} {SWITCH} "}})


def test_what_is_told_of_a_token_is_its_subject_and_our_scopes() -> None:
    told = policy_for(Bearer(subject="alice", scopes=frozenset({READ, "openid"})), ROUTES, ARN)
    assert (told["principalId"], told["context"]) == ("alice", {"scopes": READ})


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer {}", "BEARER   {}", "  Bearer {}  "])
def test_a_token_is_found_in_its_header(scheme: str) -> None:
    bearer = bearer_in(scheme.format(token()), Issuer().provider)
    assert bearer is not None
    assert bearer.subject == "alice"


@pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "{}", "Bearer {} {}", "Bearer {}\nX: y"])
def test_elsewhere_there_is_none(header: str) -> None:
    assert bearer_in(header.replace("{}", token()), Issuer().provider) is None


# -- who is asked -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "kind"),
    [({}, "iam"), ({"MAINSTAY_AUTH": ""}, "iam"), ({"MAINSTAY_AUTH": "oidc"}, "oidc")],
)
def test_iam_is_asked_where_nothing_else_is_said(environment: dict[str, str], kind: str) -> None:
    assert auth_kind(environment) == kind


@pytest.mark.parametrize("word", ["IAM", "OIDC", "none", "oidc ", "0"])
def test_a_slip_is_an_error(word: str) -> None:
    with pytest.raises(InvalidSettingsError, match="MAINSTAY_AUTH"):
        auth_kind({"MAINSTAY_AUTH": word})


@pytest.mark.parametrize(
    "given", [{}, {"MAINSTAY_ISSUER": "https://a.example"}, {"MAINSTAY_AUDIENCE": "a"}], ids=str
)
def test_an_identity_provider_has_to_be_named_whole(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = {"MAINSTAY_STAGE": "dev", "MAINSTAY_ACCOUNT": "123456789012", "AWS_REGION": "eu-west-1"}
    for name, value in {**usual, "MAINSTAY_AUTH": "oidc", **given}.items():
        monkeypatch.setenv(name, value)
    services.identity_provider.cache_clear()
    with pytest.raises(InvalidSettingsError, match="MAINSTAY_ISSUER"):
        services.identity_provider()
