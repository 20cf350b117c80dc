"""Embedded AWS as a whole: it starts, it is all that the SDKs find, and it leaves nothing behind."""

import os
import subprocess
import sys
import threading
import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.personas import ACCOUNT, PERSONAS, Persona


def _environment() -> dict[str, str]:
    """Without what pytest itself changes from test to test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose owner works with a real account."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.example.com")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("AWS_REGION", raising=False)


@pytest.mark.usefixtures("foreign")
def test_the_environment_is_as_before_when_it_has_ended() -> None:
    before = _environment()
    with EmbeddedAws() as aws:
        os.environ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = "http://127.0.0.1:1"
        assert os.environ["AWS_ENDPOINT_URL"] == aws.endpoint
    assert _environment() == before


@pytest.mark.usefixtures("foreign")
def test_nothing_of_the_owners_settings_leads_out_of_it() -> None:
    with EmbeddedAws():
        s3 = boto3.session.Session().client("s3")
        s3.create_bucket(Bucket="only-here")
        assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["only-here"]


def test_it_can_be_started_again_and_knows_nothing_of_before() -> None:
    with EmbeddedAws() as first:
        first.client("s3").create_bucket(Bucket="first")
        endpoint = first.endpoint
    with EmbeddedAws() as second:
        assert second.client("s3").list_buckets()["Buckets"] == []
    with pytest.raises(EndpointConnectionError):
        boto3.client(
            "sts",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        ).get_caller_identity()


def test_a_child_process_reaches_it_without_any_argument(aws: EmbeddedAws) -> None:
    aws.client("s3").create_bucket(Bucket="seen-by-a-child")
    program = "import boto3; print(boto3.client('s3').list_buckets()['Buckets'][0]['Name'])"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "seen-by-a-child"


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.name)
def test_every_persona_is_of_the_one_account(aws: EmbeddedAws, persona: Persona) -> None:
    assert aws.client("sts", persona).get_caller_identity()["Account"] == ACCOUNT == aws.account


def test_a_client_is_made_once_for_each_persona_and_region(aws: EmbeddedAws) -> None:
    assert aws.client("ec2") is aws.client("ec2")
    assert aws.client("ec2", region="eu-west-1").meta.region_name == "eu-west-1"


def test_a_reset_forgets_everything_each_time(aws: EmbeddedAws) -> None:
    s3 = aws.client("s3")
    for _ in range(2):
        s3.create_bucket(Bucket="forgotten")
        aws.reset()
        assert s3.list_buckets()["Buckets"] == []


def test_after_a_reset_nothing_of_before_happens(aws: EmbeddedAws) -> None:
    aws.client("ec2").run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    aws.reset()
    heard: list[object] = []
    aws.on_event(heard.append)
    aws.client("ec2").run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    aws.settle()
    assert len(heard) == 2, "the state of the new instance, and its trail"


@pytest.mark.parametrize("kind", ["Event", "RequestResponse"])
def test_a_function_that_still_runs_never_finds_itself_outside(kind: str, make_function_in: Any) -> None:
    began, seen = threading.Event(), []

    def handler(_event: Any, _context: Any) -> None:
        began.set()
        time.sleep(0.3)
        seen.append(os.environ.get("AWS_ENDPOINT_URL"))

    with EmbeddedAws() as aws:
        name = make_function_in(aws, handler)
        invoke = aws.client("lambda").invoke
        threading.Thread(target=invoke, kwargs={"FunctionName": name, "InvocationType": kind}).start()
        assert began.wait(5)
    assert seen == [aws.endpoint]


def test_an_error_is_the_one_that_aws_gives(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        aws.client("s3").delete_bucket(Bucket="never-there")
