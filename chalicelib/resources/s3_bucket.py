"""``s3.bucket``: exposed, as its public access block was removed or weakened; or deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.errors import NotFoundError
from chalicelib.incidents.model import Classification, Observation, Resource
from chalicelib.resources.announcements import CHANGE_PLANNED
from chalicelib.resources.answers import tags_found
from chalicelib.resources.checks import foretold, is_gone, judge_by
from chalicelib.resources.model import ApiCall, FailureKind, ReadAws, ResourceType
from chalicelib.resources.requests import member, names_in

_NAME = re.compile(r"[A-Za-z0-9._-]{3,255}")

FLAGS = {
    "block_public_acls": "BlockPublicAcls",
    "ignore_public_acls": "IgnorePublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
"""The four parts of a public access block: our name to AWS's."""


def _bucket_named(parameters: Mapping[str, Any]) -> list[str]:
    return names_in([member(parameters, "bucketName")], _NAME)


def _bucket_weakened(parameters: Mapping[str, Any]) -> list[str]:
    """A call that sets all four parts exposes nothing: it is how exposure ends."""
    block = member(parameters, "PublicAccessBlockConfiguration")
    whole = all(member(block, flag) in (True, "true", "TRUE") for flag in FLAGS.values())
    return [] if whole else _bucket_named(parameters)


def _observe(resource: Resource, read: ReadAws, now: datetime) -> Observation:
    """One call tells both whether the bucket is there and whether it is closed to the public."""
    try:
        answer = read(
            "s3", "get_public_access_block", Bucket=resource.id, ExpectedBucketOwner=resource.account
        )
    except NotFoundError as error:
        if error.code != "NoSuchPublicAccessBlockConfiguration":
            return Observation(exists=False, observed_at=now)
        answer = {}
    block = answer.get("PublicAccessBlockConfiguration")
    flags = {name: (block or {}).get(flag, False) for name, flag in FLAGS.items()}
    return Observation(
        exists=True, attributes={"public_access_block": block is not None, **flags}, observed_at=now
    )


def _read_tags(resource: Resource, read: ReadAws) -> dict[str, str]:
    call = partial(read, "s3", "get_bucket_tagging", Bucket=resource.id, ExpectedBucketOwner=resource.account)
    return tags_found(call, "TagSet")


def _is_exposed(observation: Observation, known_good: Observation | None) -> bool | None:
    """Beside a known good state, whether a part that was on is off.

    Without one, a whole block is surely fine, and none at all is what the signal said: removed. For what
    lies between nobody can tell whether it ever was more.
    """
    if not observation.exists:
        return None
    on = {name for name in FLAGS if observation.attributes[name]}
    if known_good is not None and known_good.exists:
        return any(known_good.attributes.get(name) for name in FLAGS.keys() - on)
    return {0: True, len(FLAGS): False}.get(len(on))


S3_BUCKET = ResourceType(
    name="s3.bucket",
    title="S3 bucket",
    event_source="aws.s3",
    failures=(
        FailureKind(
            name="exposed",
            title="was opened to the public",
            classification=Classification.TAMPERING,
            severity=9,
            downtime_minutes=0,
            blast_radius="every object in the bucket may be read by anybody",
        ),
        FailureKind(
            name="deleted",
            title="was deleted",
            classification=Classification.FAILURE,
            severity=8,
            downtime_minutes=60,
            blast_radius="every service that reads or writes the bucket",
        ),
        CHANGE_PLANNED,
    ),
    # CloudTrail's names: the API's own are PutPublicAccessBlock and DeletePublicAccessBlock.
    api_calls=(
        ApiCall(
            event_source="s3.amazonaws.com",
            event_name="DeleteBucketPublicAccessBlock",
            failure="exposed",
            resource_ids=_bucket_named,
        ),
        ApiCall(
            event_source="s3.amazonaws.com",
            event_name="PutBucketPublicAccessBlock",
            failure="exposed",
            resource_ids=_bucket_weakened,
        ),
        ApiCall(
            event_source="s3.amazonaws.com",
            event_name="DeleteBucket",
            failure="deleted",
            resource_ids=_bucket_named,
        ),
    ),
    state_changes={},
    observe=_observe,
    is_failing=judge_by({"exposed": _is_exposed, "deleted": is_gone, "change_planned": foretold}),
    permissions=("s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging"),
    arns=("arn:aws:s3:::*",),
    alarm_dimension="BucketName",
    read_tags=_read_tags,
    announced=("change_planned",),
    health_entity=re.compile(r"(?P<id>[A-Za-z0-9._-]{3,255})"),
)
