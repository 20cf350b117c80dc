"""Make, set up and remove a Lambda function."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError
from step import OWNER_TAG, POLL, Input, code_of, run_step

functions = boto3.client("lambda")


def make(wish: Input) -> None:
    """Create the function from its code in S3, unless this recovery already has."""
    try:
        functions.create_function(**_definition(wish))
    except ClientError as error:
        if code_of(error) != "ResourceConflictException" or not _is_ours(wish):
            raise


def set_up(wish: Input) -> None:
    """Wait until it is active; then its concurrency and how often events are tried again."""
    name = wish["function_name"]
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=POLL)
    if wish["reserved_concurrency"]:
        functions.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=int(wish["reserved_concurrency"])
        )
    if wish["maximum_retry_attempts"]:
        functions.put_function_event_invoke_config(
            FunctionName=name, MaximumRetryAttempts=int(wish["maximum_retry_attempts"])
        )


def remove(wish: Input) -> None:
    """Delete the function that this recovery made."""
    if _is_ours(wish):
        functions.delete_function(FunctionName=wish["function_name"])


def _is_ours(wish: Input) -> bool:
    try:
        found = functions.get_function(FunctionName=wish["function_name"])
    except functions.exceptions.ResourceNotFoundException:
        return False
    return bool(found.get("Tags", {}).get(OWNER_TAG) == wish["token"])


def _definition(wish: Input) -> dict[str, Any]:
    code = {"S3Bucket": wish["code_bucket"], "S3Key": wish["code_key"]}
    if wish["code_version"]:
        code["S3ObjectVersion"] = wish["code_version"]
    return {
        "FunctionName": wish["function_name"],
        "Runtime": wish["runtime"],
        "Handler": wish["handler"],
        "Role": wish["role_arn"],
        "Code": code,
        "MemorySize": int(wish["memory_size"]),
        "Timeout": int(wish["timeout"]),
        "Environment": {"Variables": wish.read_json("environment")},
        "Tags": wish.tags,
    }


if __name__ == "__main__":
    run_step({"make": make, "set_up": set_up, "remove": remove})
