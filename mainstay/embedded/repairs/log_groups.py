"""The log groups of embedded CloudWatch Logs: found, described, and with the store of their lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.core.utils import unix_time_millis
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException

from mainstay.embedded.filters import InvalidPatternError, Matches, compile_filter
from mainstay.embedded.logstore import LogStore

GROUPS_ON_PAGE = 50
SHOWN_OF_PATTERN = ("arn", "creationTime", "logGroupName")
"""All that AWS tells of groups that are looked for by a part of their name."""


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
    limit = param("limit", GROUPS_ON_PAGE)
    if not 1 <= limit <= GROUPS_ON_PAGE:
        raise InvalidParameterException(
            constraint=f"Member must have value less than or equal to {GROUPS_ON_PAGE}",
            parameter="limit",
            value=limit,
        )
    chosen = _chooser(response)
    names = sorted(
        name
        for name in list(response.logs_backend.groups)
        if chosen(name) and name > (param("nextToken") or "")
    )
    shown = SHOWN_OF_PATTERN if param("logGroupNamePattern") else None
    groups = [_describe(response.logs_backend.groups[name], shown) for name in names[:limit]]
    more = {"nextToken": names[limit - 1]} if len(names) > limit else {}
    return json.dumps({"logGroups": groups} | more)


def _chooser(response: Any) -> Callable[[str], bool]:
    """Answer the one way to choose groups that is given."""
    param = response._get_param
    prefix, pattern = param("logGroupNamePrefix"), param("logGroupNamePattern")
    identifiers = param("logGroupIdentifiers")
    if sum(map(bool, (prefix, pattern, identifiers))) > 1:
        raise InvalidParameterException("Give one of a prefix, a pattern and identifiers")
    if param("accountIdentifiers") or param("includeLinkedAccounts"):
        raise InvalidParameterException("There are no linked accounts here")
    if param("logGroupClass", "STANDARD") != "STANDARD":
        return lambda _name: False
    if identifiers:
        names = {find_group(response.logs_backend, one).name for one in identifiers}
        return names.__contains__
    return lambda name: name.startswith(prefix or "") and (pattern or "") in name


def _describe(group: Any, shown: Collection[str] | None) -> dict[str, Any]:
    described = group.to_describe_dict()
    return {name: described[name] for name in shown or described}


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
