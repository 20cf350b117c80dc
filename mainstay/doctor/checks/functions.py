"""Functions: there, able to run, and told where they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.errors import NotFoundError
from mainstay.deploying.target import function_name
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, carefully, failure, fine, warning
from mainstay.permissions import ASYNCHRONOUS


def _examine(case: Case) -> Iterator[Finding]:
    wanted = case.wanted_functions
    missing = [name for name in wanted if name not in case.functions]
    if missing:
        yield failure(f"functions are missing: {', '.join(missing)}", case.deploy)
    found = [finding for name in case.functions for finding in _one(case, name)]
    found += _environments(case)
    yield from found
    if case.functions and not missing and not found:
        yield fine(f"all {len(case.functions)} functions are there and may run")


def _one(case: Case, name: str) -> Iterator[Finding]:
    full = function_name(case.target, name)
    yield from _state(case, full, case.functions[name])
    yield from carefully(_concurrency(case, full), f"how often {full} may run at once")
    if name in ASYNCHRONOUS:
        yield from carefully(_retries(case, full), f"retries of {full}")


def _state(case: Case, full: str, found: Mapping[str, Any]) -> Iterator[Finding]:
    if (
        found.get("State", "Active") not in {"Active", "Inactive"}
        or found.get("LastUpdateStatus") == "Failed"
    ):
        why = found.get("LastUpdateStatusReason") or found.get("StateReason") or "Lambda gives no reason"
        yield failure(f"the function {full} cannot be used: {why}", case.deploy)


def _concurrency(case: Case, full: str) -> Iterator[Finding]:
    found = case.read("lambda", "get_function_concurrency", FunctionName=full)
    if found.get("ReservedConcurrentExecutions") == 0:
        yield failure(f"the function {full} is throttled to nothing: it never runs", case.deploy)


def _retries(case: Case, full: str) -> Iterator[Finding]:
    try:
        found = case.read("lambda", "get_function_event_invoke_config", FunctionName=full)
    except NotFoundError:
        found = {}
    if not found.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"):
        yield warning(f"what {full} cannot take is lost: it has no dead letters", case.deploy)


def _environments(case: Case) -> Iterator[Finding]:
    """All functions of a stage are told the same."""
    told = {name: one.get("Environment", {}).get("Variables", {}) for name, one in case.functions.items()}
    for variable, right in _variables(case).items():
        wrong = [name for name, variables in told.items() if variables.get(variable) != right]
        if wrong:
            yield failure(f"{variable} is not {right} for {_who(wrong, case)}", case.deploy)
    without = [name for name, variables in told.items() if not variables.get("MAINSTAY_API_URL")]
    if without:
        yield warning(f"no links can be sent: {_who(without, case)} know no MAINSTAY_API_URL", case.deploy)


def _who(names: list[str], case: Case) -> str:
    return ", ".join(names) if len(names) < len(case.functions) else "all functions"


def _variables(case: Case) -> dict[str, str]:
    return {"MAINSTAY_STAGE": case.target.stage, "MAINSTAY_ACCOUNT": case.target.account}


FUNCTIONS = Check(name="functions", title="functions", examine=_examine)
