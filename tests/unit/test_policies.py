from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from chalice.config import Config

from mainstay.permissions import EVERYWHERE, Permission
from mainstay.policies import (
    FUNCTIONS,
    denied_to,
    main,
    make_config,
    make_files,
    permissions_of,
    policy_of,
    stale_files,
)

TABLE = "arn:aws:dynamodb:*:*:table/mainstay-*-incidents"


def _statements(function: str, action: str) -> list[dict[str, Any]]:
    return [one for one in policy_of(function)["Statement"] if action in one["Action"]]


def test_the_api_is_not_traced_since_a_trace_would_keep_the_addresses_of_links() -> None:
    """Chalice takes the API's own tracing from the function behind it."""
    config = Config("dev", config_from_disk=make_config(["dev"]))

    assert not config.xray_enabled
    assert [name for name in FUNCTIONS if not config.scope("dev", name).xray_enabled] == ["api_handler"]


def test_a_key_of_two_services_is_two_permissions() -> None:
    conditions = [one["Condition"]["StringLike"] for one in _statements("detect_incident", "kms:Decrypt")]

    assert conditions == [
        {"kms:ViaService": "lambda.*.amazonaws.com"},
        {"kms:ViaService": "ssm.*.amazonaws.com"},
    ]


def test_our_own_records_and_customers_tables_are_told_apart() -> None:
    on = [one["Resource"] for one in _statements("run_action", "dynamodb:PutItem")]

    assert sorted(on) == [["arn:aws:dynamodb:*:*:table/*"], [TABLE]]


def test_planning_reads_what_actions_declare_and_writes_nothing() -> None:
    may = {one.action for one in permissions_of("plan_recovery")} - {one.action for one in EVERYWHERE}

    assert may == {
        "application-autoscaling:DescribeScalableTargets",
        "cloudwatch:GetMetricStatistics",
        "dynamodb:BatchGetItem",
        "dynamodb:ListBackups",
        "kms:Decrypt",
        "lambda:ListVersionsByFunction",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
        "ssm:DescribeInstanceInformation",
    }


def test_going_forward_cannot_stop_or_delete_anything() -> None:
    verbs = {one.action.partition(":")[2] for one in permissions_of("run_action")}

    assert "StartInstances" in verbs
    assert not verbs & {"StopInstances", "StopDBInstance", "DeleteDBInstance", "DeleteTable"}


def test_going_back_cannot_start_or_restore_anything() -> None:
    verbs = {one.action.partition(":")[2] for one in permissions_of("roll_back")}

    assert {"StopInstances", "DeleteTable"} <= verbs
    assert not [verb for verb in verbs if verb.startswith(("StartInstances", "StartDB", "Restore"))]


def test_a_layer_is_no_function() -> None:
    layers = [one["Resource"] for one in _statements("run_action", "lambda:GetLayerVersion")]

    assert layers == [["arn:aws:lambda:*:*:layer:*"]]


@pytest.mark.parametrize(
    ("function", "denied"),
    [
        ("detect_incident", ()),
        ("roll_back", ("dynamodb:DeleteTable", "dynamodb:UpdateTable")),
        (
            "run_action",
            (
                "dynamodb:BatchWriteItem",
                "dynamodb:DeleteItem",
                "dynamodb:RestoreTableFromBackup",
                "dynamodb:Scan",
                "dynamodb:UpdateTable",
            ),
        ),
    ],
)
def test_what_may_be_done_to_customers_tables_is_denied_on_ours(
    function: str, denied: tuple[str, ...]
) -> None:
    assert denied_to(function) == denied


def test_the_same_permission_is_stated_once() -> None:
    statement = _statements("sweep", "xray:PutTraceSegments")

    assert len(statement) == 1
    assert Permission("xray:PutTraceSegments", ("*",)) in permissions_of("sweep")


def test_every_function_has_a_policy_file_that_its_configuration_names() -> None:
    for stage in make_config()["stages"].values():
        named = {entry["iam_policy_file"] for entry in stage["lambda_functions"].values()}
        assert named | {"config.json"} == make_files().keys()


def test_written_files_are_not_stale(tmp_path: Path) -> None:
    assert main([], tmp_path / "new") == 0

    assert stale_files(tmp_path / "new") == []
    assert main(["--check"], tmp_path / "new") == 0
    assert json.loads((tmp_path / "new/config.json").read_text())["app_name"] == "mainstay"


def test_a_check_names_what_is_missing_different_or_left_over_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([], tmp_path)
    (tmp_path / "policy-sweep.json").unlink()
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "policy-former.json").write_text("{}")

    assert main(["--check"], tmp_path) == 1

    assert [line.partition(" ")[0] for line in capsys.readouterr().err.splitlines()] == [
        "config.json",
        "policy-former.json",
        "policy-sweep.json",
    ]
    assert not (tmp_path / "policy-sweep.json").exists()


def test_writing_again_removes_what_is_left_over(tmp_path: Path) -> None:
    main([], tmp_path)
    (tmp_path / "policy-former.json").write_text("{}")

    main([], tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == make_files().keys()
    assert len(make_files()) == len(FUNCTIONS) + 1
