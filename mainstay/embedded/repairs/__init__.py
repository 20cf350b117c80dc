"""What moto gets wrong and AWS does right, each as one repair to moto's own classes.

A repair is installed once for the life of the process: it changes classes, and what it remembers it
keeps in moto's backends, so that moto's own reset forgets it.
"""

from __future__ import annotations

from functools import cache


@cache
def install_repairs() -> None:
    """Install every repair. The second time does nothing."""
    from mainstay.embedded.repairs import (  # noqa: PLC0415 - moto loads slowly
        cloudformation,
        dynamodb,
        ec2,
        eventbridge,
        rds,
        stepfunctions,
    )

    for repair in (cloudformation, dynamodb, ec2, eventbridge, rds, stepfunctions):
        repair.install()
