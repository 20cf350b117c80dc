"""Permissions: what IAM says that each function's role may do, beside what the function needs.

IAM itself is asked, by simulation: so boundaries and policies of the organisation count as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from chalicelib.errors import NotFoundError, ThrottledError
from chalicelib.resources.answers import paged
from mainstay.deploying.settings import narrow
from mainstay.deploying.target import Target
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, failure, fine, unreadable
from mainstay.policies import policy_of

SOME = "mainstay-doctor"
"""Stands for whatever a pattern leaves open: it is simulated on something that is not there."""

_SHOWN = 4
_ALLOWED = "allowed"


def _examine(case: Case) -> Iterator[Finding]:
    """IAM lets simulations be asked for slowly: a function that it has no time for is unknown alone."""
    asked: list[Finding] = []
    for name in case.functions:
        try:
            asked += _role_of(case, name)
        except ThrottledError as error:
            asked.append(unreadable(f"what {name} may do", error))
    yield from asked
    if case.functions and not asked:
        yield fine(f"each of {len(case.functions)} functions may do all that it needs")


def _role_of(case: Case, name: str) -> Iterator[Finding]:
    role = str(case.functions[name]["Role"])
    statements = narrow(policy_of(name), case.target)["Statement"]
    try:
        wrong = [found for statement in statements for found in _differing(case, role, statement)]
    except NotFoundError:
        yield failure(f"the role of {name} is gone: {role}", case.deploy)
        return
    missing = [action for action, effect in wrong if effect == "Allow"]
    if missing:
        yield failure(f"{name} may not do what it needs: {_listed(missing)}", case.deploy)
    too_much = [action for action, effect in wrong if effect == "Deny"]
    if too_much:
        yield failure(f"{name} may change our own records by {_listed(too_much)}", case.deploy)


def _differing(case: Case, role: str, statement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Actions for which IAM does not say what the statement says, on any of its resources."""
    effect = statement["Effect"]
    ask = partial(case.read, "iam", "simulate_principal_policy", **_question(role, statement, case))
    answers = paged(ask, "EvaluationResults", more="Marker", asks="Marker")
    for answer in answers:
        if any((decision == _ALLOWED) != (effect == "Allow") for decision in _decisions(answer)):
            yield str(answer["EvalActionName"]), effect


def _decisions(answer: Mapping[str, Any]) -> list[str]:
    """One for each resource, where IAM tells them apart."""
    each = [str(one["EvalResourceDecision"]) for one in answer.get("ResourceSpecificResults") or ()]
    return each or [str(answer["EvalDecision"])]


def _question(role: str, statement: Mapping[str, Any], case: Case) -> dict[str, Any]:
    conditions: Mapping[str, Mapping[str, str]] = statement.get("Condition", {})
    entries = [
        {
            "ContextKeyName": key,
            "ContextKeyType": "boolean" if operator == "Bool" else "string",
            "ContextKeyValues": [value.replace("*", case.target.region)],
        }
        for operator, keys in conditions.items()
        for key, value in keys.items()
    ]
    return {
        "PolicySourceArn": role,
        "ActionNames": list(statement["Action"]),
        "ResourceArns": [example(arn, case.target) for arn in statement["Resource"]],
        **({"ContextEntries": entries} if entries else {}),
    }


def example(pattern: str, target: Target) -> str:
    """A resource that a pattern of ARNs fits; ``*`` stays what it is."""
    parts = pattern.split(":", 5)
    if pattern == "*":
        return pattern
    parts[3] = target.region if parts[3] == "*" else parts[3]
    parts[4] = target.account if parts[4] == "*" else parts[4]
    parts[5] = parts[5].replace("*", SOME)
    return ":".join(parts)


def _listed(actions: list[str]) -> str:
    names = sorted(set(actions))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


PERMISSIONS = Check(name="permissions", title="permissions", examine=_examine)
