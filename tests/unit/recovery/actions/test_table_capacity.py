from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.errors import AwsError, PlanChangedError
from chalicelib.incidents.model import Observation
from chalicelib.recovery.model import ProgressState

PARAMETERS = {"read_units": 10, "write_units": 20}


def _table(
    read: int = 10, write: int = 10, status: str = "ACTIVE", billing: str = "PROVISIONED"
) -> dict[str, Any]:
    return {
        "Table": {
            "TableStatus": status,
            "BillingModeSummary": {"BillingMode": billing},
            "ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write},
        }
    }


def _provisioned(seen: Callable[..., Observation], **changes: Any) -> Observation:
    usual = {"billing_mode": "PROVISIONED", "read_units": 10, "write_units": 10, "indexes": ""}
    return seen(**usual | changes)


def _used(*units: float) -> dict[str, Any]:
    return {"Datapoints": [{"Sum": each * 60} for each in units]}


def _aws(canned: Any, read: dict[str, Any], write: dict[str, Any], **changes: Any) -> Any:
    return canned(
        **{
            "describe_scalable_targets": {"ScalableTargets": []},
            "get_metric_statistics": [read, write],
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("read", "write", "wanted"),
    [
        pytest.param(_used(1), _used(2, 9), (10, 18), id="the-busiest-minute-is-half-of-it"),
        pytest.param(_used(8), _used(8), (16, 16), id="both"),
        pytest.param(_used(), _used(30), (10, 20), id="at-most-twice-as-much"),
        pytest.param(_used(), _used(6), (10, 12), id="just-short"),
        pytest.param(_used(1), _used(5.9), None, id="not-short"),
        pytest.param(_used(), _used(), None, id="no-data"),
    ],
)
def test_capacity_is_raised_by_what_is_needed(
    canned: Any, story: Any, seen: Any, read: Any, write: Any, wanted: tuple[int, int] | None
) -> None:
    proposal = story(_aws(canned, read, write), "raise_table_capacity", "carts").propose(_provisioned(seen))

    found = (proposal.parameters["read_units"], proposal.parameters["write_units"]) if proposal else None
    assert found == wanted
    assert proposal is None or proposal.goal["write_units"] == proposal.parameters["write_units"]


def test_the_smallest_table_is_raised_too(canned: Any, story: Any, seen: Any) -> None:
    aws = _aws(canned, _used(), _used(1))

    proposal = story(aws, "raise_table_capacity", "carts").propose(
        _provisioned(seen, read_units=1, write_units=1)
    )

    assert proposal.parameters == {"read_units": 1, "write_units": 2}


def test_a_table_that_scales_by_itself_is_left_to_that(canned: Any, story: Any, seen: Any) -> None:
    aws = _aws(
        canned, _used(), _used(9), describe_scalable_targets={"ScalableTargets": [{"MaxCapacity": 50}]}
    )

    assert story(aws, "raise_table_capacity", "carts").propose(_provisioned(seen)) is None
    assert aws.asked("describe_scalable_targets")[0]["ResourceIds"] == ["table/carts"]


@pytest.mark.parametrize(
    "changes", [{"billing_mode": "PAY_PER_REQUEST"}, {"gone": True}], ids=["by-request", "gone"]
)
def test_a_table_without_capacity_has_none_to_raise(canned: Any, story: Any, seen: Any, changes: Any) -> None:
    assert story(canned(), "raise_table_capacity", "carts").propose(_provisioned(seen, **changes)) is None


def test_indexes_are_mentioned_as_they_stay(canned: Any, story: Any, seen: Any) -> None:
    told = [
        story(_aws(canned, _used(), _used(9)), "raise_table_capacity", "carts")
        .propose(_provisioned(seen, indexes=indexes))
        .warning
        for indexes in ("", "by_user")
    ]

    assert "indexes" not in told[0]
    assert told[1].endswith("Its indexes have capacities of their own, which stay.")


@pytest.mark.parametrize("action", ["raise_table_capacity", "lower_table_capacity"])
def test_capacity_is_set_once(canned: Any, story: Any, action: str) -> None:
    aws = canned(describe_table=[_table(), _table(write=20)], update_table={})
    told = story(aws, action, "carts")

    handles = [told.apply(PARAMETERS), told.apply(PARAMETERS)]

    assert [one["WriteCapacityUnits"] for one in handles] == [20, 20]
    assert aws.asked("update_table") == [
        {
            "TableName": "carts",
            "ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 20},
        }
    ]


def test_a_table_that_is_paid_by_request_by_now_is_left_alone(canned: Any, story: Any) -> None:
    aws = canned(describe_table=_table(billing="PAY_PER_REQUEST"))

    with pytest.raises(PlanChangedError):
        story(aws, "raise_table_capacity", "carts").apply(PARAMETERS)


def test_a_table_that_is_being_updated_is_tried_again_later(canned: Any, story: Any) -> None:
    busy = AwsError("ResourceInUseException", "it is being updated", "dynamodb:update_table")
    told = story(canned(describe_table=_table(), update_table=busy), "raise_table_capacity", "carts")

    with pytest.raises(AwsError) as error:
        told.apply(PARAMETERS)

    assert error.value.code in told.action.too_early


@pytest.mark.parametrize(
    ("table", "state"),
    [
        (_table(), ProgressState.RUNNING),
        (_table(status="UPDATING"), ProgressState.RUNNING),
        (_table(write=20, status="UPDATING"), ProgressState.RUNNING),
        (_table(write=20), ProgressState.DONE),
        (_table(write=15), ProgressState.FAILED),
        (_table(status="INACCESSIBLE_ENCRYPTION_CREDENTIALS"), ProgressState.FAILED),
    ],
    ids=["not-begun", "updating", "nearly", "done", "changed-by-others", "broken"],
)
def test_it_is_done_when_the_table_has_the_capacity(
    canned: Any, story: Any, table: Any, state: ProgressState
) -> None:
    handle = {
        "table": "carts",
        "ReadCapacityUnits": 10,
        "WriteCapacityUnits": 20,
        "FormerReadCapacityUnits": 10,
        "FormerWriteCapacityUnits": 10,
    }

    assert story(canned(describe_table=table), "raise_table_capacity", "carts").follow(handle).state is state


def test_the_undo_puts_the_former_capacity_back(canned: Any, story: Any) -> None:
    aws = canned(describe_table=_table(write=20), update_table={})
    told = story(aws, "raise_table_capacity", "carts")

    told.run(told.undo_call(PARAMETERS, {"read_units": 10, "write_units": 10, "status": "ACTIVE"}, {}))

    assert aws.asked("update_table")[0]["ProvisionedThroughput"]["WriteCapacityUnits"] == 10
