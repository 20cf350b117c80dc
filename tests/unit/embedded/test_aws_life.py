"""Embedded AWS is started, is all that the SDKs find, and leaves nothing behind."""

import os
import threading
import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto.ec2.models.instances import Instance, InstanceBackend

from mainstay.embedded.aws import EmbeddedAws


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


def test_there_is_one_at_a_time() -> None:
    with EmbeddedAws(), pytest.raises(RuntimeError, match="already"):
        EmbeddedAws().__enter__()


def test_a_start_that_fails_leaves_the_environment_alone() -> None:
    before, cleaned = _environment(), []

    class Broken(EmbeddedAws):
        def _start(self, undo: Any) -> int:
            undo.callback(cleaned.append, "up")
            raise OSError("no port")

    with pytest.raises(OSError, match="no port"):
        Broken().__enter__()
    assert (_environment(), cleaned) == (before, ["up"])


def test_afterwards_moto_is_as_it_was() -> None:
    stop, launch = vars(Instance)["stop"], vars(InstanceBackend)["run_instances"]
    for _ in range(2):
        with EmbeddedAws():
            assert vars(Instance)["stop"] is not stop
        assert (vars(Instance)["stop"], vars(InstanceBackend)["run_instances"]) == (stop, launch)
