"""Remove a bucket's public access block: only ever to take back that it was put."""

from __future__ import annotations

from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import Risk
from chalicelib.recovery.model import ActionKind, RecoveryAction, Tools, never_proposed


class Parameters(Record):
    """The bucket is all there is to know."""


def _apply(resource: Resource, _parameters: Parameters, tools: Tools) -> Attributes:
    tools.change("s3", "delete_public_access_block", Bucket=resource.id, ExpectedBucketOwner=resource.account)
    return {}


DELETE_PUBLIC_ACCESS_BLOCK = RecoveryAction(
    name="delete_public_access_block",
    kind=ActionKind.API,
    title="remove the public access block of the bucket",
    resource_types=("s3.bucket",),
    failures=(),
    parameters=Parameters,
    risk=Risk.MEDIUM,
    automatic=True,
    repeatable=True,
    permissions=("s3:PutBucketPublicAccessBlock",),  # there is no right of its own for the removal
    propose=never_proposed,
    apply=_apply,
    too_early=frozenset({"OperationAborted"}),
)
