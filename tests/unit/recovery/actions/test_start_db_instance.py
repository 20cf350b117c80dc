"""start_db_instance and stop_db_instance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import AwsError
from chalicelib.incidents.model import Observation
from chalicelib.recovery.actions import ACTIONS


def _database(status: str, **more: Any) -> dict[str, Any]:
    return {"DBInstances": [{"DBInstanceIdentifier": "shop", "DBInstanceStatus": status} | more]}


@pytest.mark.parametrize(
    "attributes",
    [{"status": "available"}, {"status": "storage-full"}, {"status": "stopped", "cluster": "aurora"}, {}],
    ids=["available", "full", "in-a-cluster", "gone"],
)
def test_only_a_stopped_database_outside_a_cluster_is_started(
    story: Any, canned: Any, seen: Callable[..., Observation], attributes: dict[str, Any]
) -> None:
    assert story(canned(), "start_db_instance", "shop").propose(seen(**attributes)) is None


def test_a_database_that_still_stops_is_too_early(story: Any, canned: Any) -> None:
    aws = canned(
        start_db_instance=AwsError("InvalidDBInstanceState"), describe_db_instances=_database("stopping")
    )

    with pytest.raises(AwsError) as caught:
        story(aws, "start_db_instance", "shop").apply({})

    assert caught.value.code in ACTIONS["start_db_instance"].too_early


@pytest.mark.parametrize("status", ["starting", "available"])
def test_a_database_that_starts_already_needs_no_more(story: Any, canned: Any, status: str) -> None:
    aws = canned(
        start_db_instance=AwsError("InvalidDBInstanceState"), describe_db_instances=_database(status)
    )

    assert story(aws, "start_db_instance", "shop").apply({}) == {"database": "shop"}


def test_a_real_database_is_started_and_stopped_again(
    story: Any, aws: Aws, create_database: Callable[..., None]
) -> None:
    create_database()
    tale = story(aws, "start_db_instance", "shop")
    aws.change("rds", "stop_db_instance", DBInstanceIdentifier="shop")
    before = tale.look()
    assert tale.is_failing() is True

    proposal = tale.proposed()
    handles = [tale.apply(proposal.parameters), tale.apply(proposal.parameters)]

    assert handles == [{"database": "shop"}] * 2
    assert tale.lacks(proposal.goal) == ()
    undo = tale.undo_call(proposal.parameters, before.attributes, handles[0])
    tale.run(undo)
    tale.run(undo)
    assert tale.look().attributes["status"] == "stopped"
