"""What Chalice is told about a stage: its configuration, and each function's policy for this stage alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.errors import InvalidSettingsError
from chalicelib.settings import auth_kind, read_settings
from mainstay.deploying.errors import UnusableError
from mainstay.deploying.objects import Record
from mainstay.deploying.package import ARCHITECTURES
from mainstay.deploying.target import APP, Target
from mainstay.policies import functions_of, make_config, policy_of

LEAVE_ALONE = {"mainstay": "off"}
"""On our own functions, so that no deployment is taken for a failure and undone."""

_OF_AN_ARN = 6
"""Parts: arn, partition, service, region, account, resource."""


@dataclass(frozen=True)
class Wishes:
    """What may be said about a stage's functions on the command line."""

    architecture: str = "arm64"
    model: str = ""
    auth: str = "iam"
    issuer: str = ""
    audience: str = ""

    def variables(self) -> dict[str, str]:
        """As the functions read them, those that say something."""
        said = {
            "MAINSTAY_MODEL": self.model,
            "MAINSTAY_AUTH": self.auth,
            "MAINSTAY_ISSUER": self.issuer,
            "MAINSTAY_AUDIENCE": self.audience,
        }
        return {name: value for name, value in said.items() if value}


def remembered(record: Record | None, said: Mapping[str, str]) -> Wishes:
    """What is said now, and what was said before about everything else."""
    before = Wishes(**record.wishes) if record else Wishes()
    return replace(before, **said)


def check_wishes(target: Target, wishes: Wishes) -> None:
    """UnusableError where the functions could not read their settings."""
    if wishes.architecture not in ARCHITECTURES:
        raise UnusableError(
            f"{wishes.architecture!r} is no architecture; there are {', '.join(ARCHITECTURES)}"
        )
    try:
        auth_kind(wishes.variables())
        read_settings({**environment(target, wishes, ""), "AWS_REGION": target.region})
    except InvalidSettingsError as error:
        raise UnusableError(str(error)) from error


def stage_config(target: Target, wishes: Wishes, api_url: str) -> dict[str, Any]:
    """Chalice's configuration with this stage only; `api_url` is empty until there is one."""
    config = make_config([target.stage], wishes.auth)
    stage = config["stages"][target.stage]
    stage["environment_variables"] = environment(target, wishes, api_url)
    return {**config, "lambda_architecture": wishes.architecture, "tags": LEAVE_ALONE}


def environment(target: Target, wishes: Wishes, api_url: str) -> dict[str, str]:
    """The variables of every function."""
    links = {"MAINSTAY_API_URL": api_url, "MAINSTAY_CONSOLE_URL": f"{api_url}/ui"} if api_url else {}
    partition = {} if target.partition == "aws" else {"MAINSTAY_PARTITION": target.partition}
    return {
        "MAINSTAY_STAGE": target.stage,
        "MAINSTAY_ACCOUNT": target.account,
        **partition,
        **wishes.variables(),
        **links,
    }


def stage_policies(target: Target, auth: str) -> dict[str, dict[str, Any]]:
    """The policy of each function: what is ours is named with its stage, region and account."""
    return {name: narrow(policy_of(name), target) for name in functions_of(auth)}


def narrow(policy: Mapping[str, Any], target: Target) -> dict[str, Any]:
    """A policy in which our own names are those of one stage, in one region of one account."""
    statements = [
        {**statement, "Resource": _narrowed(statement["Resource"], target)}
        for statement in policy["Statement"]
    ]
    return {**policy, "Statement": statements}


def _narrowed(resources: Iterable[str], target: Target) -> list[str]:
    return [_narrow_arn(resource, target) for resource in resources]


def _narrow_arn(arn: str, target: Target) -> str:
    parts = arn.split(":", _OF_AN_ARN - 1)
    if len(parts) < _OF_AN_ARN:
        return arn
    parts[1] = target.partition
    if any(pattern in parts[5] for pattern, _ in _of_stage(target)):
        parts[3] = target.region if parts[3] == "*" else parts[3]
        parts[4] = target.account if parts[4] == "*" else parts[4]
        for pattern, name in _of_stage(target):
            parts[5] = parts[5].replace(pattern, name)
    return ":".join(parts)


def _of_stage(target: Target) -> tuple[tuple[str, str], ...]:
    """Patterns of names of any stage, the longest first, and what they are in this one."""
    return (
        (f"{APP}-*-", f"{target.prefix}-"),
        (f"{APP}-*", f"{target.prefix}*"),
        (f"{APP}/*/", f"{APP}/{target.stage}/"),
    )


def digests(config: Mapping[str, Any], policies: Mapping[str, Any], stage: str) -> dict[str, str]:
    """A digest of all that concerns one function, by its name."""
    common = {name: value for name, value in config.items() if name != "stages"}
    shared = {name: value for name, value in config["stages"][stage].items() if name != "lambda_functions"}
    return {
        name: _digest([common, shared, own, policies[name]])
        for name, own in config["stages"][stage]["lambda_functions"].items()
    }


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
