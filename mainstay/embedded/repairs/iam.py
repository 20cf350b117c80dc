"""IAM: a denial on a condition does not deny everything.

moto asks a bucket's policy without telling it what the request is like, and takes each condition that it
cannot judge for met. So the usual policy (nothing without TLS) locks everybody out of the bucket. Here
a condition on something that is not known is not met.
"""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import IAMPolicyStatement, PermissionResult

_decide_as_moto_does = IAMPolicyStatement.is_action_permitted


def install() -> None:
    """Install the repair."""
    IAMPolicyStatement.is_action_permitted = _decide


def _decide(
    statement: Any,
    action: str,
    resource: str = "*",
    principal: str | None = None,
    incoming_condition_values: dict[str, str] | None = None,
) -> PermissionResult:
    denies = statement._statement["Effect"] == "Deny"
    if denies and statement._statement.get("Condition") and not incoming_condition_values:
        return PermissionResult.NEUTRAL
    return _decide_as_moto_does(statement, action, resource, principal, incoming_condition_values)
