from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.incidents.model import Resource
from chalicelib.resources.lambda_configuration import RESTORABLE, as_request, configuration_attributes

FULL = {
    "Runtime": "python3.12",
    "Handler": "app.handler",
    "MemorySize": 128,
    "Timeout": 3,
    "EphemeralStorage": {"Size": 512},
    "KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1",
    "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"},
    "TracingConfig": {"Mode": "Active"},
    "SnapStart": {"ApplyOn": "None"},
    "LoggingConfig": {
        "LogFormat": "JSON",
        "LogGroup": "/aws/lambda/pay",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "WARN",
    },
    "VpcConfig": {"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
    "Layers": ["arn:b", "arn:a"],
}
ANSWER = FULL | {"Layers": [{"Arn": "arn:b", "CodeSize": 1}, {"Arn": "arn:a", "CodeSize": 1}]}

Attributes = Callable[..., dict[str, Any]]


@pytest.fixture
def attributes(resource: Callable[[str, str], Resource]) -> Attributes:
    def make(configuration: dict[str, Any]) -> dict[str, Any]:
        return configuration_attributes(configuration, resource("lambda.function", "pay"))

    return make


def test_a_whole_configuration_can_be_made_again_from_its_attributes(attributes: Attributes) -> None:
    assert as_request(attributes(ANSWER), frozenset(RESTORABLE)) == FULL


@pytest.mark.parametrize(
    ("changed", "request_"),
    [
        ({"memory_mb"}, {"MemorySize": 128}),
        ({"log_group"}, {"LoggingConfig": FULL["LoggingConfig"]}),
        ({"subnets"}, {"VpcConfig": FULL["VpcConfig"]}),
        ({"layers"}, {"Layers": ["arn:b", "arn:a"]}),
        (set(), {}),
    ],
    ids=["memory", "logging", "network", "layers", "nothing"],
)
def test_a_request_holds_what_changed_and_the_structure_around_it(
    attributes: Attributes, changed: set[str], request_: dict[str, Any]
) -> None:
    assert as_request(attributes(ANSWER), frozenset(changed)) == request_


def test_levels_are_left_out_where_logs_are_plain_text(attributes: Attributes) -> None:
    logging = {"LogFormat": "Text", "LogGroup": "/aws/lambda/pay"}

    request = as_request(attributes({"LoggingConfig": logging}), frozenset({"log_format"}))

    assert request == {"LoggingConfig": logging}


def test_what_was_removed_is_asked_for_as_empty(attributes: Attributes) -> None:
    request = as_request(attributes({}), frozenset({"layers", "subnets", "dead_letter_target", "kms_key"}))

    assert request == {
        "Layers": [],
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
        "DeadLetterConfig": {"TargetArn": ""},
        "KMSKeyArn": "",
    }


def test_what_aws_does_not_mention_is_the_same_as_its_default(attributes: Attributes) -> None:
    named = {
        "TracingConfig": {"Mode": "PassThrough"},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
    }

    assert attributes(named) == attributes({})


def test_networks_in_another_order_are_the_same_and_layers_are_not(attributes: Attributes) -> None:
    turned = {"VpcConfig": {"SubnetIds": ["subnet-2", "subnet-1"], "SecurityGroupIds": ["sg-1"]}}
    layers = {"Layers": [{"Arn": "arn:a"}, {"Arn": "arn:b"}]}

    assert attributes(ANSWER | turned) == attributes(ANSWER)
    assert attributes(ANSWER | layers) != attributes(ANSWER)


def test_an_environment_that_aws_may_not_decrypt_is_unknown(attributes: Attributes) -> None:
    assert attributes({"Environment": {"Error": {"ErrorCode": "x"}}})["environment_sha256"] is None


def test_no_environment_is_the_same_as_an_empty_one(attributes: Attributes) -> None:
    empty = attributes({"Environment": {"Variables": {}}})["environment_sha256"]

    assert attributes({})["environment_sha256"] == empty
