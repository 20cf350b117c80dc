"""Make, set up and remove an S3 bucket."""

from __future__ import annotations

import boto3
from botocore.exceptions import ClientError
from step import OWNER_TAG, Input, StepError, as_list, as_mapping, code_of, run_step

s3 = boto3.client("s3")
_NO_PUBLIC_ACCESS = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def make(wish: Input) -> None:
    """Create the bucket and mark it, unless this recovery already has.

    CreateBucket succeeds on a bucket that is already ours in us-east-1, so look before.
    """
    name = wish["bucket_name"]
    if not _is_ours(wish):
        if _exists(name):
            raise StepError(f"bucket {name} exists, and was not made by this recovery")
        s3.create_bucket(Bucket=name, **_location())
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": as_list({OWNER_TAG: wish["token"]})})


def set_up(wish: Input) -> None:
    """Block public access first; then versioning and tags."""
    name = wish["bucket_name"]
    if wish["block_public_access"] == "true":
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=_NO_PUBLIC_ACCESS)
    if wish["versioning"]:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": wish["versioning"]})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": as_list(wish.tags)})


def remove(wish: Input) -> None:
    """Delete the bucket that this recovery made. S3 itself refuses where it holds objects by now."""
    if _is_ours(wish):
        s3.delete_bucket(Bucket=wish["bucket_name"])


def _exists(name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if code_of(error) != "404":
            raise
        return False
    return True


def _is_ours(wish: Input) -> bool:
    try:
        tags = s3.get_bucket_tagging(Bucket=wish["bucket_name"])["TagSet"]
    except ClientError as error:
        if code_of(error) not in ("NoSuchBucket", "NoSuchTagSet"):
            raise
        return False
    return as_mapping(tags).get(OWNER_TAG) == wish["token"]


def _location() -> dict[str, dict[str, str]]:
    """Everywhere but in us-east-1 the region has to be said."""
    region = s3.meta.region_name
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


if __name__ == "__main__":
    run_step({"make": make, "set_up": set_up, "remove": remove})
