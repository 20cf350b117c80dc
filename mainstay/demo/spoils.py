"""Ways to break things: each is one call that a persona makes."""

from __future__ import annotations

from contextlib import suppress

from botocore.exceptions import ClientError

from mainstay.embedded.personas import ALICE, Persona
from mainstay.world import World


def stop_instance(world: World, instance: str, by: Persona = ALICE) -> None:
    """Stop an EC2 instance."""
    world.aws.client("ec2", by).stop_instances(InstanceIds=[instance])


def try_to_stop_instance(world: World, instance: str) -> None:
    """Ask whether stopping would be allowed."""
    with suppress(ClientError):
        world.aws.client("ec2", ALICE).stop_instances(InstanceIds=[instance], DryRun=True)


def terminate_instance(world: World, instance: str) -> None:
    """Terminate an EC2 instance."""
    world.aws.client("ec2", ALICE).terminate_instances(InstanceIds=[instance])


def stop_db_instance(world: World, name: str) -> None:
    """Stop a database."""
    world.aws.client("rds", ALICE).stop_db_instance(DBInstanceIdentifier=name)


def delete_db_instance(world: World, name: str) -> None:
    """Delete a database without a final snapshot."""
    world.aws.client("rds", ALICE).delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def fail_to_delete_db_instance(world: World, name: str) -> None:
    """Try to delete a database in a way that AWS refuses."""
    with suppress(ClientError):
        world.aws.client("rds", ALICE).delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=False)


def delete_table(world: World, name: str) -> None:
    """Delete a DynamoDB table."""
    world.aws.client("dynamodb", ALICE).delete_table(TableName=name)


def change_parameter(world: World, name: str) -> None:
    """Let an SSM parameter point somewhere else."""
    world.aws.client("ssm", ALICE).put_parameter(Name=name, Value="https://evil.example", Overwrite=True)


def open_bucket(world: World, name: str) -> None:
    """Remove the public access block of a bucket."""
    world.aws.client("s3", ALICE).delete_public_access_block(Bucket=name)


def delete_bucket(world: World, name: str) -> None:
    """Delete a bucket."""
    world.aws.client("s3", ALICE).delete_bucket(Bucket=name)


def change_function(world: World, name: str) -> None:
    """Starve a function of memory, and point it somewhere else."""
    world.aws.client("lambda", ALICE).update_function_configuration(
        FunctionName=name, MemorySize=128, Environment={"Variables": {"ORDERS_URL": "https://evil.example"}}
    )


def delete_function(world: World, name: str) -> None:
    """Delete a function."""
    world.aws.client("lambda", ALICE).delete_function(FunctionName=name)


def start_and_stop_again(world: World, instance: str) -> None:
    """A person starts a stopped instance by hand, and stops it once more."""
    client = world.aws.client("ec2", ALICE)
    client.start_instances(InstanceIds=[instance])
    client.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
    client.stop_instances(InstanceIds=[instance])
