"""What a token must allow for each route, where an identity provider says who may call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

READ = "incidents:read"
APPROVE = "incidents:approve"
SWITCH = "policy:write"

SCOPES: Mapping[str, str] = {
    READ: "Look at incidents, forecasts, patterns, metrics, the policy and the mode.",
    APPROVE: "Approve and reject recovery plans.",
    SWITCH: "Switch the mode.",
}

_CHANGES: Mapping[tuple[str, str], str] = {
    ("POST", "/incidents/{incident_id}/approve"): APPROVE,
    ("POST", "/incidents/{incident_id}/reject"): APPROVE,
    ("POST", "/ui/incidents/{incident_id}/answer"): APPROVE,
    ("PUT", "/mode"): SWITCH,
    ("POST", "/ui/mode"): SWITCH,
}


def scope_of(method: str, path: str) -> str:
    """The scope for a route; "" for one that changes something and is not named here: nobody may call it."""
    return READ if method == "GET" else _CHANGES.get((method, path), "")


def is_allowed(method: str, path: str, context: Mapping[str, Any]) -> bool:
    """Whether the scopes that the authorizer has put into a request's context are enough for its route."""
    told: Mapping[str, Any] = context.get("authorizer") or {}
    return scope_of(method, path) in str(told.get("scopes", "")).split()
