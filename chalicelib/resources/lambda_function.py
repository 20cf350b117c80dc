"""``lambda.function``: tampered with, throttled to less than it had, or deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.errors import NotFoundError
from chalicelib.incidents.model import Classification, Observation, Resource
from chalicelib.resources.announcements import CHANGE_PLANNED
from chalicelib.resources.checks import foretold, is_gone, judge_by
from chalicelib.resources.lambda_configuration import WATCHED, configuration_attributes
from chalicelib.resources.model import ApiCall, FailureKind, MetricWatch, ReadAws, ResourceType
from chalicelib.resources.requests import after_arn, member, names_in

_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}")
_PARTLY_AN_ARN = re.compile(r"(?:\d{12}:)?(?:function:)?(?P<name>[^:]*)(?::(?P<qualifier>[^:]*))?")


def _function_named(parameters: Mapping[str, Any]) -> list[str]:
    """By name, by ARN, or by a part of one: ``123456789012:function:name:qualifier``."""
    name, _ = _name_and_qualifier(parameters)
    return names_in([name], _NAME)


def _function_deleted(parameters: Mapping[str, Any]) -> list[str]:
    """With a qualifier, one published version is deleted, and the function stays."""
    name, qualifier = _name_and_qualifier(parameters)
    return [] if qualifier or member(parameters, "qualifier") else names_in([name], _NAME)


def _name_and_qualifier(parameters: Mapping[str, Any]) -> tuple[str | None, str | None]:
    given = after_arn(member(parameters, "functionName"))
    found = _PARTLY_AN_ARN.fullmatch(given) if isinstance(given, str) else None
    return (found["name"], found["qualifier"]) if found else (None, None)


def _observe(resource: Resource, read: ReadAws, now: datetime) -> Observation:
    """GetFunction alone answers configuration, tags and reserved concurrency together.

    Not the state, nor the revision: both change by themselves after each update, and when it is idle.
    """
    try:
        answer = read("lambda", "get_function", FunctionName=resource.id)
    except NotFoundError:
        return Observation(exists=False, observed_at=now)
    configuration = answer["Configuration"]
    attributes = configuration_attributes(configuration, resource)
    attributes["update_failed"] = configuration.get("LastUpdateStatus") == "Failed"
    attributes["reserved_concurrency"] = answer.get("Concurrency", {}).get("ReservedConcurrentExecutions")
    return Observation(exists=True, attributes=attributes, tags=answer.get("Tags", {}), observed_at=now)


def _is_tampered(observation: Observation, known_good: Observation | None) -> bool | None:
    """One difference is enough; without any, an environment that could not be read leaves it open."""
    if known_good is None or not known_good.exists or not observation.exists:
        return None
    pairs = [(observation.attributes.get(name), known_good.attributes.get(name), name) for name in WATCHED]
    unread = [name for seen, good, name in pairs if name == "environment_sha256" and None in (seen, good)]
    differs = any(seen != good for seen, good, name in pairs if name not in unread)
    return differs or (None if unread else False)


def _is_throttled(observation: Observation, known_good: Observation | None) -> bool | None:
    """Fewer executions at once than it had; none at all is a failure whatever it had."""
    if not observation.exists:
        return None
    now = observation.attributes.get("reserved_concurrency")
    if not isinstance(now, int):
        return False
    if known_good is None or not known_good.exists:
        return True if now == 0 else None
    good = known_good.attributes.get("reserved_concurrency")
    return not isinstance(good, int) or now < good


def _calls(failure: str, *names: str) -> tuple[ApiCall, ...]:
    ids = _function_deleted if failure == "deleted" else _function_named
    return tuple(
        ApiCall(event_source="lambda.amazonaws.com", event_name=name, failure=failure, resource_ids=ids)
        for name in names
    )


def _watch(name: str, statistic: str, title: str, unit: str, **more: Any) -> MetricWatch:
    return MetricWatch(
        namespace="AWS/Lambda",
        name=name,
        statistic=statistic,
        dimension="FunctionName",
        limit=None,
        title=title,
        unit=unit,
        **more,
    )


LAMBDA_FUNCTION = ResourceType(
    name="lambda.function",
    title="Lambda function",
    event_source="aws.lambda",
    failures=(
        FailureKind(
            name="tampered",
            title="was changed",
            classification=Classification.TAMPERING,
            severity=7,
            downtime_minutes=30,
            blast_radius="every caller of the function, and all that its role may do",
        ),
        FailureKind(
            name="throttled",
            title="was throttled",
            classification=Classification.FAILURE,
            severity=7,
            downtime_minutes=30,
            blast_radius="every caller of the function",
        ),
        FailureKind(
            name="deleted",
            title="was deleted",
            classification=Classification.FAILURE,
            severity=8,
            downtime_minutes=60,
            blast_radius="every caller of the function, and events that nobody takes meanwhile",
        ),
        CHANGE_PLANNED,
    ),
    # CloudTrail puts the version of Lambda's API behind its names; the plain and the older ones occur too.
    api_calls=(
        *_calls(
            "tampered",
            "UpdateFunctionConfiguration20150331v2",
            "UpdateFunctionConfiguration20150331",
            "UpdateFunctionCode20150331v2",
            "UpdateFunctionCode20150331",
        ),
        *_calls("throttled", "PutFunctionConcurrency20171031", "PutFunctionConcurrency"),
        *_calls("deleted", "DeleteFunction20150331", "DeleteFunction"),
    ),
    state_changes={},
    observe=_observe,
    is_failing=judge_by(
        {"tampered": _is_tampered, "throttled": _is_throttled, "deleted": is_gone, "change_planned": foretold}
    ),
    permissions=("lambda:GetFunction", "lambda:ListTags", "kms:Decrypt"),
    arns=("arn:aws:lambda:*:*:function:*",),
    alarm_dimension="FunctionName",
    metrics=(
        _watch("Errors", "Sum", "failed calls", "percent", per="Invocations", per_statistic="Sum"),
        _watch("Throttles", "Sum", "throttled calls", "count"),
        _watch("Duration", "Average", "duration", "milliseconds"),
        _watch("ConcurrentExecutions", "Maximum", "executions at once", "count"),
    ),
    announced=("change_planned",),
    health_entity=re.compile(r"(?:function:)?(?P<id>[A-Za-z0-9_-]{1,140})(?::[A-Za-z0-9$_-]{1,128})?"),
)
