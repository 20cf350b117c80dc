"""Who is let in to a route: what API Gateway asks before the app hears of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from chalice import IAMAuthorizer
from chalice.app import ChaliceAuthorizer

from mainstay.serving.exchange import Answer, refusal

_INVOKE = "execute-api:Invoke"
_UNAUTHORIZED = refusal(401, "Unauthorized", {"x-amzn-ErrorType": "UnauthorizedException"})
_UNSIGNED = refusal(
    403, "Missing Authentication Token", {"x-amzn-ErrorType": "MissingAuthenticationTokenException"}
)
_DENIED = refusal(
    403,
    "User is not authorized to access this resource with an explicit deny in an identity-based policy",
    {"x-amzn-ErrorType": "AccessDeniedException"},
)
_NOT_ALLOWED = refusal(
    403, "User is not authorized to access this resource", {"x-amzn-ErrorType": "AccessDeniedException"}
)
_MISCONFIGURED = refusal(
    500, "Internal server error", {"x-amzn-ErrorType": "AuthorizerConfigurationException"}
)


def check_authorizers(routes: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise TypeError for a route whose authorizer is neither IAM nor a function of the app."""
    for path, methods in routes.items():
        for entry in methods.values():
            if not isinstance(entry.authorizer, IAMAuthorizer | ChaliceAuthorizer | None):
                raise TypeError(f"{path}: there is no {type(entry.authorizer).__name__} on loopback")


def admit(
    authorizer: object, event: dict[str, Any], context: object, *, user: str | None, method_arn: str
) -> dict[str, Any] | Answer:
    """The event with who calls, or the refusal."""
    if authorizer is None:
        return event
    if isinstance(authorizer, IAMAuthorizer):
        return _with_context(event, identity={"userArn": user}) if user else _UNSIGNED
    token = next((value for name, value in event["headers"].items() if name.lower() == "authorization"), "")
    if not token:
        return _UNAUTHORIZED
    question = {"type": "TOKEN", "authorizationToken": token, "methodArn": method_arn}
    return _admit_by_token(authorizer, question, event, context)


def _admit_by_token(
    authorizer: Any, question: dict[str, str], event: dict[str, Any], context: object
) -> dict[str, Any] | Answer:
    """Ask a function of the app. It refuses by its policy, or by raising what it raises."""
    try:
        found = authorizer(question, context)
    except Exception as error:  # noqa: BLE001 - whatever it raises, API Gateway looks at the text only
        return _UNAUTHORIZED if str(error) == "Unauthorized" else _MISCONFIGURED
    if not isinstance(found, dict) or not found.get("principalId"):
        return _MISCONFIGURED
    effects = set(_effects(found.get("policyDocument", {}).get("Statement", []), question["methodArn"]))
    if "Allow" not in effects or "Deny" in effects:
        return _DENIED if "Deny" in effects else _NOT_ALLOWED
    told = {name: _as_told(value) for name, value in (found.get("context") or {}).items()}
    return _with_context(event, authorizer={**told, "principalId": found["principalId"]})


def _effects(statements: Iterable[Mapping[str, Any]], arn: str) -> Iterable[str]:
    """What the statements about calling this method say."""
    for one in statements:
        if any(fnmatchcase(_INVOKE, _literal(name)) for name in _listed(one.get("Action"))) and any(
            fnmatchcase(arn, _literal(pattern)) for pattern in _listed(one.get("Resource"))
        ):
            yield str(one.get("Effect"))


def _literal(pattern: str) -> str:
    """IAM knows stars and question marks, and no brackets."""
    return pattern.replace("[", "[[]")


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _as_told(value: object) -> str:
    """API Gateway hands every value of the context on as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with_context(event: dict[str, Any], **parts: dict[str, Any]) -> dict[str, Any]:
    """The event, whose request context says so too."""
    context = dict(event["requestContext"])
    for name, part in parts.items():
        context[name] = {**context.get(name, {}), **part}
    return {**event, "requestContext": context}
