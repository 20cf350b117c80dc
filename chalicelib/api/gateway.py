"""The blueprint that every route is registered on, and who has to be asked before a route is run."""

from __future__ import annotations

from chalice import Blueprint, IAMAuthorizer

routes = Blueprint("app")
"""Named after app.py, so that what is no route and stands here is looked for in app.py and not in a module
that Lambda would import alone."""

GUARD = IAMAuthorizer()
