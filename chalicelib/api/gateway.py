"""The blueprint that every route is registered on, and who has to be asked before a route is run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from chalice import Blueprint, IAMAuthorizer
from chalice.app import AuthRequest

from chalicelib.errors import WrongTokenError
from chalicelib.redaction import clean_text
from chalicelib.services import identity_provider
from chalicelib.settings import auth_kind

routes = Blueprint("app")
"""Named after app.py, so that what is no route and stands here is looked for in app.py and not in a module
that Lambda would import alone."""

AUTH = auth_kind(os.environ)
KEPT_SECONDS = 60
"""How long API Gateway may use an answer about a token again, even where it expires meanwhile."""

_LONGEST_NAME = 256


def authorize_call(request: AuthRequest) -> dict[str, Any]:
    """Who may call, by the token of an identity provider; API Gateway takes this one text for "401"."""
    from chalicelib.api.admission import bearer_in, policy_for  # noqa: PLC0415 - only this function needs it

    try:
        bearer = bearer_in(request.token, identity_provider())
    except WrongTokenError as error:
        routes.log.warning("a token was refused: %s", clean_text(str(error), 200))
        raise PermissionError("Unauthorized") from None
    if bearer is None:
        raise PermissionError("Unauthorized")
    return policy_for(bearer, routes.current_app.routes, request.method_arn)


def _guard() -> Any:
    if AUTH == "oidc":
        return routes.authorizer(ttl_seconds=KEPT_SECONDS)(authorize_call)
    return IAMAuthorizer()


GUARD = _guard()


def caller() -> str:
    """Who makes this request: the subject of a token, or the ARN of an IAM user or role; "" for nobody.

    API Gateway puts both into the request's context after it has checked them: no header can.
    """
    context: Mapping[str, Any] = routes.current_request.context or {}
    authorizer: Mapping[str, Any] = context.get("authorizer") or {}
    identity: Mapping[str, Any] = context.get("identity") or {}
    return clean_text(str(authorizer.get("principalId") or identity.get("userArn") or ""), _LONGEST_NAME)
