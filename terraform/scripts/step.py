"""What the steps of the embedded modules share: their input, the tag that marks our work, clear failure.

A step is told what to do in the environment variable INPUT (one JSON object). Whatever a recovery makes
carries its token as a tag, so that every step can be repeated, and so that only what this recovery made
is ever removed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

OWNER_TAG = "mainstay:recovery"
POLL = {"Delay": 1, "MaxAttempts": 300}
"""How a waiter asks: every second, for five minutes."""


class StepError(Exception):
    """A step cannot do its work; the message is one clear line."""


class Input(dict[str, str]):
    """What the module was told. A value that is not given is empty."""

    def __missing__(self, key: str) -> str:
        """Answer the empty string."""
        return ""

    def read_json(self, key: str) -> dict[str, str]:
        """Read a value that is itself a JSON object of strings; empty means none."""
        try:
            fields = json.loads(self[key] or "{}")
        except ValueError as error:
            raise StepError(f"{key} is not JSON: {error}") from error
        if not isinstance(fields, dict):
            raise StepError(f"{key} is not a JSON object")
        return {name: str(value) for name, value in fields.items()}

    @property
    def tags(self) -> dict[str, str]:
        """The wished tags, and the one that says which recovery made it."""
        return {**self.read_json("tags"), OWNER_TAG: self["token"]}


def run_step(steps: Mapping[str, Callable[[Input], str | None]]) -> None:
    """Run the step that the command line names; end with one line and status 1 where it fails.

    A step may answer the id of what it made; it is left in the file RESOURCE_ID_FILE for Terraform.
    """
    name = sys.argv[1]
    try:
        resource_id = steps[name](Input(json.loads(os.environ["INPUT"])))
    except (ClientError, BotoCoreError, StepError, ValueError) as error:
        sys.exit(f"{name} failed: {' '.join(str(error).split())}")
    if resource_id:
        Path(os.environ["RESOURCE_ID_FILE"]).write_text(resource_id)


def code_of(error: ClientError) -> str:
    """AWS's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def as_list(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def as_mapping(tags: list[dict[str, Any]]) -> dict[str, str]:
    """Tags as most services answer them, by key."""
    return {tag["Key"]: tag["Value"] for tag in tags}
