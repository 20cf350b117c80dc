"""Where to deploy: a stage in a region of the account that the credentials are for."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from chalicelib.aws.clients import Aws
from chalicelib.errors import AwsError
from mainstay.deploying.errors import UnusableError

APP = "mainstay"
API_FUNCTION = "api_handler"
_STAGE = re.compile(r"[a-z][a-z0-9-]{0,15}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


@dataclass(frozen=True)
class Target:
    """A stage, and the names that follow from it."""

    stage: str
    region: str
    account: str
    partition: str
    aws: Aws

    @property
    def prefix(self) -> str:
        """What every name of ours begins with."""
        return f"{APP}-{self.stage}"

    @property
    def bucket(self) -> str:
        """The artifact bucket, as the infra stack names it."""
        return f"{self.prefix}-artifacts-{self.account}"

    @property
    def tables(self) -> tuple[str, str]:
        """Both tables, as the infra stack names them."""
        return f"{self.prefix}-incidents", f"{self.prefix}-patterns"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in this region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


def function_name(target: Target, function: str) -> str:
    """As Chalice names functions: that of the API has the name of the stage alone."""
    return target.prefix if function == API_FUNCTION else f"{target.prefix}-{function}"


def find_target(stage: str, region: str) -> Target:
    """Check the names, then ask AWS who we are; UnusableError says what is wrong or missing."""
    if not _STAGE.fullmatch(stage):
        raise UnusableError(
            f"{stage!r} is no stage: at most 16 small letters, digits and hyphens, beginning with a letter"
        )
    where = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")
    if not where:
        raise UnusableError("no region is known: pass --region, or set AWS_REGION")
    if not _REGION.fullmatch(where):
        raise UnusableError(f"{where!r} is no region; one is us-east-1")
    aws = Aws(region=where)
    identity = _identity(aws)
    return Target(stage, where, str(identity["Account"]), str(identity["Arn"]).split(":")[1], aws)


def _identity(aws: Aws) -> dict[str, str]:
    try:
        return aws.read("sts", "get_caller_identity")
    except AwsError as error:
        if error.code in {"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound"}:
            raise UnusableError(
                "no AWS credentials are found: run aws login or aws configure, or set AWS_PROFILE"
            ) from error
        raise
