"""DynamoDB in this process: moto's, with its conditions and transactions repaired, and our own table."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from chalicelib.aws.alert_table import AlertTable
from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_index import IncidentIndex
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.knowledge import Knowledge
from chalicelib.aws.ledger import Ledger
from chalicelib.aws.memory import Memory
from mainstay.embedded.repairs import dynamodb, remove_repairs
from tests.unit.aws.making import REGION

_TEMPLATE = Path(__file__).parents[3] / "infra" / "mainstay.yaml"
_NUMBERS = itertools.count(1)


class _Loader(yaml.SafeLoader):
    """Reads what CloudFormation writes with tags as if it were plain."""


def _plain(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]


_Loader.add_multi_constructor("!", _plain)


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """The stack's."""
    found: dict[str, Any] = yaml.load(_TEMPLATE.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader
    return found


@pytest.fixture(scope="session")
def properties(template: dict[str, Any]) -> dict[str, Any]:
    """Of the incidents table, as the stack makes it."""
    found = template["Resources"]["IncidentsTable"]["Properties"]
    return {
        name: found[name]
        for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    }


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with mock_aws():
        dynamodb.install()
        yield Aws(region=REGION)
        remove_repairs()


@pytest.fixture
def table(aws: Aws, properties: dict[str, Any]) -> IncidentTable:
    """An incidents table of its own for each test."""
    name = f"incidents-{next(_NUMBERS)}"
    boto3.client("dynamodb", region_name=REGION).create_table(TableName=name, **properties)
    return IncidentTable(aws, name)


@pytest.fixture
def memory(aws: Aws, table: IncidentTable) -> Memory:
    return Memory(aws, table.table)


@pytest.fixture
def index(aws: Aws, table: IncidentTable) -> IncidentIndex:
    return IncidentIndex(aws, table.table)


@pytest.fixture
def ledger(table: IncidentTable) -> Ledger:
    return Ledger(table)


@pytest.fixture
def patterns(aws: Aws, template: dict[str, Any]) -> str:
    """The name of a patterns table of its own for each test."""
    found = template["Resources"]["PatternsTable"]["Properties"]
    given = {name: found[name] for name in ("AttributeDefinitions", "KeySchema", "BillingMode")}
    name = f"patterns-{next(_NUMBERS)}"
    boto3.client("dynamodb", region_name=aws.region).create_table(TableName=name, **given)
    return name


@pytest.fixture
def knowledge(aws: Aws, patterns: str) -> Knowledge:
    return Knowledge(aws, patterns)


@pytest.fixture
def alerts(aws: Aws, patterns: str) -> AlertTable:
    return AlertTable(aws, patterns)
