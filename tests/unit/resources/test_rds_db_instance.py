from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import NotFoundError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources import resource_type

RDS = resource_type("rds.db-instance")
NAMED = {call.event_name: call.resource_ids for call in RDS.api_calls}


def _database(status: str, **more: Any) -> dict[str, Any]:
    database = {
        "DBInstanceIdentifier": "shop",
        "DBInstanceClass": "db.t3.micro",
        "Engine": "postgres",
        "DBInstanceStatus": status,
        "Endpoint": {"Address": "shop.example", "Port": 5432},
        "MultiAZ": True,
        "PubliclyAccessible": False,
        "DBSubnetGroup": {"DBSubnetGroupName": "private"},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
        "DBParameterGroups": [{"DBParameterGroupName": "tuned", "ParameterApplyStatus": "in-sync"}],
        "TagList": [{"Key": "team", "Value": "blue"}],
    }
    return {"DBInstances": [database | more]}


@pytest.fixture
def observe(
    canned: Any, resource: Callable[[str, str], Resource], now: datetime
) -> Callable[..., Observation]:
    def _observe(answer: Any) -> Observation:
        aws = canned(describe_db_instances=answer)
        seen = RDS.observe(resource("rds.db-instance", "shop"), aws, now)
        assert len(aws.calls) == 1
        return seen

    return _observe


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("terraform-20230710121504061500000001", ["terraform-20230710121504061500000001"]),
        ("Shop", ["shop"]),
        ("arn:aws:rds:us-east-1:123456789012:db:shop", ["shop"]),
        ("1shop", []),
        ("shop shop", []),
        ({"name": "shop"}, []),
    ],
)
def test_a_call_names_its_database_in_lower_case(given: object, names: list[str]) -> None:
    parameters = {"dBInstanceIdentifier": given, "skipFinalSnapshot": False, "deleteAutomatedBackups": True}

    assert NAMED["DeleteDBInstance"](parameters) == NAMED["StopDBInstance"](parameters) == names


def test_a_database_is_seen_with_all_that_a_restore_needs(observe: Callable[..., Observation]) -> None:
    seen = observe(_database("available"))

    assert seen.exists
    assert seen.tags == {"team": "blue"}
    assert seen.attributes["port"] == 5432
    assert seen.attributes["subnet_group"] == "private"
    assert seen.attributes["security_groups"] == "sg-1"
    assert seen.attributes["parameter_group"] == "tuned"


@pytest.mark.parametrize(
    ("status", "again"),
    [("stopping", "stopped"), ("backing-up", "available"), ("available", "storage-optimization")],
)
def test_what_passes_by_itself_does_not_change_what_is_seen(
    observe: Callable[..., Observation], status: str, again: str
) -> None:
    assert observe(_database(status)).digest == observe(_database(again)).digest


@pytest.mark.parametrize(
    "answer",
    [NotFoundError("DBInstanceNotFound"), {"DBInstances": []}, _database("deleting")],
    ids=["error", "empty", "deleting"],
)
def test_a_database_that_is_not_there_or_being_deleted_is_gone(
    observe: Callable[..., Observation], answer: Any
) -> None:
    seen = observe(answer)

    assert (seen.exists, seen.attributes) == (False, {})
    assert RDS.is_failing("deleted", seen, None) is True


@pytest.mark.parametrize(
    ("status", "failing"),
    [
        ("available", False),
        ("starting", False),
        ("backing-up", False),
        ("stopped", True),
        ("stopping", True),
        ("deleting", None),
        ("storage-full", None),
        ("inaccessible-encryption-credentials", None),
        ("incompatible-network", None),
    ],
)
def test_a_database_that_is_stopped_or_stopping_is_failing(
    observe: Callable[..., Observation], status: str, failing: bool | None
) -> None:
    assert RDS.is_failing("stopped", observe(_database(status)), None) is failing


def test_a_database_that_is_stopped_when_all_is_well_is_not_failing(
    observe: Callable[..., Observation], seen: Callable[..., Observation]
) -> None:
    assert RDS.is_failing("stopped", observe(_database("stopped")), seen(status="stopped")) is False


def test_a_real_database_is_seen_through_its_life(
    aws: Aws, resource: Callable[[str, str], Resource], now: datetime
) -> None:
    shop = resource("rds.db-instance", "shop")
    aws.change(
        "rds",
        "create_db_instance",
        DBInstanceIdentifier="shop",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="postgres",
        MasterUserPassword="made-up-password",
        AllocatedStorage=20,
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    states = [RDS.observe(shop, aws.read, now)]
    aws.change("rds", "stop_db_instance", DBInstanceIdentifier="shop")
    states.append(RDS.observe(shop, aws.read, now))
    aws.change("rds", "delete_db_instance", DBInstanceIdentifier="shop", SkipFinalSnapshot=True)
    states.append(RDS.observe(shop, aws.read, now))

    assert [seen.attributes.get("status") for seen in states] == ["available", "stopped", None]
    assert states[0].tags == {"team": "blue"}
    assert not states[2].exists
