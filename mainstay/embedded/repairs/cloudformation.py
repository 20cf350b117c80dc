"""CloudFormation: resources that moto leaves out are made, with all of their properties.

moto reports CREATE_COMPLETE for types that it does not know and makes nothing, drops properties of tables
and buckets that it does know, and puts state machines where its own interpreter does not find them. Here
they are made through the API of their service, as CloudFormation itself does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models.table import Table
from moto.s3.models import FakeBucket
from moto.stepfunctions import models as _moto_state_machines  # noqa: F401 - ours must come later

from mainstay.embedded.repairs.api_call import as_text, call
from mainstay.embedded.repairs.replacing import replace

Properties = Mapping[str, Any]
Attributes = dict[str, str]
"""What Fn::GetAtt answers."""


def install() -> None:
    """Install the repair."""
    _register_types()
    for moto_type, complete in ((Table, _complete_table), (FakeBucket, _complete_bucket)):
        create = _then(moto_type.create_from_cloudformation_json.__func__, complete)
        replace(moto_type, "create_from_cloudformation_json", classmethod(create))


@cache
def _register_types() -> None:
    """Make our types known to moto: once, since it never forgets one."""
    for type_name, kind in _KINDS.items():
        _register(type_name, kind)
    parsing = sys.modules.get("moto.cloudformation.parsing")
    for name in ("get_model_list", "get_model_map", "get_name_type_map") if parsing else ():
        getattr(parsing, name).cache_clear()


# -- types that moto does not make --------------------------------------------------------------

Create = Callable[[str, Properties, str], tuple[str, Attributes]]
"""Name, properties and region to physical id and attributes."""


@dataclass(frozen=True)
class _Kind:
    name_property: str
    create: Create
    update: Create | None = None
    """Where creating again is not the way to change it."""
    delete: Callable[[str, str], None] | None = None
    """Physical id and region. Where it is not said, a deleted stack leaves the resource where it is."""


def _subscription(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    attributes = {
        part: properties[part]
        for part in ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")
        if part in properties
    }
    wanted = {**properties, "Attributes": attributes, "ReturnSubscriptionArn": True}
    return call("sns", region, "subscribe", wanted)["SubscriptionArn"], {}


def _topic_policy(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    for topic in properties["Topics"]:
        policy = {"AttributeName": "Policy", "AttributeValue": properties["PolicyDocument"]}
        call("sns", region, "set_topic_attributes", {"TopicArn": topic, **policy})
    return name, {"Id": name}


def _queue_policy(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    for queue in properties["Queues"]:
        policy = {"Policy": properties["PolicyDocument"]}
        call("sqs", region, "set_queue_attributes", {"QueueUrl": queue, "Attributes": policy})
    return name, {"Id": name}


def _bucket_policy(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    bucket = properties["Bucket"]
    call("s3", region, "put_bucket_policy", {"Bucket": bucket, "Policy": properties["PolicyDocument"]})
    return bucket, {}


def _metric_filter(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    call("logs", region, "put_metric_filter", {**properties, "FilterName": name})
    return name, {}


def _alarm(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    call("cloudwatch", region, "put_metric_alarm", {**properties, "AlarmName": name})
    [alarm] = call("cloudwatch", region, "describe_alarms", {"AlarmNames": [name]})["MetricAlarms"]
    return name, {"Arn": alarm["AlarmArn"]}


def _schedule(operation: str) -> Create:
    def apply(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
        answer = call("scheduler", region, operation, {**properties, "Name": name})
        return name, {"Arn": answer["ScheduleArn"]}

    return apply


def _project(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    answer = call("codebuild", region, "create_project", {**properties, "Name": name})
    return name, {"Arn": answer["project"]["arn"]}


def _replace_project(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    """Make it anew: moto cannot update a project."""
    call("codebuild", region, "delete_project", {"Name": name})
    return _project(name, properties, region)


def _create_state_machine(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    wanted = {**properties, "name": name, "definition": _definition(properties)}
    wanted["type"] = properties.get("StateMachineType", "STANDARD")
    arn = call("stepfunctions", region, "create_state_machine", wanted)["stateMachineArn"]
    return arn, {"Arn": arn, "Name": name}


def _update_state_machine(arn: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    wanted = {**properties, "stateMachineArn": arn, "definition": _definition(properties)}
    call("stepfunctions", region, "update_state_machine", wanted)
    return arn, {"Arn": arn, "Name": arn.rpartition(":")[2]}


def _deleting(service: str, operation: str, parameter: str) -> Callable[[str, str], None]:
    def delete(physical_id: str, region: str) -> None:
        call(service, region, operation, {parameter: physical_id})

    return delete


def _definition(properties: Properties) -> str:
    """DefinitionSubstitutions are put into the text, whatever stands around them."""
    text = str(properties.get("DefinitionString") or json.dumps(properties["Definition"]))
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", as_text(value))
    return text


def _invoke_config(name: str, properties: Properties, region: str) -> tuple[str, Attributes]:
    call("lambda", region, "put_function_event_invoke_config", properties)
    return f"{properties['FunctionName']}:{properties['Qualifier']}", {}


_KINDS: dict[str, _Kind] = {
    "AWS::CloudWatch::Alarm": _Kind("AlarmName", _alarm),
    "AWS::CodeBuild::Project": _Kind(
        "Name", _project, _replace_project, _deleting("codebuild", "delete_project", "name")
    ),
    "AWS::Lambda::EventInvokeConfig": _Kind(
        "", _invoke_config, lambda _, properties, region: _invoke_config("", properties, region)
    ),
    "AWS::Logs::MetricFilter": _Kind("FilterName", _metric_filter),
    "AWS::S3::BucketPolicy": _Kind("", _bucket_policy),
    "AWS::Scheduler::Schedule": _Kind("Name", _schedule("create_schedule"), _schedule("update_schedule")),
    "AWS::SNS::Subscription": _Kind("", _subscription),
    "AWS::SNS::TopicPolicy": _Kind("", _topic_policy),
    "AWS::SQS::QueuePolicy": _Kind("", _queue_policy),
    "AWS::StepFunctions::StateMachine": _Kind(
        "StateMachineName",
        _create_state_machine,
        _update_state_machine,
        _deleting("stepfunctions", "delete_state_machine", "stateMachineArn"),
    ),
}


class _Made:
    """What moto's CloudFormation asks of a resource."""

    kind: _Kind

    def __init__(self, physical_id: str, attributes: Attributes) -> None:
        self.name = self.physical_resource_id = physical_id
        self._attributes = attributes

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.kind.name_property

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in ("Arn", "Name", "Id")

    def get_cfn_attribute(self, name: str) -> str:
        return self._attributes[name]

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,  # noqa: ARG003 - moto passes them by name
        region_name: str,
        **_: Any,
    ) -> _Made:
        properties = cloudformation_json["Properties"]
        # moto reads the name of a state machine from a property that the type does not have.
        name = properties.get(cls.kind.name_property, resource_name)
        return cls(*cls.kind.create(name, properties, region_name))

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: _Made,
        new_resource_name: str,  # noqa: ARG003
        cloudformation_json: Any,
        account_id: str,  # noqa: ARG003
        region_name: str,
    ) -> _Made:
        change = cls.kind.update or cls.kind.create
        properties = cloudformation_json["Properties"]
        return cls(*change(original_resource.physical_resource_id, properties, region_name))

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, _json: Any, _account: str, region_name: str
    ) -> None:
        if cls.kind.delete:
            cls.kind.delete(resource_name, region_name)

    def is_created(self) -> bool:
        return True


def _register(type_name: str, kind: _Kind) -> None:
    """Make it one of the direct subclasses of moto's model, which are the types that moto knows."""
    members = {"__module__": __name__, "kind": kind, "cloudformation_type": staticmethod(lambda: type_name)}
    type(CloudFormationModel)(type_name.replace("::", ""), (_Made, CloudFormationModel), members)


# -- properties that moto drops -----------------------------------------------------------------


def _then(create: Callable[..., Any], complete: Callable[[str, Properties, str], None]) -> Callable[..., Any]:
    def create_completely(
        cls: Any, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **rest: Any
    ) -> Any:
        made = create(cls, resource_name, cloudformation_json, account_id, region_name, **rest)
        complete(resource_name, cloudformation_json["Properties"], region_name)
        return made

    return create_completely


def _complete_table(name: str, properties: Properties, region: str) -> None:
    for part, operation in (
        ("TimeToLiveSpecification", "update_time_to_live"),
        ("PointInTimeRecoverySpecification", "update_continuous_backups"),
    ):
        if part in properties:
            call("dynamodb", region, operation, {"TableName": name, part: properties[part]})


def _complete_bucket(name: str, properties: Properties, region: str) -> None:
    for part, operation in (
        ("VersioningConfiguration", "put_bucket_versioning"),
        ("PublicAccessBlockConfiguration", "put_public_access_block"),
        ("OwnershipControls", "put_bucket_ownership_controls"),
    ):
        if part in properties:
            call("s3", region, operation, {"Bucket": name, part: properties[part]})
    if "LifecycleConfiguration" in properties:
        rules = [_lifecycle_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
        wanted = {"Bucket": name, "LifecycleConfiguration": {"Rules": rules}}
        call("s3", region, "put_bucket_lifecycle_configuration", wanted)


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    """A template has the days beside the rule's name, the API inside of an expiration."""
    kept = {name: part for name, part in rule.items() if name != "Prefix"}
    if "ExpirationInDays" in rule:
        kept["Expiration"] = {"Days": rule["ExpirationInDays"]}
    return {**kept, "Filter": {"Prefix": rule.get("Prefix", "")}}
