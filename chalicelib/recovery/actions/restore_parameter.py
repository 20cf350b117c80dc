"""Put the known good value of a parameter back, from its own history.

The plan names the version and the digest of its value, never the value: that is read from the history at
the last moment, compared with the digest, and sent.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib.errors import ActionFailedError, PlanChangedError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation, Tools
from chalicelib.resources.answers import paged
from chalicelib.resources.digests import digest_secret
from chalicelib.resources.model import ReadAws

_COMPARED = ("value_sha256", "type")
_KEPT = ("KeyId", "Description", "AllowedPattern", "DataType")


class Parameters(Record):
    """Which version is to come back, and over which one."""

    version: int
    value_sha256: str
    replaces: int | None = None
    """The version that must be the newest; None where any may be."""


def _propose(situation: Situation, _read: ReadAws) -> Proposal | None:
    good, seen = situation.known_good, situation.observation
    if good is None or not good.exists or not seen.exists:
        return None
    wanted = {name: good.attributes[name] for name in _COMPARED}
    if all(seen.attributes[name] == value for name, value in wanted.items()):
        return None
    return Proposal(
        parameters={
            "version": good.attributes["version"],
            "value_sha256": good.attributes["value_sha256"],
            "replaces": seen.attributes["version"],
        },
        goal={"exists": True, **wanted},
    )


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    """Raise PlanChangedError where a newer version came in between, ActionFailedError where ours is lost."""
    call = partial(tools.read, "ssm", "get_parameter_history", Name=resource.id, WithDecryption=True)
    versions = {
        found["Version"]: found for found in paged(call, "Parameters", more="NextToken", asks="NextToken")
    }
    newest, chosen = versions[max(versions)], versions.get(parameters.version)
    if chosen is None or digest_secret(chosen["Value"], resource) != parameters.value_sha256:
        raise ActionFailedError(f"version {parameters.version} of {resource.id} no longer has that value")
    if _is_alike(newest, chosen):
        return {"version": newest["Version"]}
    if parameters.replaces not in (None, newest["Version"]):
        raise PlanChangedError(f"{resource.id} was changed again: it has version {newest['Version']} now")
    answer = tools.change("ssm", "put_parameter", **_request(resource, chosen, newest))
    return {"version": answer["Version"]}


def _is_alike(newest: dict[str, Any], chosen: dict[str, Any]) -> bool:
    """An earlier attempt of ours may have got through: its answer was lost, its effect was not."""
    return all(newest[name] == chosen[name] for name in ("Value", "Type"))


def _request(resource: Resource, chosen: dict[str, Any], newest: dict[str, Any]) -> dict[str, Any]:
    """Everything that the version had. AWS never turns an advanced parameter into a standard one."""
    tiers = {version.get("Tier", "Standard") for version in (chosen, newest)}
    return {
        "Name": resource.id,
        "Value": chosen["Value"],
        "Type": chosen["Type"],
        "Tier": "Advanced" if "Advanced" in tiers else chosen.get("Tier", "Standard"),
        "Overwrite": True,
        **{name: chosen[name] for name in _KEPT if chosen.get(name)},
    }


def _undo(_parameters: Parameters, before: Attributes, handle: Attributes) -> ActionCall:
    return ActionCall(
        action="restore_parameter",
        parameters={
            "version": before["version"],
            "value_sha256": before["value_sha256"],
            "replaces": handle.get("version"),
        },
    )


RESTORE_PARAMETER = RecoveryAction(
    name="restore_parameter",
    kind=ActionKind.API,
    title="put back the value of the parameter",
    resource_types=("ssm.parameter",),
    failures=("tampered",),
    parameters=Parameters,
    risk=Risk.LOW,
    automatic=True,
    # AWS takes no token here, and a second put would make one more version. But the history is read first,
    # and where the newest version is as it should be, nothing is put. Should the history be a moment behind,
    # there is one more version with the very same value: nobody who reads the parameter can tell.
    repeatable=True,
    # An advanced parameter is encrypted under a data key of its own.
    permissions=(
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "ssm:GetParameterHistory",
        "ssm:PutParameter",
    ),
    propose=_propose,
    apply=_apply,
    undo=_undo,
    undone_by=("restore_parameter",),
    too_early=frozenset({"TooManyUpdates"}),
)
