"""Calls of an API with values of a template, which names and types them a little differently."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape

from mainstay.embedded.repairs.clients import client_for


def call(service: str, region: str, operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Call an operation with a template's properties, which differ from its parameters in case and type."""
    client = client_for(service, region)
    shape = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[operation]
    ).input_shape
    try:
        answer: dict[str, Any] = getattr(client, operation)(**fit(shape, properties))
    except ClientError as error:
        raise _as_stack_error(error) from error
    return answer


def fit(shape: Shape, value: Any) -> Any:
    """Spell and type a value as the shape says; names that the shape does not have are left out."""
    if isinstance(shape, StructureShape):
        members = {name.lower(): name for name in shape.members}
        return {
            members[name.lower()]: fit(shape.members[members[name.lower()]], part)
            for name, part in value.items()
            if name.lower() in members
        }
    if isinstance(shape, ListShape):
        return [fit(shape.member, part) for part in value]
    if isinstance(shape, MapShape):
        return {name: fit(shape.value, part) for name, part in value.items()}
    return _SCALARS.get(shape.type_name, _as_is)(value)


def _as_is(value: Any) -> Any:
    return value


def as_text(value: Any) -> str:
    """Write a value of a template as AWS does: true and false in small letters, documents as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "string": as_text,
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": lambda value: str(value).lower() == "true",
}


def _as_stack_error(error: ClientError) -> Exception:
    """A stack that cannot be made is refused with the reason, where moto would crash."""
    from moto.cloudformation.exceptions import ValidationError  # noqa: PLC0415 - imports all of moto

    return ValidationError(message=str(error))
