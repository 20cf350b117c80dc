"""Reading what AWS answers, the same way for every resource type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from chalicelib.errors import AwsError, NotFoundError
from chalicelib.incidents.model import Resource


def joined(names: Iterable[str]) -> str:
    """A set of names as one flat attribute: sorted, with commas."""
    return ",".join(sorted(names))


def parted(names: str) -> list[str]:
    """What `joined` made, as a list again."""
    return [name for name in names.split(",") if name]


def tags_in(pairs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """AWS's list of ``Key`` and ``Value`` pairs as a dict."""
    return {pair["Key"]: pair.get("Value", "") for pair in pairs}


def tags_found(call: Callable[..., dict[str, Any]], key: str) -> dict[str, str]:
    """The tags that a call answers under a key; none where the resource has none, or is not there."""
    try:
        return tags_in(call()[key])
    except AwsError as error:
        if isinstance(error, NotFoundError) or error.code == "InvalidResourceId":  # SSM's word for it
            return {}
        raise


def paged(call: Callable[..., dict[str, Any]], key: str, *, more: str, asks: str) -> Iterator[dict[str, Any]]:
    """Every item under a key of a paged answer: `more` is AWS's name for what is sent back as `asks`."""
    answer = call()
    yield from answer[key]
    while answer.get(more):
        answer = call(**{asks: answer[more]})
        yield from answer[key]


def arn_of(resource: Resource, service: str, name: str) -> str:
    """The ARN of a resource; the partition follows from its region."""
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(resource.region.rsplit("-", 2)[0], "aws")
    return f"arn:{partition}:{service}:{resource.region}:{resource.account}:{name}"
