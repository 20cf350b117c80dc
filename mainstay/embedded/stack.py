"""The infrastructure that stands beside the Chalice app: one CloudFormation template and one source zip."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.errors import PermanentError
from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.codebuild import run_builds_for_real
from mainstay.embedded.repairs import iam
from mainstay.infrastructure import PROJECT, SOURCE_KEY, TEMPLATE, render_template, zip_source

APP_NAME = "mainstay"


class StackError(PermanentError):
    """CloudFormation could not make the stack; the message has its reason."""


def create_stack(aws: EmbeddedAws, *, stage: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """Make the stack of a stage and answer its outputs. Builds of its project really run."""
    iam.install()
    run_builds_for_real()
    given = {"Stage": stage, **parameters}
    name = f"{given.get('AppName', APP_NAME)}-{stage}"
    client = aws.client("cloudformation")
    client.create_stack(
        StackName=name,
        TemplateBody=render_template(TEMPLATE),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    stack = client.describe_stacks(StackName=name)["Stacks"][0]
    if stack["StackStatus"] != "CREATE_COMPLETE":
        raise StackError(f"{name}: {stack['StackStatus']}: {stack.get('StackStatusReason', '')}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def upload_source(aws: EmbeddedAws, bucket: str) -> None:
    """Put the zip that recovery builds start from into the artifact bucket."""
    aws.client("s3").put_object(Bucket=bucket, Key=SOURCE_KEY, Body=zip_source(PROJECT))
