"""The calls that embedded CloudTrail records, and how CloudTrail spells what they were given.

CloudTrail does not write an API's parameters as the API has them: each service has its own event names and
its own forms, and secrets are left out. The forms here are those of real events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Parameters = Mapping[str, Any]
Form = Callable[[Parameters], dict[str, Any] | None]


def lower_names(value: Any) -> Any:
    """Begin every name with a small letter, at any depth: dBInstanceIdentifier, tableName."""
    if isinstance(value, Mapping):
        return {name[:1].lower() + name[1:]: lower_names(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [lower_names(part) for part in value]
    return value


def _without(*hidden: str) -> Form:
    def form(parameters: Parameters) -> dict[str, Any]:
        shown = {name: part for name, part in parameters.items() if name not in hidden}
        return dict(lower_names(shown))

    return form


def _nothing(parameters: Parameters) -> None:
    return None


# -- EC2: lists are {"items": [...]} -------------------------------------------------------------


def _items(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"items": lower_names(entries)}


def _instances(*flags: str) -> Form:
    def form(parameters: Parameters) -> dict[str, Any]:
        named = [{"InstanceId": instance} for instance in parameters.get("InstanceIds", [])]
        return {"instancesSet": _items(named)} | _set_flags(parameters, *flags)

    return form


def _set_flags(parameters: Parameters, *names: str) -> dict[str, Any]:
    return dict(lower_names({name: parameters[name] for name in names if parameters.get(name)}))


def _changed_instances(field: str) -> Form:
    return lambda answer: {"instancesSet": _items(answer[field])}


def _launch(parameters: Parameters) -> dict[str, Any]:
    wanted = {name: parameters[name] for name in ("ImageId", "MinCount", "MaxCount") if name in parameters}
    rest = _set_flags(parameters, "InstanceType", "ClientToken", "SubnetId")
    tags = [
        {"resourceType": spec["ResourceType"], "tags": lower_names(spec["Tags"])}
        for spec in parameters.get("TagSpecifications", [])
    ]
    return {
        "instancesSet": _items([wanted]),
        **rest,
        **({"tagSpecificationSet": {"items": tags}} if tags else {}),
    }


def _launched(answer: Parameters) -> dict[str, Any]:
    shown = [
        {
            "instanceId": instance["InstanceId"],
            "imageId": instance["ImageId"],
            "instanceState": lower_names(instance["State"]),
            "instanceType": instance["InstanceType"],
        }
        for instance in answer["Instances"]
    ]
    return {
        "reservationId": answer["ReservationId"],
        "ownerId": answer["OwnerId"],
        "instancesSet": {"items": shown},
    }


# -- RDS, Lambda, S3 ----------------------------------------------------------------------------


def _database(answer: Parameters) -> dict[str, Any]:
    database = answer["DBInstance"]
    names = ("DBInstanceIdentifier", "DBInstanceClass", "Engine", "DBInstanceStatus", "DBInstanceArn")
    return dict(lower_names({name: database[name] for name in names if name in database}))


def _configuration(values: Parameters) -> dict[str, Any]:
    """Lambda's parameters, and its answer too: the variables of the environment are never shown."""
    shown = dict(lower_names(values))
    if "environment" in shown:
        shown["environment"] = {}
    return shown


def _bucket(subresource: str = "", body: str = "", shown_as: str = "") -> Form:
    """S3: the bucket, the part of it that the call is about, and what the part shall be."""

    def form(parameters: Parameters) -> dict[str, Any]:
        name = parameters["Bucket"]
        return {
            "bucketName": name,
            "Host": f"{name}.s3.amazonaws.com",
            **({subresource: ""} if subresource else {}),
            **({shown_as: _read_policy(parameters[body])} if parameters.get(body) else {}),
        }

    return form


def _read_policy(value: Any) -> Any:
    """A policy is sent as text, and shown as the document that it is."""
    return json.loads(value) if isinstance(value, str) else value


# -- the table ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecordedCall:
    """One API operation in CloudTrail's form. What it answers is told only where it succeeded."""

    event_name: str
    request: Form
    response: Form = _nothing


RECORDED_CALLS: dict[tuple[str, str], RecordedCall] = {
    ("ec2", "RunInstances"): RecordedCall("RunInstances", _launch, _launched),
    ("ec2", "StartInstances"): RecordedCall(
        "StartInstances", _instances(), _changed_instances("StartingInstances")
    ),
    ("ec2", "StopInstances"): RecordedCall(
        "StopInstances", _instances("Force"), _changed_instances("StoppingInstances")
    ),
    ("ec2", "TerminateInstances"): RecordedCall(
        "TerminateInstances", _instances(), _changed_instances("TerminatingInstances")
    ),
    ("rds", "StartDBInstance"): RecordedCall("StartDBInstance", _without(), _database),
    ("rds", "StopDBInstance"): RecordedCall("StopDBInstance", _without(), _database),
    ("rds", "DeleteDBInstance"): RecordedCall("DeleteDBInstance", _without(), _database),
    ("rds", "RestoreDBInstanceFromDBSnapshot"): RecordedCall(
        "RestoreDBInstanceFromDBSnapshot", _without(), _database
    ),
    ("lambda", "UpdateFunctionConfiguration"): RecordedCall(
        "UpdateFunctionConfiguration20150331v2", _configuration, _configuration
    ),
    ("lambda", "UpdateFunctionCode"): RecordedCall(
        "UpdateFunctionCode20150331v2", _without("ZipFile"), _configuration
    ),
    ("lambda", "DeleteFunction"): RecordedCall("DeleteFunction20150331", _without()),
    ("dynamodb", "UpdateTable"): RecordedCall("UpdateTable", _without(), _without()),
    ("dynamodb", "DeleteTable"): RecordedCall("DeleteTable", _without(), _without()),
    ("s3", "DeleteBucket"): RecordedCall("DeleteBucket", _bucket()),
    ("s3", "PutBucketPolicy"): RecordedCall("PutBucketPolicy", _bucket("policy", "Policy", "bucketPolicy")),
    ("s3", "PutPublicAccessBlock"): RecordedCall(
        "PutBucketPublicAccessBlock",
        _bucket(
            "publicAccessBlock", "PublicAccessBlockConfiguration", shown_as="PublicAccessBlockConfiguration"
        ),
    ),
    ("s3", "DeletePublicAccessBlock"): RecordedCall(
        "DeleteBucketPublicAccessBlock", _bucket("publicAccessBlock")
    ),
    ("ssm", "PutParameter"): RecordedCall("PutParameter", _without("Value"), _without()),
    ("ssm", "DeleteParameter"): RecordedCall("DeleteParameter", _without()),
}
"""Service and operation, as botocore names them, to the event that AWS records."""
