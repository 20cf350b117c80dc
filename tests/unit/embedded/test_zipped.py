from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.repairs.replacing import put_everything_back


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedAws]:
    """Embedded AWS as a program of its own has it."""
    with EmbeddedAws() as aws:
        from mainstay.embedded.standalone import become_deployable  # noqa: PLC0415 - moto must see the rest

        become_deployable()
        yield aws
    put_everything_back()


@pytest.fixture
def deploy(aws: EmbeddedAws) -> Callable[..., str]:
    """Make a function of a module's text."""

    def deploy(source: str, **settings: Any) -> str:
        aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("app.py", source)
        aws.client("lambda").create_function(
            FunctionName="probe",
            Runtime="python3.11",
            Role=f"arn:aws:iam::{aws.account}:role/r",
            Handler="app.handler",
            Code={"ZipFile": buffer.getvalue()},
            **settings,
        )
        return "probe"

    return deploy


def call(aws: EmbeddedAws, name: str, payload: object = None) -> tuple[Any, bool]:
    """What it answers, and whether that is an error."""
    answer = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(payload))
    return json.loads(answer["Payload"].read()), "FunctionError" in answer


def test_a_function_runs_its_own_zip_with_its_variables(aws: EmbeddedAws, deploy: Callable[..., str]) -> None:
    source = (
        "import os\ndef handler(event, context): return [event, os.environ['COLOUR'], context.function_name]"
    )
    name = deploy(source, Environment={"Variables": {"COLOUR": "red"}})

    assert call(aws, name, {"a": 1}) == ([{"a": 1}, "red", "probe"], False)


def test_new_code_is_what_runs_next(aws: EmbeddedAws, deploy: Callable[..., str]) -> None:
    name = deploy("def handler(*_): return 1")
    assert call(aws, name) == (1, False)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "def handler(*_): return 2")

    aws.client("lambda").update_function_code(FunctionName=name, ZipFile=buffer.getvalue())

    assert call(aws, name) == (2, False)


@pytest.mark.parametrize("package", ["pydantic", "chalice", "moto", "mainstay"])
def test_what_is_installed_here_is_not_there(
    aws: EmbeddedAws, deploy: Callable[..., str], package: str
) -> None:
    error, failed = call(aws, deploy(f"import {package}\ndef handler(*_): return 1"))

    assert failed
    assert (error["errorType"], error["errorMessage"]) == (
        "ModuleNotFoundError",
        f"No module named '{package}'",
    )


def test_boto3_is_there_and_reaches_embedded_aws(aws: EmbeddedAws, deploy: Callable[..., str]) -> None:
    source = """
import boto3
def handler(*_): return boto3.client("sts").get_caller_identity()["Account"]
"""

    assert call(aws, deploy(source)) == (aws.account, False)


def test_an_error_keeps_its_name_so_that_a_workflow_can_catch_it(
    aws: EmbeddedAws, deploy: Callable[..., str]
) -> None:
    name = deploy("class OursError(Exception): pass\ndef handler(*_): raise OursError('no')")

    error, failed = call(aws, name)

    assert (failed, error["errorType"], error["errorMessage"]) == (True, "OursError", "no")


@pytest.mark.parametrize(
    ("body", "error_type"),
    [
        ("import os; os._exit(3)", "Runtime.ExitError"),
        ("import time; time.sleep(30)", "Sandbox.Timedout"),
    ],
)
def test_a_process_that_ends_or_hangs_is_an_error(
    aws: EmbeddedAws, deploy: Callable[..., str], body: str, error_type: str
) -> None:
    error, failed = call(aws, deploy(f"def handler(*_): {body}", Timeout=1))

    assert (failed, error["errorType"]) == (True, error_type)


def test_a_swagger_document_is_imported_as_chalice_writes_it(aws: EmbeddedAws) -> None:
    document = {
        "swagger": "2.0",
        "info": {"title": "probe", "version": "1.0"},
        "paths": {"/a": {"options": {"responses": {}, "x-amazon-apigateway-integration": {"type": "mock"}}}},
    }
    client = aws.client("apigateway")

    made = client.import_rest_api(body=json.dumps(document).encode())
    client.put_rest_api(restApiId=made["id"], mode="overwrite", body=json.dumps(document).encode())

    assert {one["path"] for one in client.get_resources(restApiId=made["id"])["items"]} == {"/", "/a"}


def test_the_account_says_how_many_functions_may_run(aws: EmbeddedAws, deploy: Callable[..., str]) -> None:
    client, name = aws.client("lambda"), deploy("def handler(*_): return 1")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=30)

    limits = client.get_account_settings()["AccountLimit"]

    assert limits["UnreservedConcurrentExecutions"] == limits["ConcurrentExecutions"] - 30


def test_an_update_that_keeps_a_default_needs_it_not_said(aws: EmbeddedAws) -> None:
    """moto fails where a parameter that was never given is to stay as it was."""
    client = aws.client("cloudformation")
    template = "Parameters: {Q: {Type: String, Default: q}}\nResources: {%s: {Type: 'AWS::SQS::Queue'}}"
    client.create_stack(StackName="s", TemplateBody=template % "A")

    client.update_stack(
        StackName="s",
        TemplateBody=template % "B",
        Parameters=[{"ParameterKey": "Q", "UsePreviousValue": True}],
    )

    [resource] = client.describe_stack_resources(StackName="s")["StackResources"]
    assert resource["LogicalResourceId"] == "B"
