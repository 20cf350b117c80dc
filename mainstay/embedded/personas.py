"""Who may call embedded AWS: each persona signs with its own key, and CloudTrail tells them apart by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"
"""The one account of embedded AWS: moto gives it to every access key that it has not made itself."""

_SESSION_BEGAN = "2026-01-05T08:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Persona:
    """One caller, as CloudTrail describes it."""

    name: str
    access_key_id: str
    user_identity: dict[str, Any]
    """``userIdentity`` of this caller's CloudTrail events."""
    source_ip: str
    user_agent: str
    invoked_by: str = ""
    """The AWS service that acts; empty for everybody else."""
    on_trail: bool = True
    """False: what this caller does leaves no CloudTrail event."""

    @property
    def secret(self) -> str:
        """What requests are signed with. Embedded AWS reads the key id only."""
        return f"{self.name}-signs-nothing-of-worth"


def _user(name: str, *, key: str, address: str, agent: str, on_trail: bool = True) -> Persona:
    """Make a person who signs with a long-lived key of an IAM user."""
    identity = {
        "type": "IAMUser",
        "principalId": f"AIDA{key[4:]}",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "userName": name,
    }
    return Persona(
        name=name,
        access_key_id=key,
        user_identity=identity,
        source_ip=address,
        user_agent=agent,
        on_trail=on_trail,
    )


def _role(role: str, *, session: str, key: str, address: str, agent: str) -> Persona:
    """Make a caller who has assumed a role."""
    principal = f"AROA{key[4:]}"
    issuer = {
        "type": "Role",
        "principalId": principal,
        "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "accountId": ACCOUNT,
        "userName": role,
    }
    identity = {
        "type": "AssumedRole",
        "principalId": f"{principal}:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": issuer,
            "webIdFederationData": {},
            "attributes": {"creationDate": _SESSION_BEGAN, "mfaAuthenticated": "false"},
        },
    }
    return Persona(name=role, access_key_id=key, user_identity=identity, source_ip=address, user_agent=agent)


def _service(host: str, *, key: str) -> Persona:
    """Make an AWS service that acts by itself: CloudTrail gives its host for address and user agent too."""
    return Persona(
        name=host.partition(".")[0],
        access_key_id=key,
        user_identity={"type": "AWSService", "invokedBy": host},
        source_ip=host,
        user_agent=host,
        invoked_by=host,
    )


_CLI = "aws-cli/2.31.0 md/awscrt#0.28.1 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7"
_BOTO3 = "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#5.10 md/arch#x86_64 lang/python#3.11.7"
_TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-aws/6.20.0 "
    "aws-sdk-go-v2/1.39.6"
)

ALICE = _user("alice", key="AKIAEMBEDDEDALICE000", address="203.0.113.24", agent=_CLI)
GHOST = _user("ghost", key="AKIAEMBEDDEDGHOST000", address="198.51.100.66", agent=_CLI, on_trail=False)
CI = _role(
    "gha-ci-deploy",
    session="GitHubActions",
    key="ASIAEMBEDDEDCI000000",
    address="192.0.2.80",
    agent=_BOTO3,
)
TERRAFORM = _role(
    "terraform-apply",
    session="aws-go-sdk-1767600000000000000",
    key="ASIAEMBEDDEDTERRA000",
    address="192.0.2.81",
    agent=_TERRAFORM,
)
AUTOSCALING = _service("autoscaling.amazonaws.com", key="ASIAEMBEDDEDSCALING0")
MAINSTAY = _role(
    "mainstay-local-run_action",
    session="mainstay",
    key="ASIAEMBEDDEDMAINSTAY",
    address="192.0.2.10",
    agent=f"{_BOTO3} exec-env/AWS_Lambda_python3.11",
)
CODEBUILD = _role(
    "mainstay-local-builder",
    session="AWSCodeBuild",
    key="ASIAEMBEDDEDBUILDER0",
    address="192.0.2.11",
    agent=_TERRAFORM,
)

PERSONAS: tuple[Persona, ...] = (ALICE, GHOST, CI, TERRAFORM, AUTOSCALING, MAINSTAY, CODEBUILD)

PERSONA_BY_KEY: dict[str, Persona] = {persona.access_key_id: persona for persona in PERSONAS}
