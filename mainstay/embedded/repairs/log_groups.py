"""The log groups of embedded CloudWatch Logs: found, described, and with the store of their lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.core.utils import unix_time_millis
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException

from mainstay.embedded.filters import InvalidPatternError, Matches, compile_filter
from mainstay.embedded.logstore import LogStore

GROUPS_ON_PAGE = 50


def store_of(group: Any) -> LogStore:
    """Answer a log group's lines: they hang on moto's object, so that moto's reset forgets them."""
    store: LogStore = vars(group).setdefault("store", LogStore())
    return store


def find_group(backend: Any, name: str) -> Any:
    """Find a log group by its name or its ARN, with or without ``:*``."""
    found = backend.groups.get(name.removesuffix(":*").rpartition(":log-group:")[2])
    if found is None:
        raise ResourceNotFoundException
    return found


def checked_filter(pattern: str | None) -> Matches:
    """Compile a filter pattern; what is none is refused as CloudWatch Logs does."""
    try:
        return compile_filter(pattern or "")
    except InvalidPatternError as error:
        raise InvalidParameterException(f"Invalid filter pattern: {error}") from error


# -- describing ---------------------------------------------------------------------------------


def describe_log_groups(response: Any) -> str:
    """Answer DescribeLogGroups: by name, a page at a time."""
    param = response._get_param
    prefix, pattern, limit = param("logGroupNamePrefix"), param("logGroupNamePattern"), param("limit", 50)
    if not 1 <= limit <= GROUPS_ON_PAGE:
        raise InvalidParameterException(
            constraint=f"Member must have value less than or equal to {GROUPS_ON_PAGE}",
            parameter="limit",
            value=limit,
        )
    if prefix and pattern:
        raise InvalidParameterException("logGroupNamePrefix and logGroupNamePattern cannot both be given")
    names = sorted(
        name
        for name in list(response.logs_backend.groups)
        if name.startswith(prefix or "") and (pattern or "").lower() in name.lower()
        if name > (param("nextToken") or "")
    )
    groups = [response.logs_backend.groups[name].to_describe_dict() for name in names[:limit]]
    more = {"nextToken": names[limit - 1]} if len(names) > limit else {}
    return json.dumps({"logGroups": groups} | more)


def list_tags_for_resource(response: Any) -> str:
    """Answer ListTagsForResource; a log group's ARN has no ``:*`` here."""
    arn = response._get_param("resourceArn")
    if ":log-group:" in arn and not any(
        group.arn == arn for group in list(response.logs_backend.groups.values())
    ):
        raise ResourceNotFoundException
    return json.dumps({"tags": response.logs_backend.list_tags_for_resource(arn)})


def describe_group(describe: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Add to what moto describes of a group how many bytes it holds."""

    def described(group: Any) -> dict[str, Any]:
        return describe(group) | {"storedBytes": store_of(group).stored_bytes, "logGroupClass": "STANDARD"}

    return described


def describe_stream(stream: Any) -> dict[str, Any]:
    """A stream's own bytes are always told as 0, on AWS since 2019."""
    described = {
        "arn": stream.arn,
        "creationTime": int(unix_time_millis(stream.creation_time)),
        "logStreamName": stream.log_stream_name,
        "storedBytes": 0,
    }
    span = store_of(stream.log_group).spans.get(stream.log_stream_name)
    if span is None:
        return described
    return described | {
        "firstEventTimestamp": span.first,
        "lastEventTimestamp": span.last,
        "lastIngestionTime": span.ingested,
        "uploadSequenceToken": str(stream.upload_sequence_token),
    }


def iter_tagged_resources(backend: Any) -> Iterator[TaggedResource]:
    """Tell the tagging API of all groups, by AWS's name for their type; moto writes it as one word."""
    for group in list(backend.groups.values()):
        tags = backend.tagger.get_tag_dict_for_resource(group.arn)
        yield TaggedResource(arn=group.arn, tags=tags, resource_type="logs:log-group")
