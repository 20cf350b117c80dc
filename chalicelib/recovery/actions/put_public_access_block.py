"""Close a bucket to the public again."""

from __future__ import annotations

from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation, Tools
from chalicelib.resources.model import ReadAws
from chalicelib.resources.s3_bucket import FLAGS


class Parameters(Record):
    """The four parts of the block, as they are to be."""

    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool


def _propose(situation: Situation, _read: ReadAws) -> Proposal | None:
    """What was known good, and never less than there is. Without that knowledge the whole block.

    A bucket may serve the public on purpose, so without knowledge a person is asked.
    """
    good, seen = situation.known_good, situation.observation
    known = good is not None and good.exists
    wanted: Attributes = {
        name: bool(seen.attributes.get(name) or not known or (good and good.attributes.get(name)))
        for name in FLAGS
    }
    if not seen.exists or all(seen.attributes.get(name) == value for name, value in wanted.items()):
        return None
    return Proposal(
        parameters=wanted,
        goal={"exists": True, **wanted},
        automatic=known,
        warning="" if known else "Its former block was never recorded: is it public on purpose?",
    )


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    tools.change(
        "s3",
        "put_public_access_block",
        Bucket=resource.id,
        ExpectedBucketOwner=resource.account,
        PublicAccessBlockConfiguration={FLAGS[name]: on for name, on in parameters.model_dump().items()},
    )
    return {}


def _undo(_parameters: Parameters, before: Attributes, _handle: Attributes) -> ActionCall:
    if not before["public_access_block"]:
        return ActionCall(action="delete_public_access_block")
    return ActionCall(action="put_public_access_block", parameters={name: before[name] for name in FLAGS})


PUT_PUBLIC_ACCESS_BLOCK = RecoveryAction(
    name="put_public_access_block",
    kind=ActionKind.API,
    title="put back the public access block of the bucket",
    resource_types=("s3.bucket",),
    failures=("exposed",),
    parameters=Parameters,
    risk=Risk.LOW,
    automatic=True,
    repeatable=True,
    permissions=("s3:PutBucketPublicAccessBlock",),
    propose=_propose,
    apply=_apply,
    undo=_undo,
    undone_by=("delete_public_access_block", "put_public_access_block"),
    too_early=frozenset({"OperationAborted"}),
)
