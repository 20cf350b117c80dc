"""Taking a stage's infrastructure away and putting it back, on embedded AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.console import Console

from chalicelib.aws.clients import Aws
from chalicelib.errors import NotFoundError
from mainstay.deploying.deploy import Order, infra_stack
from mainstay.deploying.destroy import destroy
from mainstay.deploying.errors import FailedError, UnusableError
from mainstay.deploying.kept import adopt_kept, find_kept, import_template
from mainstay.deploying.progress import Progress
from mainstay.deploying.stacks import Stack
from mainstay.deploying.target import Target
from mainstay.embedded.aws import EmbeddedAws
from mainstay.infrastructure import PROJECT, TEMPLATE, render_template
from tests.unit.deploying.conftest import ScriptedAws


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        from mainstay.embedded.repairs import iam, stacks  # noqa: PLC0415 - moto must see the environment

        iam.install()
        stacks.install()
        yield aws


@pytest.fixture
def real(embedded: EmbeddedAws) -> Iterator[Target]:
    """A production stage: its tables are protected from deletion."""
    yield Target("prod", embedded.region, embedded.account, "aws", Aws(region=embedded.region))
    embedded.reset()


@pytest.fixture
def infra(real: Target) -> Stack:
    stack = infra_stack(Order(PROJECT), real)
    stack.apply()
    return stack


def _destroy(target: Target, *, with_tables: bool = False) -> tuple[dict[str, Any], list[str]]:
    progress = Progress(Console(quiet=True))
    document = destroy(target, PROJECT, progress, with_tables=with_tables)
    return document, [change for one in progress.done for change in one.changes]


def test_tables_and_bucket_stay_and_are_adopted_with_what_is_in_them(real: Target, infra: Stack) -> None:
    item = {"pk": {"S": "incident"}, "sk": {"S": "record"}}
    real.aws.change("dynamodb", "put_item", TableName=real.tables[0], Item=item)

    document, _ = _destroy(real)
    assert infra.describe() is None
    infra.apply()

    assert [line.split()[1] for line in document["kept"]] == [*real.tables, real.bucket]
    found = real.aws.read("dynamodb", "get_item", TableName=real.tables[0], Key=item)
    assert found["Item"] == item
    assert infra.changes() == []
    assert infra.outputs()["IncidentsTable"] == real.tables[0]


def test_protected_tables_go_when_that_is_asked_for(real: Target, infra: Stack) -> None:
    before = real.aws.read("dynamodb", "describe_table", TableName=real.tables[0])["Table"]
    assert before["DeletionProtectionEnabled"]

    document, removed = _destroy(real, with_tables=True)

    assert infra.describe() is None
    assert removed == ["delete mainstay-prod", *(f"delete {name}" for name in real.tables)]
    assert document["kept"] == [f"AWS::S3::Bucket {real.bucket}"]


def test_where_nothing_is_nothing_is_removed(real: Target) -> None:
    assert _destroy(real) == (
        {"stage": "prod", "region": real.region, "account": real.account, "kept": []},
        [],
    )


def test_functions_without_a_record_have_to_be_deployed_once_more(real: Target, infra: Stack) -> None:
    """Chalice deletes what it knows that it has made, and a deployment that broke off has told nobody."""
    real.aws.change(
        "iam",
        "create_role",
        RoleName="r",
        AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}',
    )
    real.aws.change(
        "lambda",
        "create_function",
        FunctionName="mainstay-prod-sweep",
        Role=f"arn:aws:iam::{real.account}:role/r",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
        Runtime="python3.11",
        Handler="app.sweep",
    )

    with pytest.raises(UnusableError, match="run mainstay deploy --stage prod --region us-east-1 first"):
        _destroy(real)

    assert infra.describe()


def test_what_is_imported_is_as_the_whole_template_has_it() -> None:
    part = import_template(render_template(TEMPLATE), {"IncidentsTable"})

    assert list(part["Resources"]) == ["IncidentsTable"]
    assert part["Resources"]["IncidentsTable"]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert "Outputs" not in part
    assert {"Parameters", "Conditions"} <= part.keys()


def test_only_what_is_there_is_adopted(
    target: Target, aws: ScriptedAws, pause: Callable[[float], None], pauses: list[float]
) -> None:
    missing = NotFoundError("ResourceNotFoundException")
    describe = "cloudformation:describe_change_set"
    aws.answers = {
        "dynamodb:describe_table": [{}, missing],
        "s3:head_bucket": missing,
        "cloudformation:create_change_set": {},
        describe: [{"Status": "CREATE_IN_PROGRESS"}, {"Status": "CREATE_COMPLETE"}],
        "cloudformation:execute_change_set": {},
    }

    assert adopt_kept(target, "mainstay-prod", render_template(TEMPLATE), {"Stage": "prod"}, pause)

    [call] = aws.called("cloudformation:create_change_set")
    assert call["ResourcesToImport"] == [
        {
            "ResourceType": "AWS::DynamoDB::Table",
            "LogicalResourceId": "IncidentsTable",
            "ResourceIdentifier": {"TableName": "mainstay-prod-incidents"},
        }
    ]
    assert len(pauses) == 1


def test_a_refused_adoption_says_why(target: Target, aws: ScriptedAws) -> None:
    aws.answers = {
        "dynamodb:describe_table": {},
        "s3:head_bucket": {},
        "cloudformation:create_change_set": {},
        "cloudformation:describe_change_set": {"Status": "FAILED", "StatusReason": "it is in another stack"},
    }

    with pytest.raises(FailedError, match="cannot be adopted: it is in another stack"):
        adopt_kept(target, "mainstay-prod", render_template(TEMPLATE), {})


def test_nothing_kept_is_nothing_to_adopt(target: Target, aws: ScriptedAws) -> None:
    aws.answers = dict.fromkeys(("dynamodb:describe_table", "s3:head_bucket"), NotFoundError("NotFound"))

    assert not adopt_kept(target, "mainstay-prod", render_template(TEMPLATE), {})
    assert list(find_kept(target)) == []
