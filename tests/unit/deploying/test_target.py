from __future__ import annotations

import pytest

from mainstay.deploying.errors import UnusableError
from mainstay.deploying.target import Target, find_target, function_name


@pytest.mark.parametrize("stage", ["", "Prod", "1st", "pro_d", "-prod", "a" * 17, "prod\n"])
def test_what_is_no_stage_is_refused_before_aws_is_asked(stage: str) -> None:
    with pytest.raises(UnusableError, match="is no stage: at most 16 small letters"):
        find_target(stage, "us-east-1")


def test_a_region_has_to_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)

    with pytest.raises(UnusableError, match="no region is known: pass --region"):
        find_target("prod", "")


@pytest.mark.parametrize("region", ["europe", "us-east", "us_east_1", "us-east-1; rm"])
def test_what_is_no_region_is_refused(region: str) -> None:
    with pytest.raises(UnusableError, match="is no region"):
        find_target("prod", region)


def test_without_credentials_it_says_how_to_get_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(UnusableError, match="no AWS credentials are found"):
        find_target("prod", "us-east-1")


def test_a_profile_that_is_not_there_is_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody-has-this")

    with pytest.raises(UnusableError, match="no AWS credentials are found"):
        find_target("prod", "us-east-1")


def test_names_follow_from_stage_and_account(target: Target) -> None:
    assert target.bucket == "mainstay-prod-artifacts-123456789012"
    assert target.arn("sqs", "q") == "arn:aws:sqs:eu-central-1:123456789012:q"
    assert function_name(target, "sweep") == "mainstay-prod-sweep"
    assert function_name(target, "api_handler") == "mainstay-prod"


def test_the_longest_names_fit_what_aws_takes() -> None:
    from mainstay.policies import functions_of  # noqa: PLC0415

    longest = Target("a" * 16, "us-east-1", "1" * 12, "aws", None)  # type: ignore[arg-type]

    assert max(len(f"{function_name(longest, name)}-event") for name in functions_of("oidc")) <= 64
    assert len(longest.bucket) <= 63
