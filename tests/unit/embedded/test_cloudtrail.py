"""Each recorded call becomes an event in AWS's own form."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.bus import Event
from mainstay.embedded.cloudtrail_calls import RECORDED_CALLS
from mainstay.embedded.personas import ALICE, AUTOSCALING, CI, GHOST, Persona
from tests.unit.embedded.asking import make_database

Call = Callable[[Any], Any]


@pytest.fixture
def trail(aws: EmbeddedAws, events: list[Event]) -> Callable[[], list[dict[str, Any]]]:
    """The details of all recorded calls so far."""

    def read() -> list[dict[str, Any]]:
        aws.settle()
        return [event["detail"] for event in events if event["detail-type"] == "AWS API Call via CloudTrail"]

    return read


@pytest.fixture
def world(aws: EmbeddedAws) -> None:
    """Something of everything, made by somebody who leaves no trail."""
    _make_database(aws.client("rds", GHOST))
    aws.client("dynamodb", GHOST).create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.client("s3", GHOST).create_bucket(Bucket="orders")
    aws.client("ssm", GHOST).put_parameter(Name="/orders/limit", Value="10", Type="String")
    aws.client("iam").create_role(RoleName="probe", AssumeRolePolicyDocument="{}")
    aws.client("lambda", GHOST).create_function(
        FunctionName="orders",
        Runtime="python3.11",
        Role=f"arn:aws:iam::{aws.account}:role/probe",
        Handler="app.handler",
        Code={"ZipFile": CODE},
    )


def _make_database(rds: Any) -> None:
    make_database(rds)
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="last")


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "")
    return buffer.getvalue()


CODE = _zip()


# -- the whole form -----------------------------------------------------------------------------


@pytest.mark.usefixtures("world")
def test_an_event_has_all_that_cloudtrail_gives(aws: EmbeddedAws, events: list[Event]) -> None:
    aws.client("rds", ALICE).stop_db_instance(DBInstanceIdentifier="orders")
    aws.settle()
    [event] = [event for event in events if event["detail-type"] == "AWS API Call via CloudTrail"]
    detail = event["detail"]
    assert (event["source"], event["account"], event["region"], event["resources"]) == (
        "aws.rds",
        aws.account,
        aws.region,
        [],
    )
    assert event["time"] == detail["eventTime"]
    assert re.fullmatch(r"[0-9a-f-]{36}", detail["eventID"])
    assert detail["requestID"]
    assert {name: detail[name] for name in detail if name not in ("eventTime", "eventID", "requestID")} == {
        "eventVersion": "1.11",
        "userIdentity": ALICE.user_identity,
        "eventSource": "rds.amazonaws.com",
        "eventName": "StopDBInstance",
        "awsRegion": "us-east-1",
        "sourceIPAddress": ALICE.source_ip,
        "userAgent": ALICE.user_agent,
        "requestParameters": {"dBInstanceIdentifier": "orders"},
        "responseElements": {
            "dBInstanceIdentifier": "orders",
            "dBInstanceClass": "db.t3.micro",
            "engine": "postgres",
            "dBInstanceStatus": "stopped",
            "dBInstanceArn": "arn:aws:rds:us-east-1:123456789012:db:orders",
        },
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": aws.account,
        "eventCategory": "Management",
    }


BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True}
POLICY = '{"Version": "2012-10-17", "Statement": []}'


@pytest.mark.parametrize(
    ("service", "call", "name", "request_parameters"),
    [
        pytest.param(
            "rds",
            lambda rds: rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True),
            "DeleteDBInstance",
            {"dBInstanceIdentifier": "orders", "skipFinalSnapshot": True},
            id="a database is deleted",
        ),
        pytest.param(
            "rds",
            lambda rds: rds.restore_db_instance_from_db_snapshot(
                DBInstanceIdentifier="again", DBSnapshotIdentifier="last"
            ),
            "RestoreDBInstanceFromDBSnapshot",
            {"dBInstanceIdentifier": "again", "dBSnapshotIdentifier": "last"},
            id="a database is restored",
        ),
        pytest.param(
            "dynamodb",
            lambda dynamodb: dynamodb.delete_table(TableName="orders"),
            "DeleteTable",
            {"tableName": "orders"},
            id="a table is deleted",
        ),
        pytest.param(
            "dynamodb",
            lambda dynamodb: dynamodb.update_table(TableName="orders", DeletionProtectionEnabled=False),
            "UpdateTable",
            {"tableName": "orders", "deletionProtectionEnabled": False},
            id="a table is updated",
        ),
        pytest.param(
            "lambda",
            lambda client: client.update_function_configuration(
                FunctionName="orders", Timeout=5, Environment={"Variables": {"TOKEN": "made-up"}}
            ),
            "UpdateFunctionConfiguration20150331v2",
            {"functionName": "orders", "timeout": 5, "environment": {}},
            id="a function is configured, its variables hidden",
        ),
        pytest.param(
            "lambda",
            lambda client: client.update_function_code(FunctionName="orders", ZipFile=CODE),
            "UpdateFunctionCode20150331v2",
            {"functionName": "orders"},
            id="a function gets code",
        ),
        pytest.param(
            "lambda",
            lambda client: client.delete_function(FunctionName="orders"),
            "DeleteFunction20150331",
            {"functionName": "orders"},
            id="a function is deleted",
        ),
        pytest.param(
            "s3",
            lambda s3: s3.delete_public_access_block(Bucket="orders"),
            "DeleteBucketPublicAccessBlock",
            {"bucketName": "orders", "Host": "orders.s3.amazonaws.com", "publicAccessBlock": ""},
            id="a block is removed",
        ),
        pytest.param(
            "s3",
            lambda s3: s3.put_public_access_block(Bucket="orders", PublicAccessBlockConfiguration=BLOCK),
            "PutBucketPublicAccessBlock",
            {
                "bucketName": "orders",
                "Host": "orders.s3.amazonaws.com",
                "publicAccessBlock": "",
                "PublicAccessBlockConfiguration": BLOCK,
            },
            id="a block is put",
        ),
        pytest.param(
            "s3",
            lambda s3: s3.put_bucket_policy(Bucket="orders", Policy=POLICY),
            "PutBucketPolicy",
            {
                "bucketName": "orders",
                "Host": "orders.s3.amazonaws.com",
                "policy": "",
                "bucketPolicy": {"Version": "2012-10-17", "Statement": []},
            },
            id="a bucket gets a policy",
        ),
        pytest.param(
            "s3",
            lambda s3: s3.delete_bucket(Bucket="orders"),
            "DeleteBucket",
            {"bucketName": "orders", "Host": "orders.s3.amazonaws.com"},
            id="a bucket is deleted",
        ),
        pytest.param(
            "ssm",
            lambda ssm: ssm.put_parameter(Name="/orders/limit", Value="made-up", Overwrite=True),
            "PutParameter",
            {"name": "/orders/limit", "overwrite": True},
            id="a parameter is put, its value hidden",
        ),
        pytest.param(
            "ssm",
            lambda ssm: ssm.delete_parameter(Name="/orders/limit"),
            "DeleteParameter",
            {"name": "/orders/limit"},
            id="a parameter is deleted",
        ),
    ],
)
@pytest.mark.usefixtures("world")
def test_a_call_is_spelt_as_cloudtrail_spells_it(
    aws: EmbeddedAws, trail: Any, service: str, call: Call, name: str, request_parameters: dict[str, Any]
) -> None:
    call(aws.client(service, CI))
    [detail] = trail()
    assert (detail["eventName"], detail["eventSource"]) == (name, f"{service}.amazonaws.com")
    assert detail["requestParameters"] == request_parameters
    assert detail["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "gha-ci-deploy"
    assert "errorCode" not in detail
    assert "made-up" not in str(detail)


# -- instances ----------------------------------------------------------------------------------


@pytest.fixture
def instances(aws: EmbeddedAws, eventually: Any) -> list[str]:
    ec2 = aws.client("ec2", GHOST)
    launched = ec2.run_instances(ImageId="ami-1", MinCount=2, MaxCount=2)["Instances"]
    ids = [instance["InstanceId"] for instance in launched]
    running = {"Name": "instance-state-name", "Values": ["running"]}
    eventually(lambda: len(ec2.describe_instances(Filters=[running])["Reservations"]) == 1)
    return ids


def _items(ids: list[str]) -> dict[str, Any]:
    return {"items": [{"instanceId": instance} for instance in ids]}


def test_a_call_for_several_instances_names_them_all(
    aws: EmbeddedAws, trail: Any, instances: list[str]
) -> None:
    aws.client("ec2", ALICE).stop_instances(InstanceIds=instances, Force=True)
    [detail] = trail()
    assert detail["requestParameters"] == {"instancesSet": _items(instances), "force": True}
    [first, _] = detail["responseElements"]["instancesSet"]["items"]
    assert first == {
        "instanceId": instances[0],
        "currentState": {"code": 64, "name": "stopping"},
        "previousState": {"code": 16, "name": "running"},
    }


def test_a_service_that_terminates_an_instance_is_named(
    aws: EmbeddedAws, trail: Any, instances: list[str]
) -> None:
    aws.client("ec2", AUTOSCALING).terminate_instances(InstanceIds=instances[:1])
    [detail] = trail()
    assert detail["userIdentity"] == {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}
    assert detail["sourceIPAddress"] == "autoscaling.amazonaws.com"
    assert detail["requestParameters"] == {"instancesSet": _items(instances[:1])}


def test_a_launch_tells_what_was_launched(aws: EmbeddedAws, trail: Any) -> None:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "a"}]}]
    launched = aws.client("ec2", ALICE).run_instances(
        ImageId="ami-1", MinCount=1, MaxCount=1, InstanceType="t3.micro", TagSpecifications=tags
    )
    [detail] = trail()
    assert detail["requestParameters"]["instancesSet"] == {
        "items": [{"imageId": "ami-1", "minCount": 1, "maxCount": 1}]
    }
    assert detail["requestParameters"]["tagSpecificationSet"] == {
        "items": [{"resourceType": "instance", "tags": [{"key": "team", "value": "a"}]}]
    }
    [item] = detail["responseElements"]["instancesSet"]["items"]
    assert item["instanceId"] == launched["Instances"][0]["InstanceId"]


@pytest.mark.parametrize(
    ("instance", "more", "code"),
    [
        pytest.param(None, {"DryRun": True}, "Client.DryRunOperation", id="dry run"),
        pytest.param("i-0123456789abcdef0", {}, "Client.InvalidInstanceID.NotFound", id="not there"),
    ],
)
def test_a_call_that_failed_is_recorded_with_its_error(
    aws: EmbeddedAws,
    trail: Any,
    instances: list[str],
    instance: str | None,
    more: dict[str, Any],
    code: str,
) -> None:
    ids = [instance or instances[0]]
    with pytest.raises(ClientError) as caught:
        aws.client("ec2", ALICE).stop_instances(InstanceIds=ids, **more)
    [detail] = trail()
    assert detail["errorCode"] == code
    assert detail["errorMessage"] == caught.value.response["Error"]["Message"]
    assert detail["requestParameters"] == {"instancesSet": _items(ids)}
    assert detail["responseElements"] is None


def test_errors_of_other_services_name_no_side(aws: EmbeddedAws, trail: Any) -> None:
    for service, call in (
        ("s3", lambda s3: s3.delete_bucket(Bucket="never-there")),
        ("dynamodb", lambda dynamodb: dynamodb.delete_table(TableName="never-there")),
        ("ssm", lambda ssm: ssm.delete_parameter(Name="never-there")),
    ):
        with pytest.raises(ClientError):
            call(aws.client(service, ALICE))
    assert [detail["errorCode"] for detail in trail()] == [
        "NoSuchBucket",
        "ResourceNotFoundException",
        "ParameterNotFound",
    ]


# -- what leaves no trail -----------------------------------------------------------------------


def _delete_bucket(s3: Any) -> None:
    s3.create_bucket(Bucket="orders")
    s3.delete_bucket(Bucket="orders")


def test_who_is_off_the_trail_leaves_no_event(aws: EmbeddedAws, trail: Any) -> None:
    _delete_bucket(aws.client("s3", GHOST))
    assert trail() == []


def test_who_is_unknown_leaves_no_event(aws: EmbeddedAws, trail: Any) -> None:
    stranger = boto3.Session(aws_access_key_id="AKIASTRANGER00000000", aws_secret_access_key="x")
    _delete_bucket(stranger.client("s3", endpoint_url=aws.endpoint, region_name=aws.region))
    assert trail() == []


@pytest.mark.parametrize("persona", [ALICE, CI], ids=lambda persona: persona.name)
def test_reading_leaves_no_event(aws: EmbeddedAws, trail: Any, persona: Persona) -> None:
    aws.client("ec2", persona).describe_instances()
    aws.client("s3", persona).list_buckets()
    aws.client("ssm", persona).get_parameters(Names=["/a"])
    assert trail() == []


def test_a_body_is_still_there_for_the_service(aws: EmbeddedAws, trail: Any) -> None:
    ssm = aws.client("ssm", ALICE)
    ssm.put_parameter(Name="/a", Value="kept", Type="String")
    assert ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "kept"
    assert len(trail()) == 1


def test_the_table_names_operations_that_there_are() -> None:
    session = boto3.session.Session()._session  # noqa: SLF001
    for service, operation in RECORDED_CALLS:
        assert operation in session.get_service_model(service).operation_names
