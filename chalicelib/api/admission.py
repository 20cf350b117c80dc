"""What API Gateway is answered when it asks who may call, and what the app itself checks once more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.api.scopes import SCOPES, scope_of
from chalicelib.tokens import Bearer, IdentityProvider

_SCHEME = re.compile(r"bearer +(?P<token>[\w.=-]+)", re.ASCII | re.IGNORECASE)
_PARAMETER = re.compile(r"{\w+}")


def bearer_in(header: str, provider: IdentityProvider) -> Bearer | None:
    """Whom the token in this header speaks for; None where there is none in it."""
    found = _SCHEME.fullmatch(header.strip())
    return provider.bearer_of(found["token"]) if found else None


def policy_for(bearer: Bearer, routes: Mapping[str, Mapping[str, Any]], method_arn: str) -> dict[str, Any]:
    """The policy that lets them call exactly the routes of their scopes.

    API Gateway keeps it for the token's next calls, whatever they are for: so all routes are named.
    """
    stage, scopes = "/".join(method_arn.split("/")[:2]), bearer.scopes & SCOPES.keys()
    allowed = [f"{stage}/{method}{path}" for method, path in _allowed(scopes, routes)]
    effect, resources = ("Allow", allowed) if allowed else ("Deny", [f"{stage}/*"])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resources}
    return {
        "principalId": bearer.subject,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"scopes": " ".join(sorted(scopes))},
    }


def _allowed(scopes: frozenset[str], routes: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for path, methods in sorted(routes.items()):
        for method, entry in sorted(methods.items()):
            if entry.authorizer is not None and scope_of(method, path) in scopes:
                yield method, _PARAMETER.sub("*", path)
