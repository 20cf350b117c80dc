"""Remove what a Terraform build has made, all of it or only half. Only ever undoes `apply_terraform`."""

from __future__ import annotations

from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import Risk
from chalicelib.recovery.actions.terraform_builds import (
    PERMISSIONS,
    TOO_MANY_BUILDS,
    Removal,
    follow_build,
    start_build,
)
from chalicelib.recovery.model import ActionKind, RecoveryAction, Tools, never_proposed


def _apply(_resource: Resource, parameters: Removal, tools: Tools) -> Attributes:
    return start_build("destroy", parameters, tools, parameters.made_with)


DESTROY_TERRAFORM = RecoveryAction(
    name="destroy_terraform",
    kind=ActionKind.TERRAFORM,
    title="remove what Terraform made",
    resource_types=("ec2.instance", "dynamodb.table", "s3.bucket", "lambda.function"),
    failures=(),
    parameters=Removal,
    risk=Risk.HIGH,
    automatic=False,
    repeatable=True,
    permissions=PERMISSIONS,
    propose=never_proposed,
    apply=_apply,
    progress=follow_build,
    too_early=TOO_MANY_BUILDS,
)
