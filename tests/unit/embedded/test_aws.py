"""Embedded AWS as a whole, while it runs."""

import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.personas import ACCOUNT, PERSONAS, Persona


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


def test_an_error_is_the_one_that_aws_gives(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        aws.client("s3").delete_bucket(Bucket="never-there")
