"""Which messages a subscription's filter policy lets through, as SNS decides it.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias

Attributes: TypeAlias = Mapping[str, str | float]
"""Of a message: a number where SNS is told that it is one."""

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


def lets_through(policy: Mapping[str, Any], attributes: Attributes) -> bool:
    """Whether a message with these attributes passes; ValueError for a condition that is not known here."""
    return all(
        any(lets_through(one, attributes) for one in wanted)
        if name == "$or"
        else any(_fits(condition, attributes.get(name)) for condition in wanted)
        for name, wanted in policy.items()
    )


def _fits(condition: Any, value: str | float | None) -> bool:
    if not isinstance(condition, Mapping):
        return bool(value is not None and condition == value)
    ((kind, wanted),) = condition.items()
    if kind == "exists":
        return (value is not None) is bool(wanted)
    return value is not None and _compares(kind, wanted, value)


def _compares(kind: str, wanted: Any, value: str | float) -> bool:
    match kind:
        case "prefix":
            return str(value).startswith(wanted)
        case "suffix":
            return str(value).endswith(wanted)
        case "equals-ignore-case":
            return str(value).casefold() == str(wanted).casefold()
        case "anything-but":
            others = wanted if isinstance(wanted, list) else [wanted]
            return not any(_fits(other, value) for other in others)
        case "numeric":
            return isinstance(value, (int, float)) and _in_range(wanted, value)
    raise ValueError(f"the filter condition {kind!r} is not known")


def _in_range(wanted: list[Any], value: float) -> bool:
    pairs = zip(wanted[::2], wanted[1::2], strict=True)
    return all(_COMPARE[operator](value, bound) for operator, bound in pairs)
