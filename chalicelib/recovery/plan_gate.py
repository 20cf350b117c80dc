"""May this Terraform plan be applied? The gate between `terraform plan` and `terraform apply`.

It reads what `terraform show -json` says of a saved plan and says yes only when it understands all of
it and every change lies at a named address. What it does not know, it refuses. It uses the standard
library alone, because CodeBuild runs this one file with nothing installed:

    python3 plan_gate.py PLAN.json --address ADDRESS... [--allow replace]

Values of resources and variables are never read, so they are never printed. The format is described at
https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALLOWANCES = ("replace", "delete", "forget")
"""What is refused even at a named address, unless it is allowed by name."""

_ACTIONS = {
    ("no-op",): "no-op",
    ("read",): "read",
    ("create",): "create",
    ("update",): "update",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("delete",): "delete",
    ("forget",): "forget",
    ("create", "forget"): "forget",  # a replacement that leaves the old object behind, unmanaged
}
_KNOWN_MINORS_OF_MAJOR_0 = ("0.1", "0.2")  # before 1.0 any minor version could change the meaning
# What may stand in a plan, in a resource change, and in its change.
_PLAN_KEYS = frozenset(
    "format_version terraform_version timestamp variables planned_values prior_state configuration "  # noqa: SIM905
    "relevant_attributes resource_changes resource_drift output_changes deferred_changes checks "
    "deferred_action_invocations action_invocations condition_results applyable complete errored".split()
)
_RESOURCE_KEYS = frozenset(
    "address previous_address module_address mode type name index provider_name deposed change "  # noqa: SIM905
    "action_reason".split()
)
_CHANGE_KEYS = frozenset(
    "actions before after after_unknown before_sensitive after_sensitive replace_paths importing "  # noqa: SIM905
    "generated_config before_identity after_identity".split()
)


@dataclass(frozen=True, kw_only=True)
class PlannedChange:
    """What the plan would do at one address: create, replace, and so on."""

    address: str
    action: str


@dataclass(frozen=True, kw_only=True)
class PlanVerdict:
    """Whether the plan may be applied. `reasons` speak against it; `changes` leave out no-op."""

    allowed: bool
    reasons: tuple[str, ...]
    changes: tuple[PlannedChange, ...]


def judge_plan(
    plan: Mapping[str, Any], *, addresses: Collection[str], allow: Collection[str] = ()
) -> PlanVerdict:
    """Judge the parsed JSON of a plan.

    Changes may lie at the named addresses only, compared exactly; none named means that nothing may
    change. `allow` holds words of ALLOWANCES. Any input gets a verdict: what is malformed is refused.
    """
    if not isinstance(plan, Mapping):
        return PlanVerdict(allowed=False, reasons=("the plan is not a JSON object",), changes=())
    named = frozenset(addresses) - {""}
    rules = (_format, _outcome, _side_effects, _outputs, _checks, _conditions, _left_out)
    reasons = [reason for rule in rules for reason in rule(plan)]
    reasons += _resource_reasons(plan, named, frozenset(allow))
    reasons += _drift_reasons(plan, named)
    if not named:
        reasons.append("no address is named, so nothing may change")
    changes = tuple(_changes(plan))
    return PlanVerdict(allowed=not reasons, reasons=tuple(dict.fromkeys(reasons)), changes=changes)


# -- the plan as a whole ------------------------------------------------------------------------


def _format(plan: Mapping[str, Any]) -> Iterator[str]:
    version = plan.get("format_version")
    major, _, minor = version.partition(".") if isinstance(version, str) else ("", "", "")
    known = major == "1" and minor.isascii() and minor.isdigit()
    if not known and version not in _KNOWN_MINORS_OF_MAJOR_0:
        yield f"format_version {_shown(version)} is not one that this gate knows"
    for key in sorted(set(plan) - _PLAN_KEYS, key=str):
        yield f"the plan has {_shown(key)}, which this gate does not know"
    if not isinstance(plan.get("planned_values"), Mapping):
        yield "planned_values is missing: this is not a plan"
    for key in ("resource_changes", "resource_drift", "checks", "condition_results"):
        if key in plan and not isinstance(plan[key], list):
            yield f"{key} is not a list"


def _outcome(plan: Mapping[str, Any]) -> Iterator[str]:
    for key, wanted in (("errored", False), ("complete", True), ("applyable", True)):
        if key in plan and plan[key] is not wanted:
            yield f"{key} is {_shown(plan[key])}"


def _side_effects(plan: Mapping[str, Any]) -> Iterator[str]:
    for key in ("deferred_changes", "deferred_action_invocations", "action_invocations"):
        if key in plan and plan[key] != []:
            yield f"the plan has {key}"


def _outputs(plan: Mapping[str, Any]) -> Iterator[str]:
    outputs = plan.get("output_changes", {})
    if not isinstance(outputs, Mapping):
        yield "output_changes is not an object"
        return
    for name, change in outputs.items():
        if _action_of(change) is None:
            yield f"output {_shown(name)} has a change that this gate does not know"


def _checks(plan: Mapping[str, Any]) -> Iterator[str]:
    """An unknown one asks about what is yet to be made, or is not asked at all, as in destroying."""
    for check in _objects(plan, "checks"):
        status, address = check.get("status"), check.get("address")
        where = address if isinstance(address, Mapping) else {}
        if status not in ("pass", "unknown"):
            yield f"check {_shown(where.get('to_display'))} is {_shown(status)}"


def _conditions(plan: Mapping[str, Any]) -> Iterator[str]:
    """Terraform 1.2's name for checks."""
    for condition in _objects(plan, "condition_results"):
        if condition.get("result") is not True and condition.get("unknown") is not True:
            yield f"condition of {_shown(condition.get('address'))} does not hold"


def _left_out(plan: Mapping[str, Any]) -> Iterator[str]:
    """Terraform derives planned_values from the changes: a resource in one alone means tampering."""
    listed = {_address(change) for change in _objects(plan, "resource_changes")}
    values = plan.get("planned_values")
    pending = [values.get("root_module")] if isinstance(values, Mapping) else []
    while pending:
        module = pending.pop()
        if isinstance(module, Mapping):
            pending.extend(_objects(module, "child_modules"))
            for resource in _objects(module, "resources"):
                if resource.get("mode") != "data" and _address(resource) not in listed:
                    yield f"{_shown(_address(resource))} is planned, but is not among the changes"


# -- the resources ------------------------------------------------------------------------------


def _resource_reasons(plan: Mapping[str, Any], named: frozenset[str], allow: frozenset[str]) -> Iterator[str]:
    seen = set()
    for resource in _objects(plan, "resource_changes"):
        address = _shown(_address(resource))
        identity = (_address(resource), _shown(resource.get("deposed")))
        if identity in seen:
            yield f"{address} is there twice"
        seen.add(identity)
        yield from (f"{address} {problem}" for problem in _shape_problems(resource))
        yield from (f"{address} {problem}" for problem in _action_problems(resource, named, allow))


def _action_problems(
    resource: Mapping[str, Any], named: frozenset[str], allow: frozenset[str]
) -> Iterator[str]:
    action = _action_of(resource.get("change"))
    if action is None:
        yield "has actions that this gate does not know"
    if action != "no-op" and _address(resource) not in named:
        yield f"would be changed ({action or 'unknown'}), but is not a named address"
    if action in ALLOWANCES and action not in allow:
        yield f"would be changed by {action}, which is not allowed"


def _shape_problems(resource: Mapping[str, Any]) -> Iterator[str]:
    change = resource.get("change")
    inside = change if isinstance(change, Mapping) else {}
    for key in sorted((set(resource) - _RESOURCE_KEYS) | (set(inside) - _CHANGE_KEYS), key=str):
        yield f"has {_shown(key)}, which this gate does not know"
    if resource.get("mode") not in ("managed", "data"):
        yield f"is of mode {_shown(resource.get('mode'))}, which this gate does not know"
    if resource.get("previous_address") is not None:
        yield f"would be moved from {_shown(resource['previous_address'])}"
    if inside.get("importing") is not None or inside.get("generated_config") is not None:
        yield "would be imported"
    if _spelt(resource) != _address(resource):
        yield "does not agree with its own module, type, name and index"


def _spelt(resource: Mapping[str, Any]) -> str:
    """The address as module, type, name and index spell it."""
    module, index = resource.get("module_address"), resource.get("index")
    parts = [module] if module else []
    parts += ["data"] if resource.get("mode") == "data" else []
    address = ".".join(_shown(part) for part in (*parts, resource.get("type"), resource.get("name")))
    if index is None:
        return address
    key = json.dumps(index, ensure_ascii=False) if isinstance(index, (str, int)) else "?"
    return f"{address}[{key.replace('${', '$${').replace('%{', '%%{')}]"


def _drift_reasons(plan: Mapping[str, Any], named: frozenset[str]) -> Iterator[str]:
    for drift in _objects(plan, "resource_drift"):
        address = _address(drift)
        if address not in named:
            yield f"{_shown(address)} has drifted, but is not a named address"
        if drift.get("previous_address") is not None:
            yield f"{_shown(address)} would be moved"


def _changes(plan: Mapping[str, Any]) -> Iterator[PlannedChange]:
    for resource in _objects(plan, "resource_changes"):
        action = _action_of(resource.get("change"))
        if action != "no-op":
            yield PlannedChange(address=_shown(_address(resource)), action=action or "unknown")


def _action_of(change: object) -> str | None:
    actions = change.get("actions") if isinstance(change, Mapping) else None
    known = isinstance(actions, list) and all(isinstance(action, str) for action in actions)
    return _ACTIONS.get(tuple(actions)) if known and actions else None


def _address(resource: Mapping[str, Any]) -> str:
    """Empty where there is none: no address that can be named is."""
    address = resource.get("address")
    return address if isinstance(address, str) else ""


def _objects(holder: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; an entry that is none comes as an empty one, so that no rule skips it."""
    entries = holder.get(key)
    for entry in entries if isinstance(entries, list) else []:
        yield entry if isinstance(entry, Mapping) else {}


def _shown(value: object) -> str:
    """A name from the plan on one line, with nothing in it that a terminal would obey."""
    if not isinstance(value, str):
        return json.dumps(value) if value is None or isinstance(value, (bool, int)) else type(value).__name__
    return "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in value[:400])


def read_plan(path: Path) -> dict[str, Any]:
    """Parse a plan strictly: raise ValueError, with one clear line, where it is not exactly JSON."""
    try:
        plan = json.loads(path.read_bytes().decode(), object_pairs_hook=_only_once)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not usable JSON: {error}") from error
    if not isinstance(plan, dict):
        raise ValueError(f"{path} does not hold a JSON object")  # noqa: TRY004 - callers catch one kind
    return plan


def _only_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key is there twice")
    return fields


def main(argv: list[str] | None = None) -> int:
    """Answer 0 and the changes where the plan is allowed, 1 and the reasons where not, 2 for bad input."""
    parser = argparse.ArgumentParser(prog="plan_gate", description=__doc__, usage=argparse.SUPPRESS)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--address", nargs="+", action="extend", required=True, dest="addresses")
    parser.add_argument("--allow", nargs="+", action="extend", default=[], choices=ALLOWANCES)
    arguments = parser.parse_args(argv)
    try:
        plan = read_plan(arguments.plan)
    except ValueError as error:
        print(f"plan_gate: {error}", file=sys.stderr)  # noqa: T201 - a command prints its answer
        return 2
    verdict = judge_plan(plan, addresses=arguments.addresses, allow=arguments.allow)
    changes = (f"{change.action} {change.address}" for change in verdict.changes)
    print("\n".join(changes if verdict.allowed else verdict.reasons))  # noqa: T201
    return 0 if verdict.allowed else 1


if __name__ == "__main__":
    sys.exit(main())
