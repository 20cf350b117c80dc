"""The blueprint that every route is registered on, and who has to be asked before a route is run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice import Blueprint, IAMAuthorizer

routes = Blueprint("app")
"""Named after app.py, so that what is no route and stands here is looked for in app.py and not in a module
that Lambda would import alone."""

GUARD = IAMAuthorizer()


def caller() -> str:
    """Who makes this request: the subject of a token, or the ARN of an IAM user or role; "" for nobody.

    API Gateway puts both into the request's context after it has checked them: no header can.
    """
    context: Mapping[str, Any] = routes.current_request.context or {}
    authorizer: Mapping[str, Any] = context.get("authorizer") or {}
    identity: Mapping[str, Any] = context.get("identity") or {}
    return str(authorizer.get("principalId") or identity.get("userArn") or "")
