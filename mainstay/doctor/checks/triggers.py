"""Triggers: rules and schedules that are on, and topics that lead to their functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.errors import NotFoundError
from mainstay.deploying.target import function_name
from mainstay.deploying.targets import RETRIES
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, carefully, failure, fine, warning

_MEANS: Mapping[str, str] = {
    "on_resource_event": "no event of AWS is heard",
    "sweep": "what events miss is never found, and what hangs never ends",
    "start_scan": "nothing is foreseen",
    "health": "nobody hears what AWS Health announces",
}
_TOPICS: Mapping[str, str] = {"on_alarm": "alarms", "on_scan_request": "scans"}
"""Which topic starts which function."""


def _examine(case: Case) -> Iterator[Finding]:
    rules = {name: f"{case.target.prefix}-{name}-event" for name in RETRIES}
    rules["health"] = f"{case.target.prefix}-health"
    for name, rule in rules.items():
        yield from carefully(_rule(case, rule, _MEANS[name]), f"the rule {rule}")
    for function, topic in _TOPICS.items():
        yield from carefully(_topic(case, function, topic), f"the topic {case.target.prefix}-{topic}")


def _rule(case: Case, rule: str, means: str) -> Iterator[Finding]:
    try:
        found = case.read("events", "describe_rule", Name=rule)
    except NotFoundError:
        yield failure(f"the rule {rule} is missing: {means}", case.deploy)
        return
    if found.get("State") == "DISABLED":
        yield failure(
            f"the rule {rule} is off: {means}",
            f"aws events enable-rule --name {rule} --region {case.target.region}",
        )
        return
    targets = case.read("events", "list_targets_by_rule", Rule=rule)["Targets"]
    if not targets:
        yield failure(f"the rule {rule} leads nowhere: {means}", case.deploy)
    elif not all(one.get("DeadLetterConfig", {}).get("Arn") for one in targets):
        yield warning(f"what the rule {rule} cannot deliver is lost: no dead letters", case.deploy)
    else:
        yield fine(f"the rule {rule} is on")


def _topic(case: Case, function: str, topic: str) -> Iterator[Finding]:
    name = f"{case.target.prefix}-{topic}"
    try:
        there = case.subscriptions(case.target.arn("sns", name))
    except NotFoundError:
        yield failure(f"the topic {name} is missing", case.deploy)
        return
    lambdas = {one["Endpoint"] for one in there if one["Protocol"] == "lambda"}
    if case.target.arn("lambda", f"function:{function_name(case.target, function)}") in lambdas:
        yield fine(f"the topic {name} starts {function}")
    else:
        yield failure(f"the topic {name} does not start {function}", case.deploy)


TRIGGERS = Check(name="triggers", title="triggers", examine=_examine)
