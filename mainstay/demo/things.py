"""Resources of the demo, made as a Terraform pipeline would make them."""

from __future__ import annotations

import io
import itertools
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

from mainstay.embedded.personas import GHOST, TERRAFORM
from mainstay.world import World

_NUMBERS = itertools.count(1)
IMAGE = "ami-0abcdef1234567890"


def make_instance(world: World, **tags: str) -> str:
    """A running EC2 instance."""
    answer = world.aws.client("ec2", TERRAFORM).run_instances(
        ImageId=IMAGE,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[
            {
                "ResourceType": "instance",
                "Tags": [{"Key": key, "Value": value} for key, value in {"Name": "web", **tags}.items()],
            }
        ],
    )
    return str(answer["Instances"][0]["InstanceId"])


def wait_until_running(world: World, instances: list[str]) -> None:
    """EC2 refuses to stop an instance that has not been running yet."""
    if instances:
        waiter = world.aws.client("ec2", TERRAFORM).get_waiter("instance_running")
        waiter.wait(InstanceIds=instances, WaiterConfig={"Delay": 1})


def make_db_instance(
    world: World, *, snapshot: bool = False, protected: bool = False, storage_gib: int = 20
) -> str:
    """An available PostgreSQL instance, with a snapshot or protected from deletion where asked for."""
    client, name = world.aws.client("rds", TERRAFORM), f"orders-{next(_NUMBERS)}"
    client.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.small",
        Engine="postgres",
        AllocatedStorage=storage_gib,
        DeletionProtection=protected,
        MasterUsername="orders",
        MasterUserPassword="made-up-for-the-demo",
    )
    if snapshot:
        client.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-nightly")
    return name


def make_table(world: World, *, items: int = 0, backup: bool = False) -> str:
    """A DynamoDB table with items, and a backup of them where asked for."""
    client, name = world.aws.client("dynamodb", TERRAFORM), f"carts-{next(_NUMBERS)}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(items):
        client.put_item(TableName=name, Item={"id": {"S": f"cart-{number}"}})
    if backup:
        client.create_backup(TableName=name, BackupName=f"{name}-nightly")
    return name


def make_provisioned_table(world: World, *, read_units: int = 10, write_units: int = 10) -> str:
    """A DynamoDB table that is paid by what is provisioned."""
    client, name = world.aws.client("dynamodb", TERRAFORM), f"sessions-{next(_NUMBERS)}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": read_units, "WriteCapacityUnits": write_units},
    )
    return name


def use_capacity(world: World, table: str, *, write_units: float, minutes: int = 5) -> None:
    """Let CloudWatch say that so many write units a second were used in the last minutes."""
    now = datetime.now(UTC)
    world.aws.client("cloudwatch", GHOST).put_metric_data(
        Namespace="AWS/DynamoDB",
        MetricData=[
            {
                "MetricName": "ConsumedWriteCapacityUnits",
                "Dimensions": [{"Name": "TableName", "Value": table}],
                "Timestamp": now - timedelta(minutes=minute),
                "Value": write_units * 60,
                "Unit": "Count",
            }
            for minute in range(1, minutes + 1)
        ],
    )


def make_log_group(world: World, name: str) -> str:
    """A log group without a line."""
    world.aws.client("logs").create_log_group(logGroupName=name)
    return name


def make_service(world: World, *, tasks: int = 2) -> str:
    """A running ECS service, as ``cluster/service``."""
    client, name = world.aws.client("ecs", TERRAFORM), f"checkout-{next(_NUMBERS)}"
    client.create_cluster(clusterName="shop")
    client.register_task_definition(
        family=name, containerDefinitions=[{"name": "app", "image": "shop/checkout", "memory": 512}]
    )
    client.create_service(
        cluster="shop", serviceName=name, taskDefinition=name, desiredCount=tasks, launchType="FARGATE"
    )
    return f"shop/{name}"


def count_items(world: World, table: str) -> int:
    """How many items a table holds."""
    return int(world.aws.client("dynamodb", TERRAFORM).scan(TableName=table, Select="COUNT")["Count"])


def make_parameter(world: World, value: str = "https://orders.internal") -> str:
    """An SSM parameter, made before anybody listened: a put is an event, and this one is not the demo's."""
    name = f"/demo/endpoint-{next(_NUMBERS)}"
    world.aws.client("ssm", GHOST).put_parameter(Name=name, Value=value, Type="String")
    return name


def make_bucket(world: World) -> str:
    """An S3 bucket that is closed to the public."""
    client, name = world.aws.client("s3", TERRAFORM), f"invoices-{next(_NUMBERS)}"
    client.create_bucket(Bucket=name)
    client.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    return name


def make_function(world: World) -> str:
    """A Lambda function with a published version, its code in the artifact bucket."""
    name = f"checkout-{next(_NUMBERS)}"
    code = _zip("def handler(event, context):\n    return 'fine'\n")
    world.aws.client("s3", TERRAFORM).put_object(
        Bucket=world.outputs["ArtifactBucket"], Key=f"code/{name}.zip", Body=code
    )
    client = world.aws.client("lambda", TERRAFORM)
    client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role_arn(world),
        Handler="index.handler",
        Code={"ZipFile": code},
        MemorySize=512,
        Timeout=15,
        Environment={"Variables": {"ORDERS_URL": "https://orders.internal"}},
        Publish=True,
    )
    return name


def function_recreation(world: World, name: str) -> dict[str, Any]:
    """How Terraform makes such a function anew."""
    return {
        "function_name": name,
        "handler": "index.handler",
        "role_arn": role_arn(world),
        "code_bucket": world.outputs["ArtifactBucket"],
        "code_key": f"code/{name}.zip",
    }


def role_arn(world: World) -> str:
    """A role that functions may run as."""
    return f"arn:aws:iam::{world.aws.account}:role/mainstay-local"


def _zip(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", text)
    return buffer.getvalue()
