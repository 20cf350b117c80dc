"""CloudFormation: what a template retains stays when its stack is deleted, and can be imported into another.

moto knows ``DeletionPolicy: Retain`` but not ``RetainExceptOnCreate``, takes an import for a creation, and
fails where an update leaves a parameter as it is that was never given but has a default.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from moto.cloudformation.models import ChangeSet, CloudFormationBackend
from moto.cloudformation.parsing import ResourceMap
from moto.dynamodb.models.table import Table
from moto.s3.models import FakeBucket

from mainstay.embedded.repairs.replacing import replace

_delete_as_moto_does = ResourceMap.delete
_apply_as_moto_does = ChangeSet.apply
_resolve_as_moto_does = CloudFormationBackend._resolve_update_parameters
_IMPORTING = threading.local()


def install() -> None:
    """Install the repair; after that of properties that moto drops, which an import does not set."""
    replace(ResourceMap, "delete", _delete)
    replace(ChangeSet, "apply", _apply)
    replace(CloudFormationBackend, "_resolve_update_parameters", _resolve_parameters)
    for moto_type, find in ((Table, _find_table), (FakeBucket, _find_bucket)):
        create = _unless_importing(find, moto_type.create_from_cloudformation_json.__func__)
        replace(moto_type, "create_from_cloudformation_json", classmethod(create))


def _delete(resources: Any) -> None:
    """A stack that is being deleted has been created: then both policies say the same."""
    resources._resource_json_map = {
        name: {**resource, "DeletionPolicy": "Retain"}
        if resource.get("DeletionPolicy") == "RetainExceptOnCreate"
        else resource
        for name, resource in resources._resource_json_map.items()
    }
    _delete_as_moto_does(resources)


def _resolve_parameters(backend: Any, instance: Any, incoming_params: list[dict[str, Any]]) -> dict[str, str]:
    known = [
        one
        for one in incoming_params
        if "ParameterValue" in one or one["ParameterKey"] in instance.parameters
    ]
    resolved: dict[str, str] = _resolve_as_moto_does(backend, instance, known)
    return resolved


def _apply(change_set: Any) -> None:
    _IMPORTING.on = change_set.change_set_type == "IMPORT"
    try:
        _apply_as_moto_does(change_set)
    finally:
        _IMPORTING.on = False


def _unless_importing(find: Callable[..., Any], create: Callable[..., Any]) -> Callable[..., Any]:
    def create_or_find(
        cls: Any, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **rest: Any
    ) -> Any:
        if getattr(_IMPORTING, "on", False):
            return find(resource_name, account_id, region_name)
        return create(cls, resource_name, cloudformation_json, account_id, region_name, **rest)

    return create_or_find


def _find_table(name: str, account: str, region: str) -> Any:
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415

    return dynamodb_backends[account][region].get_table(name)


def _find_bucket(name: str, account: str, region: str) -> Any:
    from moto.s3.models import s3_backends  # noqa: PLC0415

    return s3_backends[account]["aws"].get_bucket(name)
