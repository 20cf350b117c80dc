"""A function's configuration as flat attributes, and those attributes as a request that restores them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.incidents.base import Attributes, Scalar
from chalicelib.incidents.model import Resource
from chalicelib.resources.answers import joined, parted
from chalicelib.resources.digests import digest_secret
from chalicelib.resources.requests import member


@dataclass(frozen=True, kw_only=True)
class _Field:
    """One attribute, and where AWS keeps it: alike in what it answers and in what it is sent."""

    name: str
    path: tuple[str, ...]
    absent: Scalar = ""
    """What it counts as where AWS does not mention it."""
    flatten: Callable[[Any], Scalar] = lambda value: value
    unflatten: Callable[[Any], Any] = lambda value: value

    def of(self, configuration: Mapping[str, Any]) -> Scalar:
        value = member(configuration, *self.path)
        return self.absent if value is None else self.flatten(value)


def _arns_in_order(layers: list[dict[str, Any]]) -> str:
    """Later layers cover earlier ones, so their order is kept."""
    return ",".join(layer["Arn"] for layer in layers)


_FIELDS = (
    _Field(name="runtime", path=("Runtime",)),
    _Field(name="handler", path=("Handler",)),
    _Field(name="memory_mb", path=("MemorySize",), absent=None),
    _Field(name="timeout_seconds", path=("Timeout",), absent=None),
    _Field(name="ephemeral_storage_mb", path=("EphemeralStorage", "Size"), absent=None),
    _Field(name="kms_key", path=("KMSKeyArn",)),
    _Field(name="dead_letter_target", path=("DeadLetterConfig", "TargetArn")),
    _Field(name="tracing", path=("TracingConfig", "Mode"), absent="PassThrough"),
    _Field(name="snap_start", path=("SnapStart", "ApplyOn"), absent="None"),
    _Field(name="log_format", path=("LoggingConfig", "LogFormat"), absent="Text"),
    _Field(name="log_group", path=("LoggingConfig", "LogGroup")),
    _Field(name="application_log_level", path=("LoggingConfig", "ApplicationLogLevel")),
    _Field(name="system_log_level", path=("LoggingConfig", "SystemLogLevel")),
    _Field(name="subnets", path=("VpcConfig", "SubnetIds"), flatten=joined, unflatten=parted),
    _Field(name="security_groups", path=("VpcConfig", "SecurityGroupIds"), flatten=joined, unflatten=parted),
    _Field(name="layers", path=("Layers",), flatten=_arns_in_order, unflatten=parted),
)

RESTORABLE = tuple(field.name for field in _FIELDS)
"""The attributes from which the same configuration can be made again."""

WATCHED = (*RESTORABLE, "environment_sha256", "role", "image_config_sha256", "code_sha256")
"""The attributes that together are the function's configuration. Its description does nothing.

The environment is known by its digest only. The role could be put back, but that takes ``iam:PassRole``,
with which whoever controls Mainstay could hand any role to any function: a person puts it back.
"""


def configuration_attributes(configuration: Mapping[str, Any], resource: Resource) -> Attributes:
    """From AWS's ``FunctionConfiguration``, the same for ``$LATEST`` and for a published version."""
    image = member(configuration, "ImageConfigResponse", "ImageConfig") or {}
    return {field.name: field.of(configuration) for field in _FIELDS} | {
        "environment_sha256": environment_digest(configuration, resource),
        "role": configuration.get("Role", ""),
        "image_config_sha256": digest_secret(_canonical(image), resource) if image else "",
        "code_sha256": configuration.get("CodeSha256", ""),
    }


def environment_digest(configuration: Mapping[str, Any], resource: Resource) -> str | None:
    """Of all names and values together. None where AWS may not decrypt them for us."""
    environment = configuration.get("Environment") or {}
    if environment.get("Error"):
        return None
    return digest_secret(_canonical(environment.get("Variables") or {}), resource)


def as_request(attributes: Attributes, changed: frozenset[str]) -> dict[str, Any]:
    """The parameters of UpdateFunctionConfiguration that carry these attributes.

    AWS replaces a structure, such as ``LoggingConfig``, as a whole: a part that changed brings the others.
    """
    members = {field.path[0] for field in _FIELDS if field.name in changed}
    request: dict[str, Any] = {}
    for field in (field for field in _FIELDS if field.path[0] in members):
        _put(request, field.path, field.unflatten(attributes[field.name]))
    return {
        name: _without_levels(value) if name == "LoggingConfig" else value for name, value in request.items()
    }


def _put(request: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *structures, last = path
    for name in structures:
        request = request.setdefault(name, {})
    request[last] = value


def _without_levels(logging: dict[str, Any]) -> dict[str, Any]:
    """AWS takes levels with the format JSON only, and nothing empty."""
    return {name: value for name, value in logging.items() if value}


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
