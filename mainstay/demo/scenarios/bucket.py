"""An S3 bucket is opened to the public, another one deleted."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.world import World


def bucket_recreation(_world: World, name: str) -> dict[str, Any]:
    """How Terraform makes the demo's buckets anew."""
    return {"module": "s3_bucket", "address": "terraform_data.bucket", "variables": {"bucket_name": name}}


def _is_closed(world: World, name: str, _story: Story) -> str:
    block = world.aws.client("s3").get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    return "" if all(block.values()) else f"the bucket is open: {block}"


BUCKET = Scenario(
    name="bucket",
    title="S3 buckets are opened and deleted",
    acts=(
        Act(
            title="the public access block is removed; it is put back",
            type="s3.bucket",
            make=things.make_bucket,
            spoil=spoils.open_bucket,
            ends=State.COMPLETED,
            protected=True,
            check=_is_closed,
        ),
        Act(
            title="a bucket is deleted; Terraform makes it anew",
            type="s3.bucket",
            make=things.make_bucket,
            spoil=spoils.delete_bucket,
            ends=State.COMPLETED,
            recreation=bucket_recreation,
            check=_is_closed,
        ),
    ),
)
