"""Who may call."""

import re

import pytest

from mainstay.embedded.personas import (
    ACCOUNT,
    AUTOSCALING,
    CI,
    MAINSTAY,
    PERSONA_BY_KEY,
    PERSONAS,
    TERRAFORM,
    Persona,
)


def test_each_has_a_key_of_its_own() -> None:
    assert len(PERSONA_BY_KEY) == len(PERSONAS)


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.name)
def test_a_key_is_of_the_form_that_aws_gives(persona: Persona) -> None:
    kind = "AKIA" if persona.user_identity["type"] == "IAMUser" else "ASIA"
    assert re.fullmatch(kind + "[A-Z0-9]{16}", persona.access_key_id)


@pytest.mark.parametrize(
    ("persona", "arn"),
    [
        (CI, "assumed-role/gha-ci-deploy/GitHubActions"),
        (MAINSTAY, "assumed-role/mainstay-local-run_action/mainstay"),
    ],
    ids=["ci", "mainstay"],
)
def test_a_role_is_told_with_its_session_and_its_issuer(persona: Persona, arn: str) -> None:
    identity = persona.user_identity
    assert identity["arn"] == f"arn:aws:sts::{ACCOUNT}:{arn}"
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert issuer["userName"] == arn.split("/")[1]
    assert issuer["arn"] == f"arn:aws:iam::{ACCOUNT}:role/{issuer['userName']}"


def test_a_service_is_told_by_its_host_alone() -> None:
    assert AUTOSCALING.user_identity == {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}
    assert AUTOSCALING.source_ip == AUTOSCALING.user_agent == AUTOSCALING.invoked_by


def test_terraform_says_that_it_is_terraform() -> None:
    assert "HashiCorp" in TERRAFORM.user_agent
