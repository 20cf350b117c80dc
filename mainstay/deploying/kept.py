"""What a deletion has kept, tables and bucket, taken into a new stack: CloudFormation imports resources."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import NotFoundError
from mainstay.deploying.errors import FailedError
from mainstay.deploying.target import Target
from mainstay.deploying.templates import read_template

CHANGE_SET = "adopt"
POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Kept:
    """One resource that stays when its stack goes, and how CloudFormation knows it."""

    logical_id: str
    type: str
    key: str
    name: str

    def import_entry(self) -> dict[str, Any]:
        """An entry of ResourcesToImport."""
        return {
            "ResourceType": self.type,
            "LogicalResourceId": self.logical_id,
            "ResourceIdentifier": {self.key: self.name},
        }


def keepable(target: Target) -> tuple[Kept, ...]:
    """Everything that the infra stack retains."""
    incidents, patterns = target.tables
    return (
        Kept("IncidentsTable", "AWS::DynamoDB::Table", "TableName", incidents),
        Kept("PatternsTable", "AWS::DynamoDB::Table", "TableName", patterns),
        Kept("ArtifactBucket", "AWS::S3::Bucket", "BucketName", target.bucket),
    )


def find_kept(target: Target) -> Iterator[Kept]:
    """Those of them that are there."""
    for one in keepable(target):
        service, operation, name = _READS[one.type]
        try:
            target.aws.read(service, operation, **{name: one.name})
        except NotFoundError:
            continue
        yield one


_READS = {
    "AWS::DynamoDB::Table": ("dynamodb", "describe_table", "TableName"),
    "AWS::S3::Bucket": ("s3", "head_bucket", "Bucket"),
}


def adopt_kept(
    target: Target,
    stack: str,
    template: str,
    parameters: Mapping[str, str],
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Make the stack of what was kept; whether there was anything. FailedError where it cannot be done."""
    kept = list(find_kept(target))
    if not kept:
        return False
    change_set = {"StackName": stack, "ChangeSetName": CHANGE_SET}
    target.aws.change(
        "cloudformation",
        "create_change_set",
        **change_set,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(import_template(template, {one.logical_id for one in kept})),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        ResourcesToImport=[one.import_entry() for one in kept],
    )
    _await_change_set(target, change_set, pause)
    target.aws.change("cloudformation", "execute_change_set", **change_set)
    return True


def import_template(text: str, logical_ids: set[str]) -> dict[str, Any]:
    """The part of a template that may be imported: these resources as they are, and no outputs."""
    whole = read_template(text)
    resources = {name: whole["Resources"][name] for name in sorted(logical_ids)}
    return {name: part for name, part in whole.items() if name != "Outputs"} | {"Resources": resources}


def _await_change_set(target: Target, change_set: Mapping[str, str], pause: Callable[[float], None]) -> None:
    while True:
        found = target.aws.read("cloudformation", "describe_change_set", **change_set)
        if found["Status"] == "CREATE_COMPLETE":
            return
        if found["Status"] == "FAILED":
            raise FailedError(
                f"what was kept cannot be adopted: {found.get('StatusReason', 'no reason given')}"
            )
        pause(POLL_SECONDS)
