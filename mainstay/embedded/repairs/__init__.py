"""What moto gets wrong and AWS does right, each as one repair to moto's own classes.

A repair changes classes, for as long as embedded AWS runs: whoever uses moto in the same process before or
after it finds moto as it is. What a repair remembers it keeps in moto's backends, so that moto's own reset
forgets it.
"""

from __future__ import annotations


def install_repairs() -> None:
    """Install every repair, until `remove_repairs`."""
    from mainstay.embedded.repairs import (  # noqa: PLC0415 - moto loads slowly
        cloudformation,
        cloudwatch,
        dynamodb,
        dynamodb_capacity,
        ec2,
        ecs,
        eventbridge,
        insights,
        logs,
        rds,
        rds_storage,
        sns_batches,
        ssm,
        stepfunctions,
    )

    for repair in (
        cloudformation,
        cloudwatch,
        dynamodb,
        dynamodb_capacity,
        ec2,
        ecs,
        eventbridge,
        insights,
        logs,
        rds,
        rds_storage,
        sns_batches,
        ssm,
        stepfunctions,
    ):
        repair.install()


def remove_repairs() -> None:
    """Leave moto as it was."""
    from mainstay.embedded.repairs.replacing import put_everything_back  # noqa: PLC0415

    put_everything_back()
