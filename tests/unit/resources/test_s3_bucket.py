from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import DeniedError, NotFoundError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources import resource_type
from chalicelib.resources.s3_bucket import FLAGS

S3 = resource_type("s3.bucket")
NAMED = {call.event_name: call.resource_ids for call in S3.api_calls}
WHOLE = dict.fromkeys(FLAGS.values(), True)
NONE = dict.fromkeys(FLAGS, False)
ALL = dict.fromkeys(FLAGS, True)


def _put(**flags: object) -> dict[str, Any]:
    return {
        "publicAccessBlock": "",
        "bucketName": "photos",
        "Host": "photos.s3.us-east-1.amazonaws.com",
        "PublicAccessBlockConfiguration": {"xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", **flags},
    }


@pytest.fixture
def observe(
    canned: Any, resource: Callable[[str, str], Resource], now: datetime
) -> Callable[..., Observation]:
    def _observe(answer: Any) -> Observation:
        aws = canned(get_public_access_block=answer)
        seen = S3.observe(resource("s3.bucket", "photos"), aws, now)
        assert len(aws.calls) == 1
        return seen

    return _observe


@pytest.mark.parametrize("event_name", ["DeleteBucket", "DeleteBucketPublicAccessBlock"])
def test_a_call_names_its_bucket(event_name: str) -> None:
    assert NAMED[event_name]({"bucketName": "photos", "Host": "other.s3.amazonaws.com"}) == ["photos"]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        (_put(**WHOLE), []),
        (_put(**dict.fromkeys(WHOLE, "true")), []),
        (_put(**WHOLE | {"BlockPublicAcls": False}), ["photos"]),
        (_put(BlockPublicAcls=True), ["photos"]),
        ({"bucketName": "photos"}, ["photos"]),
        ({"bucketName": "photos", "PublicAccessBlockConfiguration": "?"}, ["photos"]),
    ],
    ids=["whole", "whole-as-text", "one-off", "three-missing", "nothing", "nonsense"],
)
def test_only_a_call_that_leaves_a_part_open_counts(parameters: dict[str, Any], names: list[str]) -> None:
    assert NAMED["PutBucketPublicAccessBlock"](parameters) == names


def test_a_bucket_is_seen_with_its_block(observe: Callable[..., Observation]) -> None:
    seen = observe({"PublicAccessBlockConfiguration": WHOLE})

    assert seen.exists
    assert seen.attributes == {"public_access_block": True, **ALL}


def test_a_bucket_without_a_block_is_there_and_open(observe: Callable[..., Observation]) -> None:
    seen = observe(NotFoundError("NoSuchPublicAccessBlockConfiguration"))

    assert seen.exists
    assert seen.attributes == {"public_access_block": False, **NONE}


def test_a_bucket_that_is_not_there_is_deleted(observe: Callable[..., Observation]) -> None:
    seen = observe(NotFoundError("NoSuchBucket"))

    assert not seen.exists
    assert S3.is_failing("deleted", seen, None) is True


def test_a_bucket_of_somebody_else_is_not_read_as_ours(observe: Callable[..., Observation]) -> None:
    with pytest.raises(DeniedError):
        observe(DeniedError("AccessDenied"))


@pytest.mark.parametrize(
    ("now_set", "good", "failing"),
    [
        (NONE, ALL, True),
        (ALL | {"block_public_acls": False}, ALL, True),
        (ALL, ALL, False),
        (ALL, NONE, False),
        (NONE, NONE, False),
        (NONE | {"block_public_acls": True}, NONE | {"restrict_public_buckets": True}, True),
        (ALL, None, False),
        (NONE, None, True),
        (ALL | {"block_public_acls": False}, None, None),
    ],
    ids=[
        "removed",
        "weakened",
        "whole",
        "stronger",
        "public-on-purpose",
        "exchanged",
        "unknown-whole",
        "unknown-removed",
        "unknown-partial",
    ],
)
def test_a_bucket_is_exposed_when_a_part_that_was_on_is_off(
    seen: Callable[..., Observation], now_set: Any, good: Any, failing: bool | None
) -> None:
    known_good = None if good is None else seen(**good)

    assert S3.is_failing("exposed", seen(**now_set), known_good) is failing


def test_a_real_bucket_is_seen_through_its_life(
    aws: Aws, resource: Callable[[str, str], Resource], now: datetime
) -> None:
    photos = resource("s3.bucket", "photos")
    read_tags = S3.read_tags
    assert read_tags is not None
    aws.change("s3", "create_bucket", Bucket="photos")
    assert read_tags(photos, aws.read) == {}
    aws.change(
        "s3", "put_bucket_tagging", Bucket="photos", Tagging={"TagSet": [{"Key": "team", "Value": "blue"}]}
    )
    open_ = S3.observe(photos, aws.read, now)
    aws.change("s3", "put_public_access_block", Bucket="photos", PublicAccessBlockConfiguration=WHOLE)
    closed = S3.observe(photos, aws.read, now)

    assert (open_.attributes, closed.attributes) == (
        {"public_access_block": False, **NONE},
        {"public_access_block": True, **ALL},
    )
    assert read_tags(photos, aws.read) == {"team": "blue"}
    aws.change("s3", "delete_bucket", Bucket="photos")
    assert not S3.observe(photos, aws.read, now).exists
    assert read_tags(photos, aws.read) == {}
